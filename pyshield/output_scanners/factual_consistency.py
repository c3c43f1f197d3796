"""FactualConsistency: outputs that do not follow from their prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PairScanner
from pyshield._declarations.reads import Reader, checked_model

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["FactualConsistency"]


class FactualConsistency(Reader, PairScanner):
    """Refuses outputs that are not consistent with their prompt, by whether the one follows from the other.

    Without a model, words are compared: which of the output's the prompt has, and what speaks against it
    (numbers and names that are missing, negations, opposites). That takes microseconds, works best in
    English, and knows nothing of what words mean; `docs/models/consistency.md` says how often it is right.

    A model in pyshield's own format is asked whether the output follows from the prompt, an ordinary one as
    llm-guard asks it, the other way round; the bundled encoder has no head for it. Of long texts every part
    is read with every part of the other.

    In any case the worst supported part of the output counts, and a blank prompt or output passes.

    Args:
        model: The model that is read; it must know a label `entail…`. `None`: words are compared.
        minimum_score: The least probability that passes, 0 to 1. For words the default stands for one half.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value.
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
            model=None if model is None else checked_model(check, model),
            minimum_score=check.number("minimum_score", minimum_score, least=0.0, most=1.0),
            use_onnx=check.boolean("use_onnx", use_onnx),
        )

    def reads_model(self) -> bool:
        """Whether it was given a model; otherwise it compares words."""
        return self._params["model"] is not None

    def _spec(self) -> dict[str, Any]:
        if self.reads_model():
            return super()._spec()
        return {"type": self._type, "minimum_score": self._params["minimum_score"]}
