"""Toxicity: outputs that insult, threaten or worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._declarations.reads import MatchType, Reader, declared
from pyshield.input_scanners.toxicity import Toxicity as InputToxicity

if TYPE_CHECKING:
    from pyshield.model import Model

__all__ = ["MatchType", "Toxicity"]


class Toxicity(Reader, OutputScanner):
    """Refuses outputs that insult, threaten or worse.

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
    _type = "Toxicity"
    _usual = 0.7
    _reads = InputToxicity._reads  # noqa: SLF001  # its twin

    def __init__(
        self,
        *,
        model: Model | None = None,
        threshold: float = 0.7,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(Check("Toxicity"), model, threshold, match_type, use_onnx))
