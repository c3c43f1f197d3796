"""Language: texts in languages that are not wanted."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pyshield._check import Check, hint, shown
from pyshield._declarations.built_in import BuiltIn, only_built_in
from pyshield._declarations.declaration import PromptScanner

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Language", "MatchType"]


class MatchType(Enum):
    """What is looked at together."""

    SENTENCE = "sentence"
    """Each sentence for itself."""
    FULL = "full"
    """The whole text."""


_WRITTEN = (
    "af am ar as az be bg bn bo bs ca cs cy da de dv el en eo es et eu fa fi fr ga gu he hi hr hu hy id"
    " ii in is it iu iw ja ji ka kk km kn ko la lg lo lt lv mi mk ml mn mr ms my nb nl nn no or pa pl pt"
    " ro ru sh si sk sl sn so sq sr st sv sw ta te th tl tn tr ts uk ur vi xh yi yo zh zu"
)
_CODES = _WRITTEN.split()
"""The languages that can be found, as the runtime has them."""


def _languages(check: Check, given: object) -> tuple[str, ...]:
    codes = check.texts("valid_languages", given)
    for at, code in enumerate(codes):
        if code not in _CODES:
            reason = f"{shown(code)}: is no ISO 639-1 code of a language that can be identified"
            check.fail(f"valid_languages[{at}]", reason + hint(code, _CODES))
    return codes


def declared(
    valid_languages: Sequence[str],
    model: object,
    threshold: float,
    match_type: MatchType | str,
    use_onnx: bool,
) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("Language")
    return {
        "valid_languages": _languages(check, valid_languages),
        "threshold": check.number("threshold", threshold, least=0.0, most=1.0),
        "match_type": check.choice("match_type", match_type, MatchType),
        **only_built_in(check, model, use_onnx),
    }


class Language(BuiltIn, PromptScanner):
    """Refuses prompts in which a language other than the valid ones is found.

    A text whose language is not sure passes, as does one without letters. `docs/models/language.md` says
    how often languages are found.

    Args:
        valid_languages: The languages that pass: ISO 639-1 codes; copied. `no` stands for `nb` and `nn`.
            The error of one that cannot be found lists all.
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
        threshold: float = 0.6,
        match_type: MatchType | str = MatchType.FULL,
        use_onnx: bool = False,
    ) -> None:
        self._declare(**declared(valid_languages, model, threshold, match_type, use_onnx))
        self._compile()
