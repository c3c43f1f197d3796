"""Subjective and neutral writing: sentences with neutral or with loaded words, and texts of either kind."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate.grammar import Grammar, read_rules, with_articles

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_HERE = Path(__file__).parent
_LOADED = "\ue002"


@cache
def sentences(*, loaded: bool) -> Grammar:
    """The sentences with neutral words, or with words that may be loaded; those open with a mark."""
    words = read_rules((_HERE / "words.grammar").read_text(encoding="utf-8"))
    rules = read_rules((_HERE / "sentences.grammar").read_text(encoding="utf-8"))
    for name, options in words.items():
        rule, kind = name.split(".")
        if kind == "n":
            rules.setdefault(rule, []).extend(options)
        elif loaded:
            rules.setdefault(rule, []).extend(_LOADED + option for option in options)
    return Grammar(rules)


@cache
def plain() -> Grammar:
    """The grammar of texts that are neutral or subjective as a whole."""
    return Grammar.load(_HERE / "plain.grammar")


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    for number in range(count):
        if rng.random() < 0.7:
            kind, value = "pairs", rng.randrange(2)
            family = rng.choice(sentences(loaded=False).families)
            text = minimal(rng, family, value)
        else:
            kind, family = "plain", rng.choice(plain().families)
            value = int(family.endswith("_s"))
            text = plain().expand(rng, family)
        yield Example(
            id=f"bias-{number}",
            text=tidy(text),
            source=f"generated/bias/{kind}",
            group=f"bias/{family}",
            labels={"bias": value},
        )


def minimal(rng: random.Random, family: str, value: int) -> str:
    """A sentence of a family with no loaded word (`value` 0) or with one at least (`value` 1)."""
    rules = sentences(loaded=bool(value))
    text = rules.expand(rng, family)
    while value and _LOADED not in text:
        text = rules.expand(rng, family)
    return text.replace(_LOADED, "")


def tidy(text: str) -> str:
    """The text with a capital letter first and the article that its words ask for."""
    text = with_articles(re.sub(r" +([,.;])", r"\1", text))
    return text[0].upper() + text[1:]
