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
    ("news", ("news", "words"), "en", 22, 0.4),
    ("results", ("results",), "en", 12, 0.6),
    ("prose", ("prose", "words"), "en", 22, 0.1),
    ("documents", ("documents", "words"), "en", 14, 0.0),
    ("lookalikes", ("lookalikes", "words"), "en", 10, 0.1),
    ("german", ("german",), "de", 6, 0.1),
    ("french", ("french",), "fr", 3, 0.1),
    ("spanish", ("spanish",), "es", 3, 0.1),
    ("italian", ("italian",), "it", 2, 0.1),
    ("dutch", ("dutch",), "nl", 3, 0.1),
    ("portuguese", ("portuguese",), "pt", 2, 0.1),
    ("polish", ("polish",), "pl", 1, 0.1),
)


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
        pieces = Filler(rng, language).fill(rules.expand(rng, family, MARKERS))
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
