"""Language: outputs in languages that are not wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._declarations.built_in import BuiltIn
from pyshield._declarations.declaration import OutputScanner
from pyshield.input_scanners.language import MatchType, declared

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Language", "MatchType"]


class Language(BuiltIn, OutputScanner):
    """Refuses outputs in which a language other than the valid ones is found.

    A text whose language is not sure passes, as does one without letters.

    Args:
        valid_languages: The languages that pass: ISO 639-1 codes; copied. `no` stands for `nb` and `nn`.
        model: None, for the built-in model.
        threshold: A language counts as found if its probability is above this, 0 to 1.
        match_type: Whether the whole text or each sentence is looked at.
        use_onnx: Taken for llm-guard's sake; the built-in model needs no other runtime.

    Raises:
        ConfigError: For a wrong type or value, or a code of no language that can be found.
    """

    __slots__ = ()
    _type = "Language"

    def __init__(
        self,
        valid_languages: Sequence[str],
        *,
        model: None = None,
        threshold: float = 0.7,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(valid_languages, model, threshold, match_type, use_onnx))
        self._compile()
