"""Organisations and places by kind, composed from patterns, and abbreviations of what was composed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.generate.entities import lexicon

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ORGANIZATIONS = (
    "paper", "broadcaster", "bank", "airline", "ministry", "univ", "hospital", "union", "party", "force",
    "court", "league", "ngo", "band", "museum",
)  # fmt: skip
PLACES = {"river": "rivers", "district": "districts", "stadium": "stadiums", "spot": "spots"}
_FIELD = re.compile(r"\{([a-z0-9]+)\}")
_LISTS = {
    "word": "words", "word2": "words", "noun": "nouns", "plural": "plurals", "field": "fields",
    "people": "peoples", "creed": "creeds", "sport": "sports", "sector": "sectors", "form": "forms",
    "feld": "felder", "saint": "saints",
}  # fmt: skip
_SMALL = frozenset({"of", "the", "for", "and", "on", "at", "in", "für", "&"})


def compose(rng: random.Random, kind: str, origin: str) -> str:
    """A name of this kind: one of the lists of patterns in `organizations_by_kind.toml`."""
    parts = lexicon.table("organizations_by_kind")

    def part(match: re.Match[str]) -> str:
        name = match[1]
        if name in _LISTS:
            word = rng.choice(parts[_LISTS[name]])
            return str(word.lower() if name == "word2" else word)
        return _MAKERS[name](rng, origin)

    return _FIELD.sub(part, rng.choice(parts[kind]))


def abbreviation(name: str) -> str:
    """The capitals that a name of several words is known by; empty for one that has none."""
    words = [word for word in re.split(r"[\s-]+", name) if word.lower() not in _SMALL]
    letters = "".join(word[0] for word in words if word[0].isalpha()).upper()
    return letters if 2 <= len(letters) <= 6 else ""


def _stem(rng: random.Random, _: str) -> str:
    return lexicon.place(rng).split()[0]


def _nation(rng: random.Random, _: str) -> str:
    return str(rng.choice(lexicon.table("places")["nationalities"]))


def _country(rng: random.Random, _: str) -> str:
    return str(rng.choice(lexicon.table("places")["countries"]))


def _capitals(rng: random.Random, _: str) -> str:
    return "".join(rng.choices("ABCDEFGHIKLMNOPRSTUVW", k=rng.choice((2, 3, 3, 3, 4, 5))))


_MAKERS: dict[str, Callable[[random.Random, str], str]] = {
    "place": lambda rng, _: lexicon.city(rng),
    "family": lexicon.family_name,
    "nation": _nation,
    "country": _country,
    "stem": _stem,
    "abbr": _capitals,
    "number": lambda rng, _: str(rng.randint(1, 12)),
    "initials": lambda rng, _: ".".join(rng.choices("ABCDEFGHJKLMPRSTW", k=2)) + ".",
}
