"""The rows of training and of evaluation, and how rare words are."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from training.consistency import words
from training.consistency.features import NAMES, features, rarity_of
from training.consistency.select import Source, parts
from training.consistency.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MASS = {"replies": 3.0, "summaries": 3.0, "made": 4.0, "conjunctions": 0.7, "answers": 0.5}
"""What the rows of a kind count together. What is asked of the model comes first: replies and summaries."""
_KINDS = (
    ("faithdial", "replies"),
    ("summedits", "summaries"),
    ("generated", "made"),
    ("halueval", "answers"),
)
LOOKED_AT = 2_000
"""Characters of a text that are looked at for the rarity of words."""


@dataclass(frozen=True, slots=True)
class Row:
    """A claim and its source."""

    source: str
    """The data set."""
    text: str
    claim: str
    follows: bool

    @property
    def kind(self) -> str:
        """What sort of claim it is."""
        return next((kind for start, kind in _KINDS if self.source.startswith(start)), "conjunctions")


def rows(file: Path) -> list[Row]:
    """The pairs of a prepared file."""
    found = []
    for row in _lines(file):
        label = row["labels"].get("consistency")
        if label and tokens(row["text"]) and tokens(row["pair"]):
            found.append(Row(row["source"], row["text"], row["pair"], label == "entails"))
    return found


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def rarities(file: Path) -> list[int]:
    """The table of rarities: three less than the logarithm of how many texts there are to one with the word.

    English texts of the training rows that nobody made up are counted. Of words that share an entry the
    commonest counts.
    """
    counts: Counter[str] = Counter()
    total = 0
    for row in _lines(file):
        if row.get("language", "en") == "en" and not row["source"].startswith("generated"):
            total += 1
            found = tokens(row["text"][:LOOKED_AT])
            counts.update({token.stem for token in found if not token.is_number})
    table = [words.RAREST] * (1 << words.BITS)
    for word, count in counts.items():
        rarity = max(0, min(words.RAREST, round(math.log2(total / (count + 1))) - 3))
        at = words.bucket(word)
        table[at] = min(table[at], rarity)
    return table


def matrix(rows: Sequence[Row], table: Sequence[int]) -> list[np.ndarray]:
    """The features of each row, a line for each part of its claim.

    A part with no word in common with a long source has a line of what is not a number.
    """
    rarity = rarity_of(table)
    found = []
    for row in rows:
        source = Source(tokens(row.text))
        lines = []
        for part in parts(tokens(row.claim)):
            there = source.relevant(part)
            lines.append(features(part, there, rarity) if there else [np.nan] * len(NAMES))
        found.append(np.array(lines))
    return found


def weights(rows: Sequence[Row]) -> np.ndarray:
    """What each row counts: under every source both answers the same, every kind its mass."""
    sources = Counter((row.source, row.follows) for row in rows)
    found = np.array([1 / sources[row.source, row.follows] for row in rows])
    kinds = np.array([row.kind for row in rows])
    for kind in set(kinds):
        found[kinds == kind] *= MASS[kind] / found[kinds == kind].sum()
    found *= len(rows) / found.sum()
    return found
