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

from math import isfinite
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from pyshield._check import Check, shown
from pyshield._declaration import is_native
from pyshield._own import Staged, deadline, judged_valid
from pyshield.errors import ScannerError

if TYPE_CHECKING:
    from pyshield._declaration import Declaration

__all__ = ["Cascade"]

OnFailure = Literal["first", "block"]

_HANDING_BACK = 0.1
"""The share of the time left that is kept back: the first stage must be heard before the deadline."""


class Cascade:
    """Asks `first`, and `second` if the risk lies in the grey band.

    In a shield a built-in first stage runs with the other built-in scanners: what reads the same model
    shares its run. `Verdict.stage` says whose word it is: `"first"` (the second was not asked), `"second"`
    or `"degraded"`.

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

    __slots__ = ("_counts", "_first", "_grey", "_lock", "_on_failure", "_second", "_threshold", "_timeout")

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
        self._grey = (low, high)
        self._timeout = check.number("timeout", timeout, least=0.0, most=3600.0, above=True)
        self._threshold = check.number("threshold", threshold, least=0.0, most=1.0)
        self._on_failure = on_failure
        self._counts = {"first": 0, "second": 0, "degraded": 0}
        self._lock = Lock()

    @property
    def counts(self) -> dict[str, int]:
        """Verdicts so far: the first stage's, the second's, and degraded ones."""
        with self._lock:
            return dict(self._counts)

    async def ascan(self, *texts: str) -> Staged:
        """Scans a prompt, or a prompt and an output, without holding up the event loop."""
        from pyshield._await import awaited

        text, valid, risk = await awaited(self._first, *texts)
        return await self._resume(texts, valid, risk, text)

    def scan(self, *texts: str) -> Staged:
        """Scans on the calling thread, where a scanner as the second stage cannot be given up."""
        text, valid, risk = self._first.scan(*texts)
        return self._resume_blocking(texts, valid, risk, text)

    def _first_stage(self) -> Declaration | None:
        """The first stage, if it can run with a shield's other built-in scanners: in one pass with them."""
        first = self._first
        return first if is_native(first) and not first._vaults() else None  # noqa: SLF001

    async def _resume(
        self, texts: tuple[str, ...], valid: bool, risk: float, text: str | None = None
    ) -> Staged:
        """What becomes of the first stage's verdict, which left `text`: the last of `texts` if not given."""
        from asyncio import timeout

        from pyshield._await import awaited

        text = texts[-1] if text is None else text
        left = self._left() if self._is_grey(risk) else None
        if left is None or left <= 0:
            return self._unasked(text, valid, risk, left)
        try:
            async with timeout(left):
                if isinstance(self._second, str):
                    from pyshield import functions

                    said = await functions.call(self._second, **_arguments(texts))
                else:
                    said = await awaited(self._second, *texts[:-1], text)
            return self._decided(text, said)
        except TimeoutError as error:
            return self._degraded(text, valid, risk, "the second stage did not answer in time", error)
        except Exception as error:  # noqa: BLE001  # whatever a stage of the user's raises
            return self._degraded(text, valid, risk, _words(error), error)

    def _resume_blocking(
        self, texts: tuple[str, ...], valid: bool, risk: float, text: str | None = None
    ) -> Staged:
        """As `_resume`, on the calling thread."""
        text = texts[-1] if text is None else text
        left = self._left() if self._is_grey(risk) else None
        if left is None or left <= 0:
            return self._unasked(text, valid, risk, left)
        try:
            if isinstance(self._second, str):
                from pyshield._runtime import _functions_call_blocking

                said = _functions_call_blocking(self._second, _arguments(texts), left)
            else:
                said = self._second.scan(*texts[:-1], text)
            return self._decided(text, said)
        except TimeoutError as error:
            return self._degraded(text, valid, risk, "the second stage did not answer in time", error)
        except Exception as error:  # noqa: BLE001  # whatever a stage of the user's raises
            return self._degraded(text, valid, risk, _words(error), error)

    def _left(self) -> float:
        """Seconds the second stage may take."""
        until = deadline.get()
        return (
            self._timeout
            if until is None
            else min(self._timeout, (until - monotonic()) * (1 - _HANDING_BACK))
        )

    def _is_grey(self, risk: float) -> bool:
        low, high = self._grey
        return low <= risk <= high

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def _unasked(self, text: str, valid: bool, risk: float, left: float | None) -> Staged:
        """The first stage's verdict: it is clear, or there is no time to ask the second."""
        if left is not None:
            return self._degraded(text, valid, risk, "no time was left for the second stage", None)
        self._count("first")
        return _staged((text, valid, risk), "first")

    def _decided(self, text: str, said: Any) -> Staged:  # noqa: ANN401  # whatever it returned
        """The second stage's verdict."""
        if not isinstance(self._second, str):
            text, valid, risk = said
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
        return _staged((text, bool(valid), float(risk)), "second")

    def _degraded(self, text: str, valid: bool, risk: float, why: str, cause: BaseException | None) -> Staged:
        self._count("degraded")
        kept = self._on_failure == "first"
        rest = "the first one's verdict stands" if kept else "the text is refused"
        error = ScannerError(f"Cascade: {why}; {rest}", "Cascade", "degraded")
        error.__cause__ = cause
        verdict = _staged((text, valid, risk) if kept else (text, False, 1.0), "degraded")
        verdict.error = error
        return verdict

    def __repr__(self) -> str:
        return f"Cascade({self._first!r}, {self._second!r}, grey={self._grey!r})"


def _staged(verdict: tuple[str, bool, float], stage: str) -> Staged:
    staged = Staged(verdict)
    staged.stage = stage
    return staged


def _arguments(texts: tuple[str, ...]) -> dict[str, str]:
    return {"text": texts[-1]} if len(texts) == 1 else {"prompt": texts[0], "text": texts[-1]}


def _words(error: Exception) -> str:
    """What happened, without the words of an exception of the user's: they may quote the text."""
    from pyshield.errors import FunctionError

    if isinstance(error, FunctionError):
        return f"the second stage failed ({error})"
    return f"the second stage raised {type(error).__name__}"
