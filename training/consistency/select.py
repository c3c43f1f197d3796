"""What of a long source matters for a claim, and the parts of a long claim. As `select.rs` has it."""

from __future__ import annotations

import math
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.consistency.tokens import Token

MOST_WORDS = 150
"""Words of a source that a part of a claim is compared with."""
LONGEST_PART = 120
"""Words of a part of a claim."""
MOST_SENTENCES = 256
"""Sentences of a source that are looked at for one word: the first that have it."""


def sentences(tokens: Sequence[Token]) -> list[list[Token]]:
    """The words by sentence."""
    return [list(group) for _, group in groupby(tokens, attrgetter("sentence"))]


def parts(claim: Sequence[Token]) -> list[list[Token]]:
    """Whole sentences together, as many as fit."""
    found: list[list[Token]] = []
    for sentence in sentences(claim):
        if found and len(found[-1]) + len(sentence) <= LONGEST_PART:
            found[-1] += sentence
        else:
            found.append(sentence)
    return found


class Source:
    """A source that claims are compared with."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        """Notes which sentences have which words."""
        self.tokens = list(tokens)
        self.sentences = sentences(tokens)
        self.places: dict[str, list[int]] = {}
        for at, sentence in enumerate(self.sentences):
            for token in sentence:
                places = self.places.setdefault(token.stem, [])
                if not places or places[-1] != at:
                    places.append(at)

    def relevant(self, part: Sequence[Token]) -> list[Token]:
        """The sentences that share the rarest words with the part, in their order, up to `MOST_WORDS`."""
        if len(self.tokens) <= MOST_WORDS:
            return self.tokens
        scores: dict[int, float] = {}
        for word in sorted({token.stem for token in part}):
            places = self.places.get(word, [])
            for at in places[:MOST_SENTENCES]:
                scores[at] = scores.get(at, 0.0) + math.log(1 + len(self.sentences) / len(places))
        taken: list[int] = []
        total = 0
        for at in sorted(scores, key=lambda at: (-scores[at], at)):
            if total + len(self.sentences[at]) <= MOST_WORDS:
                taken.append(at)
                total += len(self.sentences[at])
        return [token for at in sorted(taken) for token in self.sentences[at]]
