"""Relevance: outputs that have nothing to do with their prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PairScanner
from pyshield._declarations.llm_guard_models import BGE_BASE as MODEL_EN_BGE_BASE
from pyshield._declarations.llm_guard_models import BGE_LARGE as MODEL_EN_BGE_LARGE
from pyshield._declarations.llm_guard_models import BGE_SMALL as MODEL_EN_BGE_SMALL
from pyshield._declarations.reads import Reader, checked_model

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["MODEL_EN_BGE_BASE", "MODEL_EN_BGE_LARGE", "MODEL_EN_BGE_SMALL", "Relevance"]


class Relevance(Reader, PairScanner):
    """Refuses outputs that are not similar to their prompt.

    The similarity is the cosine between the embeddings of the two. What similarity means differs between
    models: BGE's embeddings of unrelated texts are at 0.4 to 0.5, MiniLM's at about 0. With the bundled model
    the default threshold stands for the similarity at which it was calibrated.

    Args:
        threshold: The least similarity that passes, 0 to 1.
        model: The model that is read; the bundled one if not given. It must give embeddings.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "Relevance"
    _usual = 0.5
    _flags_above = False
    _reads: ClassVar[dict[str, Any]] = {"head": "embedding"}

    def __init__(self, *, threshold: float = 0.5, model: Model | None = None, use_onnx: bool = False) -> None:
        check = Check("Relevance")
        self._declare(
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            model=checked_model(check, model),
            use_onnx=check.boolean("use_onnx", use_onnx),
        )
