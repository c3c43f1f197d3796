"""PromptInjection: texts that try to take a model over."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import INJECTION_V1 as V1_MODEL
from pyshield._declarations.llm_guard_models import INJECTION_V2 as V2_MODEL
from pyshield._declarations.llm_guard_models import INJECTION_V2_SMALL as V2_SMALL_MODEL
from pyshield._declarations.reads import Reader, declared

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["V1_MODEL", "V2_MODEL", "V2_SMALL_MODEL", "MatchType", "PromptInjection"]


class MatchType(Enum):
    """What of a prompt the model reads."""

    SENTENCE = "sentence"
    """Each sentence for itself."""
    FULL = "full"
    """All of it, in overlapping windows if it is long."""
    TRUNCATE_TOKEN_HEAD_TAIL = "truncate_token_head_tail"  # noqa: S105  # of a model, not of an account
    """Of more than 510 tokens the first 128 and the last 382."""
    TRUNCATE_HEAD_TAIL = "truncate_head_tail"
    """Of more than 256 characters the first and the last 126."""
    CHUNKS = "chunks"
    """256 characters at a time, overlapping by 25."""


class PromptInjection(Reader, PromptScanner):
    """Refuses prompts that a model takes for an injection.

    Args:
        model: The model that is read; the bundled one if not given.
        threshold: A score above it is refused, 0 to 1.
        match_type: What of a prompt the model reads.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "PromptInjection"
    _usual = 0.92
    _reads: ClassVar[dict[str, Any]] = {
        "reads_views": True,
        "head": "injection",
        "labels": {"watch": ["injection", "direct", "indirect", "jailbreak", "jailbreaks", "label_1"]},
        "scoring": "one",
        "decimals": 2,
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.92,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("PromptInjection"), model, threshold, match_type, use_onnx, MatchType))
