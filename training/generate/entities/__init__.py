"""Named entities: sentences and documents with persons, places, organisations, addresses, dates and groups.

Every type in `fill.TYPES` is observed in every row. Telephone numbers, amounts and references stand in the
texts without a type: patterns find those.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate.entities.dress import assemble, dress
from training.generate.entities.fill import MARKERS, SLOTS, TYPES, Filler
from training.generate.grammar import Grammar

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_HERE = Path(__file__).parent
# Kind, files of the grammar, language, share, share of rows whose punctuation stands apart.
_KINDS: tuple[tuple[str, tuple[str, ...], str, int, float], ...] = (
    ("news", ("news", "words"), "en", 13, 0.4),
    ("wire", ("wire", "words"), "en", 13, 0.4),
    ("features", ("features", "words"), "en", 10, 0.4),
    ("business", ("business", "words"), "en", 9, 0.3),
    ("sport", ("sport", "words"), "en", 11, 0.5),
    ("results", ("results",), "en", 9, 0.6),
    ("culture", ("culture", "words"), "en", 9, 0.3),
    ("social", ("social", "words"), "en", 7, 0.0),
    ("ambiguity", ("ambiguity", "words"), "en", 10, 0.4),
    ("prose", ("prose", "words"), "en", 14, 0.1),
    ("documents", ("documents", "words"), "en", 8, 0.0),
    ("lookalikes", ("lookalikes", "words"), "en", 9, 0.1),
    ("german", ("german",), "de", 4, 0.1),
    ("german_news", ("german_news",), "de", 8, 0.2),
    ("french", ("french",), "fr", 3, 0.1),
    ("spanish", ("spanish",), "es", 3, 0.1),
    ("italian", ("italian",), "it", 2, 0.1),
    ("dutch", ("dutch",), "nl", 3, 0.1),
    ("portuguese", ("portuguese",), "pt", 2, 0.1),
    ("polish", ("polish",), "pl", 1, 0.1),
)
_FOLLOWED = frozenset({"news", "wire", "features", "business", "sport", "culture"})
_PERSON = MARKERS["person1"]


@cache
def grammar(*names: str) -> Grammar:
    """The grammar made of these files."""
    return Grammar.load(*(_HERE / f"{name}.grammar" for name in names), slots=SLOTS)


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    weights = [kind[3] for kind in _KINDS]
    for number in range(count):
        name, files, language, _, apart = rng.choices(_KINDS, weights)[0]
        rules = grammar(*files)
        family = _family(rng, rules)
        filler = Filler(rng, language)
        marked = rules.expand(rng, family, MARKERS)
        pieces = filler.fill(marked)
        if name in _FOLLOWED and _PERSON in marked and marked.endswith((".", '."')):
            # later sentences know the person by the family name
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                pieces += filler.fill(" " + rules.expand(rng, "follow", MARKERS))
        if name == "prose" and rng.random() < 0.35:
            more = Filler(rng, language).fill(" " + rules.expand(rng, _family(rng, rules), MARKERS))
            pieces += more
        text, spans = assemble(dress(rng, pieces, tokenised=apart))
        yield Example(
            id=f"entities-{number}",
            text=text,
            source=f"generated/entities/{name}",
            group=f"entities/{name}/{family}",
            labels={"entities": {"spans": spans, "observed": list(TYPES)}},
            language=language,
        )


@cache
def _sizes(rules: Grammar) -> tuple[int, ...]:
    return tuple(rules.alternatives(family) for family in rules.families)


def _family(rng: random.Random, rules: Grammar) -> str:
    return rng.choices(rules.families, _sizes(rules))[0]
