"""Scanners that are not pyshield's: run one after another on what the native ones left of the text.

llm-guard's protocol lets a scanner return any text, so its changes cannot be merged with those of others;
each is given the text of the one before. Each runs as functions do (see `pyshield.functions`): an
asynchronous one as a task on the caller's event loop, any other in a worker thread; either is given up at the
deadline, and a thread that goes on all the same is counted, and bounded. Their exceptions become
`ScannerError`s, for `on_error` to judge.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from inspect import isawaitable, iscoroutinefunction
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from pyshield._declaration import OutputScanner, PairScanner, PromptScanner, is_native
from pyshield.errors import DeadlineExceeded, FunctionError, FunctionRaised, ScannerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield._runtime import Function, ScanResult
    from pyshield.errors import ShieldError

    Way = Literal["task", "thread"]
    Judgement = tuple[str, bool, float, ShieldError | None]

__all__ = [
    "Own",
    "Staged",
    "deadline",
    "is_asynchronous",
    "remaining",
    "run",
    "run_blocking",
    "run_many",
    "until_of",
]

_AT_ONCE = 8
"""How many texts of one bulk request are with the user's scanners at a time."""

_BUILT_IN = (PromptScanner.ascan, OutputScanner.ascan, PairScanner.ascan)


def is_asynchronous(scanner: Any) -> bool:  # noqa: ANN401  # any object with `scan`
    """Whether the scanner's `scan` is a coroutine function."""
    return iscoroutinefunction(scanner.scan)


def _bypassed(scanner: object) -> bool:
    """Whether the built-in `ascan` would pass over a `scan` of the scanner's own."""
    return (
        isinstance(scanner, PromptScanner | OutputScanner)
        and not is_native(scanner)
        and type(scanner).ascan in _BUILT_IN
    )


class Staged(tuple[str, bool, float]):  # noqa: SLOT001  # tuples have no room for slots
    """A verdict that may be degraded: then `error` says why it is not the one it should be."""

    error: ShieldError | None = None


deadline: ContextVar[float | None] = ContextVar("pyshield_deadline", default=None)
"""For scanners: the monotonic time by which the request they run for must be answered."""


class _Late(Exception):  # noqa: N818  # not an error by itself
    """The deadline of the request passed. No scanner can raise it."""


_functions: WeakKeyDictionary[type, dict[str, Function]] = WeakKeyDictionary()
"""What runs the scanners of a class, for all shields: the bound on abandoned threads is the class's."""


class Own:
    """A scanner of the user's in the list of a shield.

    Args:
        scanner: The scanner.
        place: Its place in the list.
    """

    __slots__ = ("name", "place", "scanner")

    def __init__(self, scanner: Any, place: int = 0) -> None:  # noqa: ANN401  # any object with `scan`
        self.scanner = scanner
        self.place = place
        self.name = type(scanner).__name__

    async def _run(self, way: Way, until: float | None, call: Callable[..., Any], *texts: str) -> Any:  # noqa: ANN401
        """What `call` returns, run as a task or in a thread."""
        known = _functions.setdefault(type(self.scanner), {})
        function = known.get(way)
        if function is None:
            from pyshield.functions._objects import objects_function

            function = known[way] = objects_function(self.name, way)
        left = None if until is None else until - monotonic()
        if left is not None and left <= 0:
            raise _Late
        # The runtime copies the context with the call.
        token = deadline.set(until)
        try:
            called = function.call_objects((call, *texts), left)
        finally:
            deadline.reset(token)
        try:
            return await called
        except FunctionRaised as error:
            raise (error.__cause__ or error) from None
        except FunctionError as error:
            if until is not None and isinstance(error, TimeoutError) and monotonic() >= until:
                raise _Late from error
            raise

    async def verdict(self, until: float | None, *texts: str) -> Any:  # noqa: ANN401  # whatever it returns
        """What the scanner says of the texts, without holding up the event loop.

        `ascan` is awaited if there is one, else `scan` if it is a coroutine function; any other `scan` runs
        in a thread, and what it returns is awaited if it is awaitable. All have the caller's context
        variables.

        Args:
            until: The deadline as a monotonic time.
            texts: What is scanned.

        Raises:
            _Late: If there is no verdict in time.
            FunctionError: If it could not be run.
        """
        ascan = getattr(self.scanner, "ascan", None)
        if ascan is not None and not _bypassed(self.scanner):
            return await self._run("task", until, ascan, *texts)
        if is_asynchronous(self.scanner):
            return await self._run("task", until, self.scanner.scan, *texts)
        verdict = await self._run("thread", until, self.scanner.scan, *texts)
        if isawaitable(verdict):
            return await self._run("task", until, lambda: verdict)
        return verdict

    def metrics(self) -> dict[str, dict[str, Any]]:
        """Numbers of the runs of its class so far, by the way they ran: `"task"`, `"thread"`."""
        return {way: function.metrics() for way, function in _functions.get(type(self.scanner), {}).items()}


def until_of(deadline: float | None, default: float | None) -> float | None:
    """The monotonic time at which a request that starts now must be done."""
    seconds = default if deadline is None else deadline
    return None if seconds is None else monotonic() + seconds


def remaining(until: float | None) -> float | None:
    """Seconds left until the monotonic time `until`.

    Raises:
        DeadlineExceeded: If there are none.
    """
    if until is None:
        return None
    left = until - monotonic()
    if left <= 0:
        raise DeadlineExceeded("the deadline passed while your own scanners ran")
    return left


def _judged(name: str, verdict: Any) -> tuple[str, bool, float, ShieldError | None]:  # noqa: ANN401
    """What a scanner returned, if it is what the protocol asks for."""
    try:
        text, valid, risk = verdict
        judged = str(text), bool(valid), float(risk)
        judged[0].encode()
    except (TypeError, ValueError):
        kind = type(verdict).__name__
        raise ScannerError(f"{name}: returned a {kind}, not (text, is_valid, risk)", name, "failed") from None
    if not isinstance(text, str) or not isfinite(judged[2]):
        raise ScannerError(f"{name}: returned no text or no finite risk", name, "failed")
    error = verdict.error if isinstance(verdict, Staged) else None
    return judged[0], judged[1], min(max(judged[2], -1.0), 1.0), error


def _failed(name: str, error: BaseException, on_error: str) -> Judgement:
    """The judgement of a scanner that came to none; raises if that is the policy."""
    if isinstance(error, ScannerError):
        typed = error
    elif isinstance(error, FunctionError) and error.function == name:
        # It could not be run, for a reason that is not its own. The message begins with its name.
        typed = ScannerError(str(error), name, "failed")
    else:
        # The exception's own words may quote the text; its type does not. It stays the cause.
        typed = ScannerError(f"{name}: raised {type(error).__name__}", name, "raised")
        typed.__cause__ = error
    if on_error == "raise":
        raise typed
    return (name, True, 0.0, typed) if on_error == "allow" else (name, False, 1.0, typed)


def _merged(
    scanners: Sequence[Own], result: ScanResult, text: str, judgements: list[Judgement]
) -> ScanResult:
    from pyshield._runtime import ScanResult

    return ScanResult.merge_custom(result, text, judgements, [own.place for own in scanners])


async def run(
    scanners: Sequence[Own], result: ScanResult, before: tuple[str, ...], on_error: str, until: float | None
) -> ScanResult:
    """Runs the scanners on `result.text` and returns the result of all.

    Args:
        scanners: The scanners.
        result: What the native scanners said.
        before: What each scanner is given before the text: the prompt of an output, or nothing.
        on_error: What a failing scanner means.
        until: The deadline as a monotonic time.
    """
    from asyncio import CancelledError, current_task

    text, judgements = result.text, []
    for own in scanners:
        try:
            text, valid, risk, degraded = _judged(own.name, await own.verdict(until, *before, text))
        except _Late:
            raise DeadlineExceeded("the deadline passed while your own scanners ran") from None
        except CancelledError as error:
            task = current_task()
            if task is not None and task.cancelling():
                raise
            # The scanner cancelled itself; nobody cancelled the request.
            judgements.append(_failed(own.name, error, on_error))
        except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
            judgements.append(_failed(own.name, error, on_error))
        else:
            judgements.append((own.name, valid, risk, degraded))
    return _merged(scanners, result, text, judgements)


async def run_many(
    scanners: Sequence[Own],
    results: list[ScanResult],
    befores: Sequence[tuple[str, ...]],
    on_error: str,
    until: float | None,
) -> list[ScanResult]:
    """As `run`, for many results; `befores` has one entry for each."""
    from asyncio import TaskGroup, current_task

    task = current_task()
    cancelling = task.cancelling() if task is not None else 0
    merged = list(results)
    todo = iter(range(len(results)))

    async def work() -> None:
        for index in todo:
            merged[index] = await run(scanners, results[index], befores[index], on_error, until)

    try:
        async with TaskGroup() as workers:
            for _ in range(min(_AT_ONCE, len(results))):
                workers.create_task(work())
    except BaseExceptionGroup as errors:
        # The group of Python 3.11 cancels its task when a scan fails, and does not take that back: the task
        # would go on as if somebody else had cancelled it.
        if sys.version_info < (3, 12) and task is not None and task.cancelling() > cancelling:
            task.uncancel()
        # Every error here is typed; the first says what a single request would have said.
        raise errors.exceptions[0] from None
    return merged


def run_blocking(
    scanners: Sequence[Own], result: ScanResult, before: tuple[str, ...], on_error: str, until: float | None
) -> ScanResult:
    """As `run`, on the calling thread; the deadline is looked at between scanners."""
    text, judgements = result.text, []
    for own in scanners:
        remaining(until)
        name = own.name
        token = deadline.set(until)
        try:
            verdict = own.scanner.scan(*before, text)
            if isawaitable(verdict):
                _discard(verdict)
                raise ScannerError(f"{name}: its `scan` is asynchronous; use Shield", name, "failed")  # noqa: TRY301
            text, valid, risk, degraded = _judged(name, verdict)
        except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
            judgements.append(_failed(name, error, on_error))
        else:
            judgements.append((name, valid, risk, degraded))
        finally:
            deadline.reset(token)
    return _merged(scanners, result, text, judgements)


def _discard(awaitable: Any) -> None:  # noqa: ANN401  # anything awaitable
    """Closes a coroutine that nobody will await, so that Python does not warn of it."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
