"""Sentiment: outputs with a negative tone."""

from __future__ import annotations

from pyshield._declarations.declaration import OutputScanner
from pyshield.input_scanners.sentiment import LEXICON, declared

__all__ = ["Sentiment"]


class Sentiment(OutputScanner):
    """Refuses outputs whose tone is negative, by VADER's compound score.

    Args:
        threshold: The highest compound score that is refused, -1 (most negative) to 1.
        lexicon: The lexicon by nltk's name; only `vader_lexicon`, which comes with pyshield.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "Sentiment"

    def __init__(self, *, threshold: float = -0.1, lexicon: str = LEXICON) -> None:
        self._declare(**declared(threshold, lexicon))
