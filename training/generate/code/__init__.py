"""Code and texts that are none.

Programs in the languages that the Code scanner names; shell, queries and settings (`other`); code in prose;
and prose, pseudo-code and talk about code as negatives.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.example import Example
from training.generate._texts import ordinary
from training.generate.code.snippets import languages, program
from training.generate.grammar import Grammar

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator


@cache
def prose() -> Grammar:
    """The grammar of texts that are no code."""
    return Grammar.load(Path(__file__).parent / "prose.grammar")


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    for number in range(count):
        kind = rng.choices(("program", "mixed", "prose"), (55, 10, 35))[0]
        name = f"code-{number}"
        yield _prose(rng, name) if kind == "prose" else _program(rng, name, mixed=kind == "mixed")


def _program(rng: random.Random, name: str, *, mixed: bool) -> Example:
    language = rng.choice(tuple(languages()))
    text = program(rng, language)
    if rng.random() < 0.08:
        # A piece out of the middle, as chunking makes it.
        lines = text.split("\n")
        at = rng.randrange(len(lines))
        piece = "\n".join(lines[at : at + rng.randint(2, 6)])
        text = piece if len(piece.strip()) > 25 else text
    if mixed:
        fence = rng.choice(("```", "```", "")) if "`" not in text else ""
        tag = language.lower().partition(" ")[0] if fence and rng.random() < 0.5 else ""
        block = f"{fence}{tag}\n{text}\n{fence}"
        text = "\n".join(
            (prose().expand(rng, "frame_before"), block, prose().expand(rng, "frame_after"))
        ).strip()
    return Example(
        id=name,
        text=text,
        source=f"generated/code/{'mixed' if mixed else 'program'}",
        group=f"code/{language}",
        labels={"code": 1, "code_language": language},
    )


def _prose(rng: random.Random, name: str) -> Example:
    if rng.random() < 0.45:
        kind, text, language = ordinary(rng)
        return Example(
            id=name,
            text=text,
            source="generated/code/prose",
            group=f"code/{kind}",
            labels={"code": 0},
            language=language,
        )
    rules = prose()
    family = rng.choice(rules.families)
    parts = [rules.expand(rng, family) for _ in range(rng.choice((1, 1, 2, 3)))]
    return Example(
        id=name,
        text=" ".join(parts),
        source="generated/code/prose",
        group=f"code/{family}",
        labels={"code": 0},
    )
