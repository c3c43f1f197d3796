"""Words: lists of them, their stems, how rare they are. As `runtime/core/src/consistency/words.rs` has it."""

from __future__ import annotations

from pathlib import Path

TABLES = Path(__file__).parents[2] / "runtime/core/src/consistency/data"
BITS = 15
"""The table of rarities has two to the power of this many entries."""
RAREST, NUMBER = 9, 5
"""The rarity of a word that is in no list, and of every number."""


def _list(name: str) -> frozenset[str]:
    return frozenset((TABLES / name).read_text().split())


def _pairs(name: str) -> list[tuple[str, str]]:
    rows = (line.split("\t") for line in (TABLES / name).read_text().splitlines())
    return [(first, second) for first, second in rows]


def stem(word: str) -> str:
    """A word in lower case without its commonest English endings; the same for most of its forms."""
    size = len(word)
    if size > 4 and word.endswith(("ies", "ied")):
        word = word[:-3] + "y"
    elif size > 5 and word.endswith("ing"):
        word = _single(word[:-3])
    elif size > 4 and word.endswith("ed"):
        word = _single(word[:-2])
    elif size > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif size > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    elif size > 5 and word.endswith("ly"):
        word = word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _single(word: str) -> str:
    """Without the second of two equal letters at the end: `stopp`."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word


STOPWORDS = _list("stopwords.txt")
NEGATIONS = frozenset(map(stem, _list("negations.txt")))
QUANTIFIERS = _list("quantifiers.txt")
NUMBERS = dict(_pairs("numbers.tsv"))
OPPOSITES: dict[str, frozenset[str]] = {}
for _first, _second in _pairs("opposites.tsv"):
    for _one, _other in ((stem(_first), stem(_second)), (stem(_second), stem(_first))):
        OPPOSITES[_one] = OPPOSITES.get(_one, frozenset()) | {_other}


def bucket(word: str) -> int:
    """The entry of a stem in the table of rarities: the upper bits of its FNV-1a hash."""
    value = 0x811C9DC5
    for byte in word.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value * 0x9E3779B1 % (1 << 32) >> (32 - BITS)
