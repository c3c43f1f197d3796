"""Cascade: a scanner in two stages, of which the second is asked only about what the first is unsure of.

```python
from pyshield import Cascade, Shield, functions
from pyshield.input_scanners import PromptInjection

@functions.register(timeout=2.0)
async def judge(text: str) -> float: ...   # an LLM, say: how likely it is an attack, 0 to 1

shield = Shield(prompt=[Cascade(PromptInjection(), "judge")])
```
"""

from __future__ import annotations

from copy import copy
from math import isfinite
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from pyshield._check import Check, shown
from pyshield._declarations.declaration import is_native
from pyshield._own.judged import Staged, judged_valid
from pyshield._own.scanners import deadline
from pyshield._own.stage import Absent, Stage
from pyshield.errors import ScannerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield._declarations.declaration import Declaration

__all__ = ["Cascade"]

OnFailure = Literal["first", "block"]

_HANDING_BACK = 0.1
"""The share of the time left that is kept back: the first stage must be heard before the deadline."""


class Cascade:
    """Asks `first`, and `second` if the risk lies in the grey band.

    In a shield a built-in first stage runs with the other built-in scanners: what reads the same model
    shares its run. A built-in second stage reads the shield's `views`, and its model as `ml` says, too; if
    `ml` leaves it out, the first stage's verdict stands. `Verdict.stage` says whose word it is: `"first"`
    (the second was not asked), `"second"` or `"degraded"`.

    What the first stage refuses for something seen through a view, a second stage that reads the text alone
    (a function, a scanner of your own, or a built-in one that reads no views) cannot let pass, so it is not
    asked.

    When the second stage does not answer, fails, or has no time left before the request's deadline, the
    verdict is degraded: `on_failure` says what it is, and it has an error of reason `"degraded"` in
    `result.errors` and `result.verdicts["Cascade"].error`. `counts` tells how often each happened.

    Args:
        first: A scanner, built-in or of your own.
        second: Another one, as one that reads a larger model; or the name of a registered function, which
            is called with `text`, and `prompt` too for outputs, and returns whether to refuse (a bool), a
            probability from 0 to 1, or `{"is_valid": …, "risk": …}`.
        grey: The risks, from -1 to 1, that are not clear. A risk tells how far a score is from the scanner's
            threshold, so a band around 0 is what is close to it.
        timeout: Seconds the second stage may take, if the request's deadline leaves as many.
        threshold: A probability of the function above it is refused.
        on_failure: What a degraded verdict is: that of the first stage, or a refusal.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = (
        "_clears_views",
        "_counts",
        "_first",
        "_grey",
        "_lock",
        "_on_failure",
        "_second",
        "_threshold",
        "_timeout",
    )

    def __init__(
        self,
        first: Any,  # noqa: ANN401  # any object with `scan`
        second: Any,  # noqa: ANN401  # any object with `scan`, or a name
        *,
        grey: tuple[float, float] = (-0.5, 0.5),
        timeout: float = 5.0,
        threshold: float = 0.5,
        on_failure: OnFailure = "first",
    ) -> None:
        check = Check("Cascade")
        for field, stage in (("first", first), ("second", second)):
            if not callable(getattr(stage, "scan", None)) and not (
                field == "second" and isinstance(stage, str)
            ):
                check.fail(field, f"expected a scanner, got {shown(stage)}")
        if not isinstance(grey, tuple | list) or len(grey) != 2:  # type: ignore[redundant-expr]
            check.fail("grey", f"expected two numbers, got {shown(grey)}")
        low, high = (check.number("grey", bound, least=-1.0, most=1.0) for bound in grey)
        if low > high:
            check.fail("grey", "the first number is above the second")
        if on_failure not in ("first", "block"):
            check.fail("on_failure", f"expected 'first' or 'block', got {shown(on_failure)}")
        self._first = first
        self._second = second
        self._clears_views = True
        self._grey = (low, high)
        self._timeout = check.number("timeout", timeout, least=0.0, most=3600.0, above=True)
        self._threshold = check.number("threshold", threshold, least=0.0, most=1.0)
        self._on_failure = on_failure
        self._counts = _no_counts()
        self._lock = Lock()

    @property
    def counts(self) -> dict[str, int]:
        """Verdicts so far: the first stage's, the second's, and degraded ones."""
        with self._lock:
            return dict(self._counts)

    async def ascan(self, *texts: str) -> Staged:
        """Scans a prompt, or a prompt and an output, without holding up the event loop."""
        from pyshield._await import awaited

        return await self._resume(texts, _verdict(await awaited(self._first, *texts)))

    def scan(self, *texts: str) -> Staged:
        """Scans on the calling thread, where a scanner of your own as the second stage cannot be given up."""
        return self._resume_blocking(texts, _verdict(self._first.scan(*texts)))

    def _first_stage(self) -> Declaration | None:
        """The first stage, if it can run with a shield's other built-in scanners: in one pass with them."""
        first = self._first
        return first if _may_be_compiled(first) else None

    def _in_shield(
        self, compiled: Callable[[Declaration], Stage | Absent], *, views: bool, inner: bool = False
    ) -> Cascade:
        """The same with its built-in stages as they are in a shield; `counts` are shared.

        Args:
            compiled: Compiles a built-in stage.
            views: Whether the shield's scanners read views.
            inner: Whether it is a stage itself, so that its first stage does not run with other scanners.
        """

        def stage(given: Any) -> Any:  # noqa: ANN401  # any stage
            if isinstance(given, Cascade):
                bound = given._in_shield(compiled, views=views, inner=True)  # noqa: SLF001
                return bound._second if isinstance(bound._first, Absent) else bound  # noqa: SLF001
            return compiled(given) if _may_be_compiled(given) else given

        apart = inner or self._first_stage() is None
        second = stage(self._second)
        changed = {
            "_first": stage(self._first) if apart else self._first,
            "_second": second,
            "_clears_views": not views or _reads_views(second),
            "_counts": self._counts,
            "_lock": self._lock,
        }
        bound = copy(self)
        for name, value in changed.items():
            setattr(bound, name, value)
        return bound

    async def _resume(self, texts: tuple[str, ...], first: Staged) -> Staged:
        """What becomes of the first stage's verdict on `texts`."""
        from asyncio import timeout

        from pyshield._await import awaited

        left = self._left() if self._is_open(first) else None
        if left is None or left <= 0:
            return self._unasked(first, left)
        try:
            async with timeout(left):
                if isinstance(self._second, str):
                    from pyshield import functions

                    said = await functions.call(self._second, **_arguments(texts))
                else:
                    said = await awaited(self._second, *texts[:-1], first[0])
            return self._decided(first[0], said)
        except TimeoutError as error:
            return self._degraded(first, "the second stage did not answer in time", error)
        except Exception as error:  # noqa: BLE001  # whatever a stage of the user's raises
            return self._degraded(first, _words(error), error)

    def _resume_blocking(self, texts: tuple[str, ...], first: Staged) -> Staged:
        """As `_resume`, on the calling thread."""
        left = self._left() if self._is_open(first) else None
        if left is None or left <= 0:
            return self._unasked(first, left)
        try:
            return self._decided(first[0], self._asked_blocking(texts, first[0], left))
        except TimeoutError as error:
            return self._degraded(first, "the second stage did not answer in time", error)
        except Exception as error:  # noqa: BLE001  # whatever a stage of the user's raises
            return self._degraded(first, _words(error), error)

    def _asked_blocking(self, texts: tuple[str, ...], text: str, left: float) -> Any:  # noqa: ANN401
        if isinstance(self._second, str):
            from pyshield._runtime import _functions_call_blocking

            return _functions_call_blocking(self._second, _arguments(texts), left)
        if isinstance(self._second, Stage):
            return self._second.within(left, *texts[:-1], text)
        return self._second.scan(*texts[:-1], text)

    def _left(self) -> float:
        """Seconds the second stage may take."""
        until = deadline.get()
        return (
            self._timeout
            if until is None
            else min(self._timeout, (until - monotonic()) * (1 - _HANDING_BACK))
        )

    def _is_open(self, first: Staged) -> bool:
        """Whether the second stage is asked about a text of which the first said this."""
        _, valid, risk = first
        low, high = self._grey
        sees = self._clears_views or valid or not first.viewed
        return low <= risk <= high and sees and not isinstance(self._second, Absent)

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _unasked(self, first: Staged, left: float | None) -> Staged:
        """The first stage's verdict: it is clear, or there is no time to ask the second."""
        if left is not None:
            return self._degraded(first, "no time was left for the second stage", None)
        self._count("first")
        return _staged(first, "first", viewed=first.viewed)

    def _decided(self, text: str, said: Any) -> Staged:  # noqa: ANN401  # whatever it returned
        """The second stage's verdict."""
        viewed = False
        if not isinstance(self._second, str):
            text, valid, risk = said
            if not isinstance(text, str):
                raise TypeError("no text")
            valid, viewed = judged_valid(valid), getattr(said, "viewed", False)
        elif isinstance(said, bool):
            valid, risk = not said, 1.0 if said else -1.0
        elif isinstance(said, dict):
            valid, risk = judged_valid(said["is_valid"]), float(said["risk"])
            if not -1.0 <= risk <= 1.0:
                raise ValueError("a risk outside -1 to 1")
        else:
            probability = float(said)
            if not 0.0 <= probability <= 1.0:
                raise ValueError("a probability outside 0 to 1")
            valid, risk = probability <= self._threshold, probability
            if valid:
                # As every scanner: what passes has a risk below 0.
                risk = probability - 1.0
        if not isfinite(risk):
            raise ValueError("a risk that is not finite")
        self._count("second")
        return _staged((text, valid, float(risk)), "second", viewed=viewed)

    def _degraded(self, first: Staged, why: str, cause: BaseException | None) -> Staged:
        self._count("degraded")
        kept = self._on_failure == "first"
        rest = "the first one's verdict stands" if kept else "the text is refused"
        error = ScannerError(f"Cascade: {why}; {rest}", "Cascade", "degraded")
        error.__cause__ = cause
        verdict = _staged(first if kept else (first[0], False, 1.0), "degraded", viewed=first.viewed)
        verdict.error = error
        return verdict

    def _arguments(self) -> tuple[object, ...]:
        return (self._first, self._second, self._grey, self._timeout, self._threshold, self._on_failure)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Cascade):
            return NotImplemented
        return self._arguments() == other._arguments()

    def __hash__(self) -> int:
        # Without the stages: an object of your own may have no hash.
        return hash((type(self), *self._arguments()[2:]))

    def __getstate__(self) -> dict[str, Any]:
        kept = (name for name in Cascade.__slots__ if name not in ("_counts", "_lock"))
        return {name: getattr(self, name) for name in kept} | getattr(self, "__dict__", {})

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A copy counts for itself.
        self._counts, self._lock = _no_counts(), Lock()
        for name, value in state.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"Cascade({self._first!r}, {self._second!r}, grey={self._grey!r})"


def _no_counts() -> dict[str, int]:
    return {"first": 0, "second": 0, "degraded": 0}


def _staged(verdict: tuple[str, bool, float], stage: str, *, viewed: bool) -> Staged:
    staged = Staged(verdict)
    staged.stage, staged.viewed = stage, viewed
    return staged


def _verdict(said: Any) -> Staged:  # noqa: ANN401  # what a scanner returned
    """What the first stage said, where it is no part of what the runtime ran."""
    if isinstance(said, Staged):
        return said
    text, valid, risk = said
    return Staged((text, valid, risk))


def _may_be_compiled(stage: Any) -> bool:  # noqa: ANN401  # any stage
    """Whether it can run as a shield's scanners do: one with a vault is the session's."""
    return is_native(stage) and not stage._vaults()  # noqa: SLF001


def _reads_views(stage: Any) -> bool:  # noqa: ANN401  # any stage
    """Whether all that a stage lets pass was looked through in its views."""
    if isinstance(stage, Cascade):
        return _reads_views(stage._first) and _reads_views(stage._second)  # noqa: SLF001
    return isinstance(stage, Stage) and stage.reads_views


def _arguments(texts: tuple[str, ...]) -> dict[str, str]:
    return {"text": texts[-1]} if len(texts) == 1 else {"prompt": texts[0], "text": texts[-1]}


def _words(error: Exception) -> str:
    """What happened, without the words of an exception of the user's: they may quote the text."""
    from pyshield.errors import FunctionError

    if isinstance(error, FunctionError):
        return f"the second stage failed ({error})"
    return f"the second stage raised {type(error).__name__}"
