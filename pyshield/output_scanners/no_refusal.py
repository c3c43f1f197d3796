"""NoRefusal: outputs in which a model refuses, by a model or by the phrases that refusals use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.llm_guard_models import REFUSAL as DEFAULT_MODEL
from pyshield._declarations.reads import MatchType, Reader, declared

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["DEFAULT_MODEL", "MatchType", "NoRefusal", "NoRefusalLight"]


class NoRefusal(Reader, OutputScanner):
    """Refuses outputs in which a model refuses.

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
    _type = "NoRefusal"
    _usual = 0.75
    _reads: ClassVar[dict[str, Any]] = {
        "head": "refusal",
        "labels": {"watch": ["rejection", "refusal"]},
        "scoring": "one",
        "decimals": 2,
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.75,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("NoRefusal"), model, threshold, match_type, use_onnx))


class NoRefusalLight(OutputScanner):
    """Refuses outputs that contain a phrase typical of refusals, in any case, also inside words.

    It takes no model and no parameters; being a list of phrases, it also refuses innocent texts that
    use one of them.
    """

    __slots__ = ()
    _type = "NoRefusalLight"

    def __init__(self) -> None:
        self._declare()
