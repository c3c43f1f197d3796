"""BanCode: prompts that are code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._declarations.llm_guard_models import BAN_CODE_SMALL as MODEL_SM
from pyshield._declarations.llm_guard_models import BAN_CODE_TINY as MODEL_TINY
from pyshield._declarations.reads import Reader, checked_model

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["MODEL_SM", "MODEL_TINY", "BanCode"]


class BanCode(Reader, PromptScanner):
    """Refuses prompts that are code.

    Args:
        model: The model that is read; the bundled one if not given.
        threshold: A score above it is refused, 0 to 1.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "BanCode"
    _usual = 0.97
    _reads: ClassVar[dict[str, Any]] = {
        "head": "code",
        "labels": {"watch": ["code"]},
        "scoring": "one",
        "decimals": 2,
        "as_prose": True,
    }

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.97,
        use_onnx: bool = False,
    ) -> None:
        check = Check("BanCode")
        self._declare(
            model=checked_model(check, model),
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            use_onnx=check.boolean("use_onnx", use_onnx),
        )
