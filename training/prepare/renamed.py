"""Sentences of the encyclopaedia with other names in them.

The one corpus of edited prose with names is small, and its names are soon known by heart. Each of its rows
that train comes again with other persons, places and organisations of the same kinds, now and then with the
sentence that follows it, in capitals or with punctuation set apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.example import Example
from training.generate.entities import kinds, lexicon
from training.generate.entities.dress import assemble, dress
from training.prepare import splits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.generate.entities.fill import Piece

SOURCE = "composed/renamed"
_FROM = "wikigold"
_VARIANTS = 3
# What an organisation's words say of its kind; the first that is found counts.
_BY_WORD = (
    ("universit|college|school|institute", "univ"), ("hospital|clinic", "hospital"), ("party", "party"),
    ("bank", "bank"), ("airline|airways", "airline"), ("union|workers", "union"),
    ("times|news|herald", "paper"),
    ("ministry|department|office|bureau", "ministry"), ("army|navy|police|force|guard|regiment", "force"),
    ("court|parliament|council|assembly|senate", "court"), ("radio|tv|television|channel|fm", "broadcaster"),
    ("league|federation|association", "league"), ("museum|theatre|records|press|gallery", "museum"),
    ("inc|corp|ltd|company|group|co|industries|systems", "company"),
    ("f\\.?c|club|united|city|rovers", "club"),
)  # fmt: skip
_KINDS = tuple((re.compile(rf"\b(?:{words})", re.IGNORECASE), kind) for words, kind in _BY_WORD)


def compose(rows: list[Example], rng: random.Random) -> Iterator[Example]:
    """Yield rows made of those of `rows` that train; they train as well."""
    found = {
        row.id: row for row in rows if row.source == _FROM and splits.split_of(row) == "train"
    }  # fmt: skip
    for row in found.values():
        if not row.labels["entities"]["spans"]:
            continue
        for number in range(_VARIANTS):
            pieces = _pieces(row)
            following = found.get(_next(row.id))
            if following and rng.random() < 0.4:
                pieces = [*pieces, (" ", None), *_pieces(following)]
            text, spans = assemble(dress(rng, rename(rng, pieces), tokenised=0.5))
            group = row.group
            made = Example(
                f"{row.id}/{number}",
                text,
                SOURCE,
                group,
                {
                    "entities": {"spans": spans, "observed": row.labels["entities"]["observed"]},
                    "injection": [],
                },
            )
            while splits.split_of(made) != "train":
                group += "+"
                made.group = group
            yield made


def rename(rng: random.Random, pieces: list[Piece]) -> list[Piece]:
    """Pieces with most names replaced, each by the same one wherever it stands."""
    chosen: dict[tuple[str, str], str] = {}
    people: dict[str, str] = {}
    for text, kind in sorted(pieces, key=lambda piece: -len(piece[0].split())):
        if kind is None or (text, kind) in chosen:
            continue
        if kind == "PERSON" and (known := people.get(text.split()[-1])) and " " not in text:
            chosen[text, kind] = known
            continue
        new = _new(rng, text, kind) if rng.random() < 0.8 else text
        chosen[text, kind] = new
        if kind == "PERSON":
            people[text.split()[-1]] = new.split()[-1]
    return [(chosen[text, kind] if kind else text, kind) for text, kind in pieces]


def _new(rng: random.Random, text: str, kind: str) -> str:
    origin = lexicon.culture(rng, "en")
    if kind == "PERSON":
        given, family = lexicon.given_name(rng, origin), lexicon.family_name(rng, origin)
        return lexicon.full_name(rng, given, family, origin) if " " in text else rng.choice((family, given))
    if kind == "LOCATION":
        places = lexicon.table("places")
        for name in ("countries", "regions"):
            if text in places[name]:
                return str(rng.choice(places[name])).removeprefix("the ")
        if any(char.isdigit() for char in text) or text[0].islower():
            return text
        if text in places["cities"] or rng.random() < 0.6:
            return lexicon.city(rng)
        name = kinds.compose(rng, rng.choice(tuple(kinds.PLACES.values())), origin)
        return name.removeprefix("the ")
    if text.isupper() and len(text) <= 5:
        return "".join(rng.choices("ABCDEFGHIKLMNOPRSTUVW", k=len(text)))
    for words, found in _KINDS:
        if words.search(text):
            return lexicon.club(rng) if found == "club" else kinds.compose(rng, found, origin)
    # what kind it is nothing says: half stay
    return kinds.compose(rng, rng.choice(("company", "band", "ngo")), origin) if rng.random() < 0.5 else text


def _pieces(row: Example) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for first, last, kind in sorted(row.labels["entities"]["spans"]):
        pieces += [(row.text[at:first], None), (row.text[first:last], kind)]
        at = last
    pieces.append((row.text[at:], None))
    return [piece for piece in pieces if piece[0]]


def _next(name: str) -> str:
    stem, _, number = name.rpartition("/")
    return f"{stem}/{int(number) + 1}"
