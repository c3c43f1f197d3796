"""BanTopics: prompts about what nobody should talk about here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import TOPICS_BGE_M3 as MODEL_BGE_M3_V2
from pyshield._declarations.llm_guard_models import TOPICS_DEBERTA_BASE as MODEL_DEBERTA_BASE_V2
from pyshield._declarations.llm_guard_models import TOPICS_DEBERTA_LARGE as MODEL_DEBERTA_LARGE_V2
from pyshield._declarations.llm_guard_models import TOPICS_ROBERTA_BASE as MODEL_ROBERTA_BASE_C_V2
from pyshield._declarations.llm_guard_models import TOPICS_ROBERTA_LARGE as MODEL_ROBERTA_LARGE_C_V2
from pyshield._declarations.reads import Reader, checked_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = [
    "MODEL_BGE_M3_V2",
    "MODEL_DEBERTA_BASE_V2",
    "MODEL_DEBERTA_LARGE_V2",
    "MODEL_ROBERTA_BASE_C_V2",
    "MODEL_ROBERTA_LARGE_C_V2",
    "BanTopics",
]


def declared(topics: Sequence[str], threshold: float, model: Model | None, use_onnx: bool) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("BanTopics")
    topics = check.texts("topics", topics)
    if not topics:
        check.fail("topics", "is empty")
    for index, topic in enumerate(topics):
        if not topic.strip():
            check.fail(f"topics[{index}]", "is empty")
    return {
        "topics": topics,
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "model": checked_model(check, model),
        "use_onnx": check.boolean("use_onnx", use_onnx),
    }


class BanTopics(Reader, PromptScanner):
    """Refuses prompts that are about one of some topics.

    A model that tells whether one text follows from another is asked whether the prompt is about each topic,
    as in transformers' zero-shot classification: several topics share one probability, a single one is
    weighed against its contrary. A model that gives embeddings says how near the prompt is to each topic.
    With the bundled one the default threshold stands for the nearness at which it was calibrated; with
    another one the score is the cosine itself, so that thresholds are lower (0.25 to 0.4 for MiniLM).

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
    _usual = 0.6
    _reads: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        topics: Sequence[str],
        *,
        threshold: float = 0.6,
        model: Model | None = None,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(topics, threshold, model, use_onnx))
