"""Refusals: answers of assistants that decline, and answers that help although they sound alike in places."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate.grammar import Grammar, with_articles

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_HERE = Path(__file__).parent
# Kind, files of the grammar, label (of `tongues`: by family), share.
_KINDS: tuple[tuple[str, tuple[str, ...], int | None, int], ...] = (
    ("refuse", ("refuse", "requests"), 1, 42),
    ("comply", ("comply", "requests"), 0, 44),
    ("tongues", ("tongues",), None, 24),
)
_CURLY = str.maketrans({"'": "\u2019"})


@cache
def grammar(*names: str) -> Grammar:
    """The grammar made of these files."""
    return Grammar.load(*(_HERE / f"{name}.grammar" for name in names))


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    shares = [kind[3] for kind in _KINDS]
    for number in range(count):
        name, files, label, _ = rng.choices(_KINDS, shares)[0]
        rules = grammar(*files)
        family = rng.choices(rules.families, [rules.alternatives(one) for one in rules.families])[0]
        language, value = ("en", label) if label is not None else (family[:2], int(family[-1]))
        yield Example(
            id=f"refusal-{number}",
            text=tidy(rng, rules.expand(rng, family), cut_from=60 if value == 0 else 140),
            source=f"generated/refusal/{name}",
            group=f"refusal/{name}/{family}",
            labels={"refusal": value},
            language=language,
        )


def tidy(rng: random.Random, text: str, cut_from: int) -> str:
    """Repairs what joining parts broke, and draws a habit: curly quotes, no capitals, an end cut off.

    Args:
        rng: Source of all choices.
        text: An expanded template.
        cut_from: The shortest that a text may become when its end is cut off, in code points.
    """
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r" +([,.;!?])", r"\1", text)
    text = re.sub(r"(Sorry|sorry|Unfortunately|afraid|Regrettably|that)[;:.] (?=I |it )", r"\1, ", text)
    text = re.sub(r"(^|[.!?]\s+|\n(?:\d\. |- )?)([a-z])", lambda match: match[1] + match[2].upper(), text)
    text = with_articles(text).strip()
    way = rng.random()
    if way < 0.15:
        return text.translate(_CURLY)
    if way < 0.20:
        return text.lower()
    if way < 0.23 and len(text) > cut_from:
        return text[: rng.randint(cut_from, len(text))].rstrip()
    return text
