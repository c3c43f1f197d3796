"""`MLConfig`: how the scanners of a shield that read models are to read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pyshield._check import Check, shown
from pyshield._declarations.reads import Reader
from pyshield._frozen import sealed
from pyshield._limits import Cache
from pyshield.model import Model

if TYPE_CHECKING:
    from pyshield._declarations.declaration import Declaration

__all__ = ["CacheSettings", "HybridMode", "MLConfig", "ModelVariant"]

_LONGEST = 30 * 24 * 3600.0
_BALANCED = 0.5
"""The threshold that stands for each scanner's own."""


class ModelVariant(Enum):
    """In which numbers a model is written."""

    FP32 = "fp32"
    """32 bits, as it was trained."""
    FP16 = "fp16"
    """16 bits: half the size."""
    INT8 = "int8"
    """8 bits: a quarter of it, and on most processors the fastest."""


_FILES = {
    ModelVariant.FP32: ("model.onnx",),
    ModelVariant.FP16: ("model_fp16.onnx",),
    ModelVariant.INT8: ("model_quantized.onnx", "model_int8.onnx"),
}
"""What optimum and the hub's collections call a variant's file."""


class HybridMode(Enum):
    """Which scanners are asked: those that read a model, the others (heuristics), or both."""

    HEURISTIC_ONLY = "heuristic_only"
    """Those that read no model. No model is loaded."""
    ML_ONLY = "ml_only"
    """Those that read a model."""
    HYBRID = "hybrid"
    """First those that read none; if one refuses the text, and does not just redact it, no model is asked."""
    BOTH = "both"
    """All; the highest risk counts."""


@sealed
@dataclass(frozen=True, slots=True)
class CacheSettings:
    """How many results are remembered, and for how long.

    Args:
        max_size: Results; 0 remembers none.
        ttl: Seconds.

    Raises:
        ConfigError: For a wrong type or value.
    """

    max_size: int = 1000
    ttl: float = 3600.0

    def __post_init__(self) -> None:
        check = Check("CacheSettings")
        check.integer("max_size", self.max_size, least=0)
        check.number("ttl", self.ttl, least=0.0, most=_LONGEST)

    def to_cache(self) -> Cache | None:
        """The shield's cache; `None` if nothing is to be remembered."""
        if self.max_size == 0 or self.ttl == 0:
            return None
        return Cache(max_entries=self.max_size, ttl=self.ttl)

    @classmethod
    def production(cls) -> Self:
        """1,000 results, an hour."""
        return cls()

    @classmethod
    def edge(cls) -> Self:
        """100 results, ten minutes."""
        return cls(100, 600.0)

    @classmethod
    def aggressive(cls) -> Self:
        """10,000 results, two hours."""
        return cls(10_000, 7200.0)

    @classmethod
    def minimal(cls) -> Self:
        """10 results, a minute."""
        return cls(10, 60.0)

    @classmethod
    def disabled(cls) -> Self:
        """None."""
        return cls(0, 0.0)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class MLConfig:
    """How the scanners of a shield that read models are to read them.

    Args:
        enabled: Whether models are read at all. If not, none is loaded, and the scanners that would read one
            are skipped: `result.skipped` says so.
        model_variant: Which of a model's files is read, where its directory has several; otherwise the one
            that is there. The bundled model has one, in 8 bits.
        threshold: How sure a model has to be, 0 to 1, for scanners at their default threshold: 0.5 stands for
            that default, less is stricter, more is laxer. Scanners with a threshold of their own keep it,
            and so do those that ask for a least similarity (`Relevance`, `FactualConsistency`).
        fallback_to_heuristic: Whether the other scanners' verdicts stand when a model fails or cannot be
            loaded. If not, or if there are no others, `on_error` says what that means. The error is in the
            result.
        cache_enabled: Whether results are remembered, if the shield has no `cache` of its own.
        cache_config: How many, and for how long.
        hybrid_mode: Which scanners are asked.
        workers: Sessions of each model; the model's own number if not given.
        threads: Threads of each session; likewise.
        max_batch_tokens: Tokens that are run together at most; what was found to be best if not given.

    Raises:
        ConfigError: For a wrong type or value.
    """

    enabled: bool = True
    model_variant: ModelVariant = ModelVariant.FP16
    threshold: float = _BALANCED
    fallback_to_heuristic: bool = True
    cache_enabled: bool = True
    cache_config: CacheSettings = field(default_factory=CacheSettings)
    hybrid_mode: HybridMode = HybridMode.HYBRID
    workers: int | None = None
    threads: int | None = None
    max_batch_tokens: int | None = None

    def __post_init__(self) -> None:
        check = Check("MLConfig")
        for name in ("enabled", "fallback_to_heuristic", "cache_enabled"):
            check.boolean(name, getattr(self, name))
        for name, kind in (("model_variant", ModelVariant), ("hybrid_mode", HybridMode)):
            object.__setattr__(self, name, check.choice(name, getattr(self, name), kind))
        check.number("threshold", self.threshold, least=0.0, most=1.0)
        if not isinstance(self.cache_config, CacheSettings):
            check.fail("cache_config", f"expected CacheSettings, got {shown(self.cache_config)}")
        for name in ("workers", "threads", "max_batch_tokens"):
            if getattr(self, name) is not None:
                check.integer(name, getattr(self, name), least=1)

    @classmethod
    def production(cls) -> Self:
        """16 bits, as sure as calibrated, 1,000 results an hour; heuristics stand in for a failing model."""
        return cls(cache_config=CacheSettings.production())

    @classmethod
    def edge(cls) -> Self:
        """8 bits, laxer (0.6), 100 results ten minutes; one session of one thread, 256 tokens at a time."""
        return cls(
            model_variant=ModelVariant.INT8,
            threshold=0.6,
            cache_config=CacheSettings.edge(),
            workers=1,
            threads=1,
            max_batch_tokens=256,
        )

    @classmethod
    def high_accuracy(cls) -> Self:
        """32 bits, stricter (0.3), 10,000 results two hours; every scanner is asked, models must answer."""
        return cls(
            model_variant=ModelVariant.FP32,
            threshold=0.3,
            fallback_to_heuristic=False,
            cache_config=CacheSettings.aggressive(),
            hybrid_mode=HybridMode.BOTH,
        )

    @classmethod
    def disabled(cls) -> Self:
        """No model."""
        return cls(enabled=False)

    @property
    def mode(self) -> HybridMode:
        """Which scanners are asked: `hybrid_mode`, or only heuristics if models are not enabled."""
        return self.hybrid_mode if self.enabled else HybridMode.HEURISTIC_ONLY

    def applied(self, scanner: Declaration) -> Declaration:
        """The scanner as it reads its model in a shield with these settings; one that reads none as it is."""
        if not isinstance(scanner, Reader) or not scanner.reads_model():
            return scanner
        # Before the bundled model takes the place of none.
        scanner.check_model()
        params = dict(scanner.params)
        usual = scanner.scaled_threshold()
        if usual is not None:
            params["threshold"] = _scaled(self.threshold, usual)
        params["model"] = self._model(params["model"])
        copy = object.__new__(type(scanner))
        copy.__setstate__(scanner.__getstate__() | {"params": params})
        return copy

    def _model(self, model: Model | None) -> Model | None:
        changed: dict[str, Any] = {
            name: value
            for name in ("workers", "threads", "max_batch_tokens")
            if (value := getattr(self, name)) is not None
        }
        file = None if model is None else self._file(model)
        if file is not None:
            changed["onnx_filename"] = file
        if not changed:
            return model
        return replace(Model.bundled() if model is None else model, **changed)

    def _file(self, model: Model) -> str | None:
        """The name of the variant's file, if the model's directory has one."""
        root = Path(model.path if model.onnx_path is None else model.onnx_path).expanduser()
        if not root.is_dir():
            return None
        places = (root / model.onnx_subfolder, root, root / "onnx")
        names = _FILES[self.model_variant]
        return next((name for name in names for place in places if (place / name).is_file()), None)

    def left_out(self, scanner: Declaration) -> str | None:
        """Why a scanner is not asked, as `Verdict.skipped` has it; `None` if it is."""
        reads, mode = isinstance(scanner, Reader) and scanner.reads_model(), self.mode
        other = HybridMode.HEURISTIC_ONLY if reads else HybridMode.ML_ONLY
        return mode.value if mode is other else None

    def to_config(self) -> dict[str, Any]:
        """The settings as a configuration file holds them."""
        plain = asdict(self)
        return plain | {name: plain[name].value for name in ("model_variant", "hybrid_mode")}


def _scaled(threshold: float, usual: float) -> float:
    """Where `threshold` lies on a scale on which 0.5 is `usual`."""
    if threshold <= _BALANCED:
        return threshold / _BALANCED * usual
    return usual + (threshold - _BALANCED) / (1 - _BALANCED) * (1 - usual)
