"""`InferenceMetrics`: what models did in a shield, by the runtime's own counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyshield._declared import Declared

__all__ = ["InferenceMetrics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceMetrics:
    """What models did in a shield so far, in this process.

    Attributes:
        total_calls: Scans that came to a result, remembered ones included.
        ml_calls: Scans for which models were asked.
        heuristic_calls: Scans in which scanners that read no model were asked.
        cache_hits: Results that were remembered, or shared with an equal request in flight.
        heuristic_short_circuits: Scans that a heuristic refused before models were asked.
        total_inference_time_ms: Milliseconds models took, tokenising left out.
        ml_errors: Scans in which a model came to no answer.
        fallback_count: Those in which the other scanners' verdicts stood in.
        latencies: Upper bounds in seconds, and how many scans' inference took at most that long; ascending.
    """

    total_calls: int = 0
    ml_calls: int = 0
    heuristic_calls: int = 0
    cache_hits: int = 0
    heuristic_short_circuits: int = 0
    total_inference_time_ms: float = 0.0
    ml_errors: int = 0
    fallback_count: int = 0
    latencies: tuple[tuple[float, int], ...] = ()

    @classmethod
    def of(cls, shield: Declared) -> Self:
        """Those of a shield, now."""
        return cls.from_metrics(shield.metrics())

    @classmethod
    def from_metrics(cls, numbers: Mapping[str, Any]) -> Self:
        """Those in what `shield.metrics()` returned."""
        outcomes, made = numbers["outcomes_total"], numbers["detections_total"]
        cache, inference = numbers["cache"] or {}, numbers["inference_seconds"]
        fallbacks = made["ml_fallback_to_heuristic"]
        return cls(
            total_calls=outcomes["valid"] + outcomes["invalid"],
            ml_calls=made["ml"] + made["hybrid_both"] + fallbacks,
            heuristic_calls=sum(made.values()) - made["ml"],
            cache_hits=cache.get("hits_total", 0) + cache.get("shared_total", 0),
            heuristic_short_circuits=made["heuristic_short_circuit"],
            total_inference_time_ms=inference["sum_seconds"] * 1000,
            ml_errors=numbers["model_errors_total"],
            fallback_count=fallbacks,
            latencies=tuple((bound, count) for bound, count in inference["buckets"]),
        )

    def cache_hit_rate(self) -> float:
        """Remembered results among all, 0 to 1."""
        return self.cache_hits / self.total_calls if self.total_calls else 0.0

    def heuristic_filter_rate(self) -> float:
        """Scans that needed no model, since a heuristic refused, among all, 0 to 1."""
        return self.heuristic_short_circuits / self.total_calls if self.total_calls else 0.0

    def avg_inference_time_ms(self) -> float:
        """Milliseconds of inference for each scan, remembered ones included."""
        return self.total_inference_time_ms / self.total_calls if self.total_calls else 0.0

    def ml_error_rate(self) -> float:
        """Scans in which a model failed among those for which one was asked, 0 to 1."""
        return self.ml_errors / self.ml_calls if self.ml_calls else 0.0

    def latency(self, share: float) -> float:
        """Seconds within which this share of the scans' inference was done (0.95 for p95).

        It is the upper bound of a histogram's bucket, so up to twice the true value; 0 before any, infinity
        beyond the last bound.
        """
        count = self.latencies[-1][1] if self.latencies else 0
        if not count:
            return 0.0
        return next((bound for bound, below in self.latencies if below >= share * count), float("inf"))
