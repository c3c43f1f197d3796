"""BanTopics: outputs about what nobody should talk about here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.reads import Reader
from pyshield.input_scanners.ban_topics import declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["BanTopics"]


class BanTopics(Reader, OutputScanner):
    """Refuses outputs that are about one of some topics.

    A model that tells whether one text follows from another is asked whether the output is about each topic,
    as in transformers' zero-shot classification: several topics share one probability, a single one is
    weighed against its contrary. A model that gives embeddings says how near the output is to each topic; the
    score is the cosine between the two, so that thresholds are lower (0.25 to 0.4 for MiniLM).

    Args:
        topics: The topics, in words; at least one.
        threshold: A score above it is refused, 0 to 1.
        model: The model that is read; the bundled one if not given.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "BanTopics"
    _usual = 0.75
    _reads: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        topics: Sequence[str],
        *,
        threshold: float = 0.75,
        model: Model | None = None,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(topics, threshold, model, use_onnx))
