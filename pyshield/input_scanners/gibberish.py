"""Gibberish: prompts that mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import GIBBERISH as DEFAULT_MODEL
from pyshield._declarations.reads import MatchType, Reader, declared

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["DEFAULT_MODEL", "Gibberish", "MatchType"]


class Gibberish(Reader, PromptScanner):
    """Refuses prompts that mean nothing.

    Args:
        model: The model that is read; the bundled one if not given.
        threshold: A score above it is refused, 0 to 1.
        match_type: What of a prompt the model reads.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "Gibberish"
    _usual = 0.97
    _reads: ClassVar[dict[str, Any]] = {
        "head": "gibberish",
        "labels": {"watch": ["word salad", "word_salad", "noise", "mild gibberish", "mild"]},
        "scoring": "one",
        "decimals": 2,
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.97,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("Gibberish"), model, threshold, match_type, use_onnx))
