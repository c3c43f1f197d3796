"""What the model sees of a claim and its source. As `runtime/core/src/consistency/features.rs` has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.consistency import contrast, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from training.consistency.contrast import Sides
    from training.consistency.tokens import Token

FOUND, ALIKE = 1.0, 0.7
"""What a word counts that the source has, and one that only begins like a word of it."""
PREFIX = 5
"""Letters that words have in common which begin alike."""
FIRST = frozenset({"i", "me", "my", "we"})

NAMES = (
    "found",
    "found, up to half",
    "first person",
    "found in the best sentences",
    "three in a row",
    "longest run",
    "numbers that are missing",
    "names that are missing",
    "negations without match",
    "opposites in the best sentences",
    "missing in a row",
    "opposite prefixes",
    "numbers replaced",
    "names replaced",
    "quantifiers that are missing",
    "stopwords found",
)
"""The features, in the order of the weights."""


def places(source: Sequence[Token]) -> dict[str, list[int]]:
    """Where each stem stands."""
    found: dict[str, list[int]] = {}
    for at, token in enumerate(source):
        found.setdefault(token.stem, []).append(at)
    return found


def shares(claim: Sequence[Token], source: Sequence[Token], sides: Sides) -> list[float]:
    """How far the source has each word of the claim."""
    beginnings = {token.stem[:PREFIX] for token in source if len(token.stem) >= PREFIX}

    def share(token: Token) -> float:
        if token.stem in sides.places:
            return FOUND
        long = not token.is_number and len(token.stem) >= PREFIX
        return ALIKE if long and token.stem[:PREFIX] in beginnings else 0.0

    return [share(token) for token in claim]


def features(
    claim: Sequence[Token], source: Sequence[Token], rarity: Callable[[Token], float]
) -> list[float]:
    """The features of a part of a claim and of what of a source matters for it; both have words.

    Args:
        claim: The part.
        source: The sentences it is compared with.
        rarity: How rare a word is.
    """
    sides = contrast.sides(claim, source, places(source))
    found = shares(claim, source, sides)
    content = [at for at, token in enumerate(claim) if not token.is_stopword]
    rare = [rarity(token) for token in claim]
    total = sum(rare) or 1.0
    all_found = sum(weight * share for weight, share in zip(rare, found, strict=True)) / total
    in_best = sum(
        weight for token, weight in zip(claim, rare, strict=True) if token.stem in sides.best_of(token)
    )
    stopwords = [share for token, share in zip(claim, found, strict=True) if token.is_stopword]
    replaced = contrast.replaced(sides, found)
    return [
        all_found,
        min(all_found, 0.5),
        sum(token.word in FIRST for token in claim) / len(claim),
        in_best / total,
        _triples(claim, source),
        _longest(sides) / len(claim),
        float(min(3, sum(token.is_number and token.stem not in sides.places for token in claim))),
        float(min(3, contrast.missing_names(sides))),
        contrast.negations(sides),
        float(min(2, contrast.opposites(sides))),
        float(min(6, _missing_run([found[at] for at in content]))),
        float(min(2, contrast.prefixes(sides))),
        float(min(2, replaced.numbers)),
        float(min(2, replaced.names)),
        float(min(3, sum(_lacks_quantifier(token, sides) for token in claim))),
        sum(stopwords) / max(1, len(stopwords)),
    ]


def _lacks_quantifier(token: Token, sides: Sides) -> bool:
    return token.word in words.QUANTIFIERS and token.stem not in sides.places


def _triples(claim: Sequence[Token], source: Sequence[Token]) -> float:
    """The share of three words in a row that the source has as well."""
    here = [token.stem for token in claim]
    there = [token.stem for token in source]
    known = set(zip(there, there[1:], there[2:], strict=False))
    asked = list(zip(here, here[1:], here[2:], strict=False))
    return sum(three in known for three in asked) / max(1, len(asked))


def _longest(sides: Sides) -> int:
    """The most words in a row that the source has as well."""
    best, before = 0, dict[int, int]()
    for token in sides.claim:
        runs = {at: before.get(at - 1, 0) + 1 for at in sides.places.get(token.stem, ())}
        best = max(best, *runs.values(), 0)
        before = runs
    return best


def _missing_run(found: Sequence[float]) -> int:
    """The most words in a row that the source lacks."""
    best = run = 0
    for share in found:
        run = 0 if share else run + 1
        best = max(best, run)
    return best


def rarity_of(table: Sequence[int]) -> Callable[[Token], float]:
    """How rare a word is, by a table of rarities."""

    def rarity(token: Token) -> float:
        return float(words.NUMBER if token.is_number else table[words.bucket(token.stem)])

    return rarity
