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
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from pyshield._declarations.declaration import OutputScanner, PairScanner, PromptScanner, is_native
from pyshield._own.judged import Staged, failed, judged, staged
from pyshield._until import remaining
from pyshield.errors import DeadlineExceeded, FunctionError, FunctionRaised, ScannerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield._own.judged import Judgement
    from pyshield._runtime import Function, ScanResult, Verdict

    Way = Literal["task", "thread"]

__all__ = [
    "Own",
    "deadline",
    "is_asynchronous",
    "run",
    "run_blocking",
    "run_many",
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
        first: For a cascade whose first stage the runtime runs, where that stands among what the runtime
            runs.
    """

    __slots__ = ("first", "name", "place", "scanner")

    def __init__(self, scanner: Any, place: int = 0, first: int | None = None) -> None:  # noqa: ANN401
        self.scanner = scanner
        self.place = place
        self.first = first
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
            # Also where no thread came free until then.
            if until is not None and monotonic() >= until:
                raise _Late from error
            raise

    async def resumed(self, until: float | None, first: Staged, *texts: str) -> Any:  # noqa: ANN401
        """As `verdict`, of a cascade whose first stage has come to `first`."""

        async def second(*texts: str) -> Staged:
            staged: Staged = await self.scanner._resume(texts, first)  # noqa: SLF001
            return staged

        return await self._run("task", until, second, *texts)

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


def _merged(
    scanners: Sequence[Own], result: ScanResult, text: str, judgements: list[Judgement]
) -> ScanResult:
    from pyshield._runtime import ScanResult

    places, firsts = [own.place for own in scanners], [own.first for own in scanners]
    return ScanResult.merge_custom(result, text, judgements, places, firsts)


def _skipped(own: Own, result: ScanResult) -> Judgement:
    """The judgement of a scanner that was not asked; of a cascade what its first stage said."""
    if own.first is None:
        return own.name, True, 0.0, None, "short_circuit", None
    first = _first(own, result)
    return own.name, first.is_valid, first.risk, None, first.skipped or "short_circuit", None


def _first_failed(own: Own, result: ScanResult, on_error: str) -> Judgement | None:
    """The judgement of a cascade whose first stage came to no verdict; `None` if it did."""
    if own.first is None:
        return None
    verdict = _first(own, result)
    if verdict.skipped is not None:
        return _skipped(own, result)
    if verdict.error is None:
        return None
    stands_in = result.detection_method.value == "ml_fallback_to_heuristic"
    return failed(own.name, verdict.error, "allow" if stands_in else on_error)


def _first(own: Own, result: ScanResult) -> Verdict:
    """What the first stage of a cascade said."""
    return list(result.verdicts.values())[own.first or 0]


def _ended(scanners: Sequence[Own], result: ScanResult, short: float | None) -> bool:
    """Whether the built-in scanners' refusal is the end: one without a change, of at least this risk."""
    if short is None or result.is_valid:
        return False
    open_ = {own.first for own in scanners}
    changed = {finding.scanner for finding in result.findings if finding.replacement is not None}
    return any(
        not verdict.is_valid and verdict.error is None and verdict.risk >= short and name not in changed
        for at, (name, verdict) in enumerate(result.verdicts.items())
        if at not in open_
    )


async def run(
    scanners: Sequence[Own],
    result: ScanResult,
    before: tuple[str, ...],
    on_error: str,
    until: float | None,
    short: float | None = None,
) -> ScanResult:
    """Runs the scanners on `result.text` and returns the result of all.

    Args:
        scanners: The scanners.
        result: What the native scanners said.
        before: What each scanner is given before the text: the prompt of an output, or nothing.
        on_error: What a failing scanner means.
        until: The deadline as a monotonic time.
        short: The risk from which on a refusal is the end; the others are not asked then.
    """
    from asyncio import CancelledError, current_task

    text, judgements = result.text, []
    ended = _ended(scanners, result, short)
    for own in scanners:
        if ended:
            judgements.append(_skipped(own, result))
            continue
        unjudged = _first_failed(own, result, on_error)
        if unjudged is not None:
            judgements.append(unjudged)
            continue
        given = text
        try:
            if own.first is None:
                said = await own.verdict(until, *before, text)
            else:
                said = await own.resumed(until, staged(result, text, own.first), *before, text)
            text, valid, risk, degraded, stage = judged(own.name, said)
        except _Late:
            raise DeadlineExceeded("the deadline passed while your own scanners ran") from None
        except CancelledError as error:
            task = current_task()
            if task is not None and task.cancelling():
                raise
            # The scanner cancelled itself; nobody cancelled the request.
            judgements.append(failed(own.name, error, on_error))
        except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
            judgements.append(failed(own.name, error, on_error))
        else:
            judgements.append((own.name, valid, risk, degraded, None, stage))
            ended = short is not None and not valid and risk >= short and text == given
    return _merged(scanners, result, text, judgements)


async def run_many(
    scanners: Sequence[Own],
    results: list[ScanResult],
    befores: Sequence[tuple[str, ...]],
    on_error: str,
    until: float | None,
    short: float | None = None,
) -> list[ScanResult]:
    """As `run`, for many results; `befores` has one entry for each."""
    from asyncio import TaskGroup, current_task

    task = current_task()
    cancelling = task.cancelling() if task is not None else 0
    merged = list(results)
    todo = iter(range(len(results)))

    async def work() -> None:
        for index in todo:
            merged[index] = await run(scanners, results[index], befores[index], on_error, until, short)

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
    scanners: Sequence[Own],
    result: ScanResult,
    before: tuple[str, ...],
    on_error: str,
    until: float | None,
    short: float | None = None,
) -> ScanResult:
    """As `run`, on the calling thread; the deadline is looked at between scanners."""
    text, judgements = result.text, []
    ended = _ended(scanners, result, short)
    for own in scanners:
        if ended:
            judgements.append(_skipped(own, result))
            continue
        remaining(until)
        unjudged = _first_failed(own, result, on_error)
        if unjudged is not None:
            judgements.append(unjudged)
            continue
        name, given = own.name, text
        token = deadline.set(until)
        try:
            if own.first is None:
                verdict = own.scanner.scan(*before, text)
            else:
                verdict = own.scanner._resume_blocking((*before, text), staged(result, text, own.first))  # noqa: SLF001
            if isawaitable(verdict):
                _discard(verdict)
                raise ScannerError(f"{name}: its `scan` is asynchronous; use Shield", name, "failed")  # noqa: TRY301
            text, valid, risk, degraded, stage = judged(name, verdict)
        except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
            judgements.append(failed(name, error, on_error))
        else:
            judgements.append((name, valid, risk, degraded, None, stage))
            ended = short is not None and not valid and risk >= short and text == given
        finally:
            deadline.reset(token)
    return _merged(scanners, result, text, judgements)


def _discard(awaitable: Any) -> None:  # noqa: ANN401  # anything awaitable
    """Closes a coroutine that nobody will await, so that Python does not warn of it."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
