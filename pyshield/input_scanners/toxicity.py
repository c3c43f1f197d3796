"""Toxicity: prompts that insult, threaten or worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import TOXICITY as DEFAULT_MODEL
from pyshield._declarations.reads import MatchType, Reader, declared

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["DEFAULT_MODEL", "MatchType", "Toxicity"]


class Toxicity(Reader, PromptScanner):
    """Refuses prompts that insult, threaten or worse.

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
    _type = "Toxicity"
    _usual = 0.5
    _reads: ClassVar[dict[str, Any]] = {
        "reads_views": True,
        "head": "toxicity",
        "labels": {
            "watch": [
                "toxic",
                "toxicity",
                "severe_toxic",
                "severe_toxicity",
                "obscene",
                "threat",
                "insult",
                "identity_attack",
                "identity_hate",
                "sexual",
                "sexual_explicit",
            ]
        },
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.5,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("Toxicity"), model, threshold, match_type, use_onnx))
