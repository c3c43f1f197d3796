"""BanCode: outputs that are code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.reads import Reader, checked_model
from pyshield.input_scanners.ban_code import BanCode as InputBanCode

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["BanCode"]


class BanCode(Reader, OutputScanner):
    """Refuses outputs that are code.

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
    _usual = 0.9
    _reads = InputBanCode._reads  # noqa: SLF001  # its twin

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.9,
        use_onnx: bool = False,
    ) -> None:
        check = Check("BanCode")
        self._declare(
            model=checked_model(check, model),
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            use_onnx=check.boolean("use_onnx", use_onnx),
        )
