"""LanguageSame: outputs in another language than the prompt."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.built_in import BuiltIn, only_built_in
from pyshield._declarations.declaration import PairScanner

__all__ = ["LanguageSame"]


class LanguageSame(BuiltIn, PairScanner):
    """Refuses outputs that have no language in common with the prompt.

    If one of the two has no letters, there is nothing to compare, and the output passes.

    Args:
        model: None, for the built-in model.
        threshold: A language counts as found if its probability is above this, 0 to 1.
        use_onnx: Taken for llm-guard's sake; the built-in model needs no other runtime.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "LanguageSame"

    def __init__(self, *, model: None = None, threshold: float = 0.1, use_onnx: bool = False) -> None:
        check = Check("LanguageSame")
        self._declare(
            threshold=check.number("threshold", threshold, least=0.0, most=1.0),
            **only_built_in(check, model, use_onnx),
        )
