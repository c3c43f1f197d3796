"""Sentiment: texts with a negative tone."""

from __future__ import annotations

from typing import Any

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner

__all__ = ["Sentiment"]

LEXICON = "vader_lexicon"


def declared(threshold: float, lexicon: str) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("Sentiment")
    if check.text("lexicon", lexicon) != LEXICON:
        check.fail("lexicon", f"expected {LEXICON!r}, the one lexicon there is")
    return {
        "threshold": check.number("threshold", threshold, least=-1.0, most=1.0),
        "lexicon": lexicon,
    }


class Sentiment(PromptScanner):
    """Refuses prompts whose tone is negative, by VADER's compound score.

    Args:
        threshold: The highest compound score that is refused, -1 (most negative) to 1.
        lexicon: The lexicon by nltk's name; only `vader_lexicon`, which comes with pyshield.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "Sentiment"

    def __init__(self, *, threshold: float = -0.3, lexicon: str = LEXICON) -> None:
        self._declare(**declared(threshold, lexicon))
