"""Bias: outputs that take sides, read together with their prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PairScanner
from pyshield._declarations.llm_guard_models import BIAS as DEFAULT_MODEL
from pyshield._declarations.reads import MatchType, Reader, declared

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["DEFAULT_MODEL", "Bias", "MatchType"]


class Bias(Reader, PairScanner):
    """Refuses outputs that take sides, read together with their prompt.

    Args:
        model: The model that is read; the bundled one if not given.
        threshold: A score above it is refused, 0 to 1.
        match_type: What of an output the model reads.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "Bias"
    _usual = 0.7
    _reads: ClassVar[dict[str, Any]] = {
        "head": "bias",
        "labels": {"watch": ["biased", "subjective"]},
        "scoring": "one",
        "decimals": 2,
        "with_prompt": True,
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.7,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("Bias"), model, threshold, match_type, use_onnx))
