"""What scanners that are not pyshield's say, and what it counts for.

They may return anything and raise anything: what is no verdict is an error, for `on_error` to judge.
"""

from __future__ import annotations

from math import isfinite
from numbers import Rational, Real
from typing import TYPE_CHECKING, Any

from pyshield.errors import FunctionError, ScannerError

if TYPE_CHECKING:
    from pyshield._runtime import ScanResult
    from pyshield.errors import ShieldError

    Judgement = tuple[str, bool, float, ShieldError | None, str | None, str | None]

__all__ = ["Staged", "failed", "judged", "judged_valid", "staged"]


class Staged(tuple[str, bool, float]):  # noqa: SLOT001  # tuples have no room for slots
    """A verdict that may be degraded: then `error` says why it is not the one it should be."""

    error: ShieldError | None = None
    stage: str | None = None
    """Which stage of a cascade it is of, as `Verdict.stage` has it."""
    viewed: bool = False
    """Whether something was found through a view, which who reads the text alone does not see."""


def staged(result: ScanResult, text: str, number: int = 0) -> Staged:
    """What one of the runtime's scanners said, with the text that is left.

    Args:
        result: What all of them said.
        text: The text that is left.
        number: Which of them.
    """
    name, verdict = list(result.verdicts.items())[number]
    said = Staged((text, verdict.is_valid, verdict.risk))
    if not verdict.is_valid:
        # What is not listed may be of any scanner and of any view.
        said.viewed = result.omitted_findings > 0 or any(
            finding.view is not None and finding.scanner == name for finding in result.findings
        )
    return said


def judged_valid(valid: object) -> bool:
    """Whether a text passes, by the word of a scanner or function of the user's.

    Raises:
        TypeError: If the word is none: a language model's `"false"` would be as true as any other string, and
            so would a number that is none.
    """
    none = valid is None or isinstance(valid, str | bytes | bytearray)
    # Whole numbers are finite, though they need not fit into a float.
    if none or (isinstance(valid, Real) and not isinstance(valid, Rational) and not isfinite(valid)):
        raise TypeError("neither true nor false")
    return bool(valid)


def judged(name: str, verdict: Any) -> tuple[str, bool, float, ShieldError | None, str | None]:  # noqa: ANN401
    """What a scanner returned, if it is what the protocol asks for; and its stage."""
    try:
        text, valid, risk = verdict
        said = str(text), judged_valid(valid), float(risk)
        said[0].encode()
    except (TypeError, ValueError):
        kind = type(verdict).__name__
        raise ScannerError(f"{name}: returned a {kind}, not (text, is_valid, risk)", name, "failed") from None
    if not isinstance(text, str) or not isfinite(said[2]):
        raise ScannerError(f"{name}: returned no text or no finite risk", name, "failed")
    error, stage = (verdict.error, verdict.stage) if isinstance(verdict, Staged) else (None, None)
    return said[0], said[1], min(max(said[2], -1.0), 1.0), error, stage


def failed(name: str, error: BaseException, on_error: str) -> Judgement:
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
    allowed = on_error == "allow"
    return name, allowed, 0.0 if allowed else 1.0, typed, None, None
