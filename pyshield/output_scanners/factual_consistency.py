"""FactualConsistency: outputs that do not follow from their prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declaration import PairScanner
from pyshield._reads import Reader, checked_model

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["FactualConsistency"]


class FactualConsistency(Reader, PairScanner):
    """Refuses outputs that are not consistent with their prompt, by whether the one follows from the other.

    A model in pyshield's own format is asked whether the output follows from the prompt, an ordinary one as
    llm-guard asks it, the other way round; the bundled one is not good enough at this and has no head for it.
    Of long texts every part is read with every part of the other; the worst supported part of the output
    counts. A blank prompt or output passes.

    Args:
        model: The model that is read. It must know a label `entail…`.
        minimum_score: The least probability that passes, 0 to 1.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "FactualConsistency"
    _usual = 0.75
    _flags_above = False
    _reads: ClassVar[dict[str, Any]] = {"head": "consistency"}

    def __init__(
        self, *, model: Model | None = None, minimum_score: float = 0.75, use_onnx: bool = False
    ) -> None:
        check = Check("FactualConsistency")
        self._declare(
            model=checked_model(check, model),
            minimum_score=check.number("minimum_score", minimum_score, least=0.0, most=1.0),
            use_onnx=check.boolean("use_onnx", use_onnx),
        )
