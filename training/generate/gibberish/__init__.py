"""Gibberish: sensible texts, spoilt ones (`mild`), words without sense (`word_salad`), signs (`noise`).

Code, links, identifiers, abbreviations, names and other languages stand on the sensible side.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate._texts import ordinary
from training.generate.code.snippets import languages, program
from training.generate.gibberish import spoil
from training.generate.grammar import Grammar

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator


@cache
def clean() -> Grammar:
    """The grammar of sensible texts that could be taken for gibberish."""
    return Grammar.load(Path(__file__).parent / "clean.grammar")


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    for number in range(count):
        label = rng.choices(("clean", "mild", "word_salad", "noise"), (46, 16, 16, 22))[0]
        kind, text, language = _sensible(rng) if label == "clean" else _spoilt(rng, label)
        yield Example(
            id=f"gibberish-{number}",
            text=text.strip() or "asdf",
            source=f"generated/gibberish/{label}",
            group=f"gibberish/{label}/{kind}",
            labels={"gibberish": label},
            language=language,
        )


def _sensible(rng: random.Random) -> tuple[str, str, str]:
    way = rng.random()
    if way < 0.5:
        return ordinary(rng)
    if way < 0.62:
        language = rng.choice(tuple(languages()))
        return "program", program(rng, language), "en"
    rules = clean()
    family = rng.choice(rules.families)
    text = rules.expand(rng, family)
    if rng.random() < 0.3:
        text = f"{text} {rules.expand(rng, family)}"
    return family, text, "en"


def _spoilt(rng: random.Random, label: str) -> tuple[str, str, str]:
    if label == "noise":
        text = spoil.noise(rng)
        if rng.random() < 0.1:
            # A few words do not make sense of the rest.
            text = f"{' '.join(rng.choices(spoil.vocabulary('en'), k=2))} {text} {spoil.noise(rng)}"
        return "signs", text, "en"
    _, text, language = ordinary(rng)
    while len(text.split()) < 6:
        _, text, language = ordinary(rng)
    if label == "word_salad":
        return language, spoil.salad(rng, language), language
    _, other, spoken = ordinary(rng)
    while spoken != language:
        _, other, spoken = ordinary(rng)
    return language, spoil.mild(rng, text, other, language), language
