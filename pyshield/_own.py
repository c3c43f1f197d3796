"""Scanners that are not pyshield's: run one after another on what the native ones left of the text.

llm-guard's protocol lets a scanner return any text, so its changes cannot be merged with those of others;
each is given the text of the one before. Their exceptions become `ScannerError`s, for `on_error` to judge.
"""

from __future__ import annotations

from inspect import isawaitable, iscoroutinefunction
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING, Any

from pyshield._await import awaited
from pyshield.errors import DeadlineExceeded, ScannerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield._runtime import ScanResult
    from pyshield.errors import ShieldError

    Judgement = tuple[str, bool, float, ShieldError | None]

__all__ = ["is_asynchronous", "remaining", "run", "run_blocking", "run_many"]

_AT_ONCE = 8
"""How many texts of one bulk request are with the user's scanners at a time."""


def is_asynchronous(scanner: Any) -> bool:  # noqa: ANN401  # any object with `scan`
    """Whether the scanner's `scan` is a coroutine function."""
    return iscoroutinefunction(scanner.scan)


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


def _judged(name: str, verdict: Any) -> tuple[str, bool, float]:  # noqa: ANN401  # whatever it returned
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
    return judged[0], judged[1], min(max(judged[2], -1.0), 1.0)


def _failed(name: str, error: Exception, on_error: str) -> Judgement:
    """The judgement of a scanner that came to none; raises if that is the policy."""
    if isinstance(error, ScannerError):
        typed = error
    else:
        # The exception's own words may quote the text; its type does not. It stays the cause.
        typed = ScannerError(f"{name}: raised {type(error).__name__}", name, "raised")
        typed.__cause__ = error
    if on_error == "raise":
        raise typed
    return (name, True, 0.0, typed) if on_error == "allow" else (name, False, 1.0, typed)


def _merged(result: ScanResult, text: str, judgements: list[Judgement]) -> ScanResult:
    from pyshield._runtime import ScanResult

    return ScanResult.merge_custom(result, text, judgements)


async def run(
    scanners: Sequence[Any], result: ScanResult, before: tuple[str, ...], on_error: str, until: float | None
) -> ScanResult:
    """Runs the scanners on `result.text` and returns the result of all.

    Args:
        scanners: The scanners.
        result: What the native scanners said.
        before: What each scanner is given before the text: the prompt of an output, or nothing.
        on_error: What a failing scanner means.
        until: The deadline as a monotonic time.
    """
    from asyncio import timeout

    text, judgements = result.text, []
    clock = timeout(remaining(until))
    try:
        async with clock:
            for scanner in scanners:
                name = type(scanner).__name__
                try:
                    text, valid, risk = _judged(name, await awaited(scanner, *before, text))
                except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
                    judgements.append(_failed(name, error, on_error))
                else:
                    judgements.append((name, valid, risk, None))
    except TimeoutError as error:
        if clock.expired():
            raise DeadlineExceeded("the deadline passed while your own scanners ran") from error
        raise
    return _merged(result, text, judgements)


async def run_many(
    scanners: Sequence[Any],
    results: list[ScanResult],
    befores: Sequence[tuple[str, ...]],
    on_error: str,
    until: float | None,
) -> list[ScanResult]:
    """As `run`, for many results; `befores` has one entry for each."""
    from asyncio import TaskGroup

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
        # Every error here is typed; the first says what a single request would have said.
        raise errors.exceptions[0] from None
    return merged


def run_blocking(
    scanners: Sequence[Any], result: ScanResult, before: tuple[str, ...], on_error: str, until: float | None
) -> ScanResult:
    """As `run`, on the calling thread; the deadline is looked at between scanners."""
    text, judgements = result.text, []
    for scanner in scanners:
        remaining(until)
        name = type(scanner).__name__
        try:
            verdict = scanner.scan(*before, text)
            if isawaitable(verdict):
                _discard(verdict)
                raise ScannerError(f"{name}: its `scan` is asynchronous; use Shield", name, "failed")  # noqa: TRY301
            text, valid, risk = _judged(name, verdict)
        except Exception as error:  # noqa: BLE001  # whatever a scanner of the user's raises
            judgements.append(_failed(name, error, on_error))
        else:
            judgements.append((name, valid, risk, None))
    return _merged(result, text, judgements)


def _discard(awaitable: Any) -> None:  # noqa: ANN401  # anything awaitable
    """Closes a coroutine that nobody will await, so that Python does not warn of it."""
    close = getattr(awaitable, "close", None)
    if close is not None:
        close()
