"""What a scan returns.

`ScanResult`, `Finding`, `Verdict` and `Timings` are made by the runtime; `Severity`, `Entity` and
`RiskFactor` are plain Python values that it fills. The first four do not change, so a copy is the same
object; they do not pickle, as texts stay in their process: send `result.to_dict()`.
"""

from __future__ import annotations

from enum import Enum
from functools import total_ordering
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pyshield._runtime import Finding, ScanResult, Timings, Verdict

__all__ = [
    "DetectionMethod",
    "Entity",
    "Finding",
    "RiskFactor",
    "ScanResult",
    "Severity",
    "Timings",
    "Verdict",
]


@total_ordering
class Severity(Enum):
    """How much a finding matters; ordered from `NONE` to `CRITICAL`."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Severity):
            return NotImplemented
        return _RANK[self] < _RANK[other]

    def __str__(self) -> str:
        return self.value


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class DetectionMethod(Enum):
    """What the verdict of a shield's built-in scanners rests on."""

    HEURISTIC = "heuristic"
    """On scanners that read no model."""
    ML = "ml"
    """On models alone."""
    HEURISTIC_SHORT_CIRCUIT = "heuristic_short_circuit"
    """On scanners that read no model, one of which refused: models were not asked."""
    ML_FALLBACK_TO_HEURISTIC = "ml_fallback_to_heuristic"
    """On scanners that read no model, since a model failed."""
    HYBRID_BOTH = "hybrid_both"
    """On both."""


class Entity(NamedTuple):
    """A named thing in a text.

    Attributes:
        type: What it is, in capitals: `EMAIL_ADDRESS`.
        start: Where it begins, in code points.
        end: Where it ends, in code points, exclusive.
        score: How sure the scanner is, 0 to 1.
    """

    type: str
    start: int
    end: int
    score: float


class RiskFactor(NamedTuple):
    """One reason why a text is risky.

    Attributes:
        scanner: The scanner that says so, by class name.
        description: What was found, without the text itself.
        severity: How much it matters.
        score: The scanner's risk, 0 to 1.
    """

    scanner: str
    description: str
    severity: Severity
    score: float


def __getattr__(name: str) -> Any:  # noqa: ANN401  # the four classes of the runtime
    if name in {"Finding", "ScanResult", "Timings", "Verdict"}:
        from pyshield import _runtime

        return getattr(_runtime, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
