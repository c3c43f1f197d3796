"""Code: outputs with code in some languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.reads import Reader
from pyshield.input_scanners.code import Code as InputCode
from pyshield.input_scanners.code import declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyshield.model import Model

__all__ = ["Code"]


class Code(Reader, OutputScanner):
    """Refuses outputs with code in one of some languages, or with none in them.

    What stands between backticks is read, each block for itself; without any, the whole output.

    Args:
        languages: The languages, of `pyshield.input_scanners.code.SUPPORTED_LANGUAGES`.
        model: The model that is read; the bundled one if not given. It must know all of `languages`.
        is_blocked: Whether the languages are refused. If not, one of them must be there.
        threshold: A language counts from this probability on, 0 to 1.
        use_onnx: Taken for llm-guard's sake; models always run on ONNX Runtime.

    Raises:
        ConfigError: For a wrong type or value, or without `model` where there is no bundled one.
        LLMGuardValidationError: For a language that is not supported.
        ModelError: When first used, if the model cannot be.
    """

    __slots__ = ()
    _type = "Code"
    _usual = 0.5
    _reads = InputCode._reads  # noqa: SLF001  # its twin

    def __init__(
        self,
        languages: Sequence[str],
        *,
        model: Model | None = None,
        is_blocked: bool = True,
        threshold: float = 0.5,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(languages, model, is_blocked, threshold, use_onnx))
