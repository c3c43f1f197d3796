"""What in a claim speaks against its following from a source. As `contrast.rs` has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.consistency import words
from training.consistency.select import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.consistency.tokens import Token

REACH = 4
"""Words after a negation that it may be about."""
PREFIXES = {"un": 4, "dis": 4, "non": 4, "in": 5, "im": 5, "il": 5, "ir": 5}
"""Prefixes that turn a word round, and the fewest letters of such words (`income` does not deny `come`)."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A part of a claim beside what of the source matters for it."""

    claim: Sequence[Token]
    source: Sequence[Token]
    places: dict[str, list[int]]
    """Where each stem stands in the source."""
    best: dict[int, frozenset[str]]
    """The stems of the source's sentence that is most like a sentence of the claim, by its number."""

    def best_of(self, token: Token) -> frozenset[str]:
        """The stems of the sentence that is most like the token's."""
        return self.best.get(token.sentence, frozenset())


@dataclass(frozen=True, slots=True)
class Replaced:
    """Words between neighbours that the source has with another word between them."""

    numbers: int
    names: int


def sides(claim: Sequence[Token], source: Sequence[Token], places: dict[str, list[int]]) -> Sides:
    """Finds for each sentence of the claim the sentence of the source that has most of its words."""
    bags = [frozenset(token.stem for token in sentence) for sentence in sentences(source)]
    best: dict[int, frozenset[str]] = {}
    for sentence in sentences(claim):
        content = [token.stem for token in sentence if not token.is_stopword]
        if content:
            best[sentence[0].sentence] = max(bags, key=lambda bag: sum(stem in bag for stem in content))
    return Sides(claim, source, places, best)


def missing_names(sides: Sides) -> int:
    """Names of the claim that the source lacks."""
    return sum(
        token.is_name and not token.is_number and not token.is_stopword and token.stem not in sides.places
        for token in sides.claim
    )


def negations(sides: Sides) -> float:
    """Negations of the claim that stand before words which the source does not negate; two at most.

    One that stands before no word of content counts half.
    """
    denied = [at for at, token in enumerate(sides.source) if token.is_negation]
    negated = {near for at in denied for near in range(at - 1, at + 1 + REACH)}
    count = 0.0
    for at, token in enumerate(sides.claim):
        if token.is_negation:
            after = [word.stem for word in sides.claim[at + 1 : at + 1 + REACH] if not word.is_stopword][:2]
            matched = any(place in negated for stem in after for place in sides.places.get(stem, ()))
            count += 0.0 if matched else 1.0 if after else 0.5
    return min(2.0, count)


def opposites(sides: Sides) -> int:
    """Words of the claim for which the most similar sentence has the opposite."""
    count = 0
    for token in sides.claim:
        there = sides.best_of(token)
        count += token.stem not in there and not there.isdisjoint(words.OPPOSITES.get(token.stem, ()))
    return count


def prefixes(sides: Sides) -> int:
    """Words that the source has only with, or only without, a prefix that turns them round."""
    count = 0
    for token in sides.claim:
        stem = token.stem
        if stem not in sides.places:
            count += any(
                (
                    stem.startswith(prefix)
                    and len(stem) >= len(prefix) + least
                    and stem[len(prefix) :] in sides.places
                )
                or (len(stem) >= least and prefix + stem in sides.places)
                for prefix, least in PREFIXES.items()
            )
    return count


def replaced(sides: Sides, found: Sequence[float]) -> Replaced:
    """Counts missing words whose neighbours the source has with one or two other words between."""
    numbers = names = 0
    for at in range(1, len(sides.claim) - 1):
        token = sides.claim[at]
        if found[at] or found[at - 1] != 1 or found[at + 1] != 1:
            continue
        before = sides.places[sides.claim[at - 1].stem]
        after = set(sides.places[sides.claim[at + 1].stem])
        gap = next((place for place in before if place + 2 in after or place + 3 in after), None)
        if gap is not None:
            there = sides.source[gap + 1]
            numbers += token.is_number and there.is_number
            names += token.is_upper and there.is_upper and not token.is_stopword
    return Replaced(numbers, names)
