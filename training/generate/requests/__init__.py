"""Requests: harmful and harmless ones in the same words and frames, long harmless tasks, other languages."""

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
_WORDS = _HERE.parent / "toxicity" / "words.grammar"
_SHARES = {"harm": 26, "twin": 22, "task": 34, "tongue": 18}
_BARE = 0.25  # of harmful requests and their twins, those without a frame


@cache
def frames() -> Grammar:
    """The frames that requests are put into; their slot is `goal`."""
    return Grammar.load(_HERE / "frames.grammar", slots=("goal",))


@cache
def _rules(name: str) -> Grammar:
    return Grammar.load(_HERE / f"{name}.grammar", *((_WORDS,) if name == "harms" else ()))


def framed(rng: random.Random, goal: str) -> tuple[str, str]:
    """Draw a frame for a request; return the frame's family and the whole text."""
    family = rng.choice([name for name in frames().families if name.startswith("frame.")])
    return family, tidy(frames().expand(rng, family, {"goal": goal}))


def tidy(text: str) -> str:
    """The text without what joining parts left behind."""
    text = re.sub(r" {2,}", " ", text)
    text = re.sub(r" +([,.;!?])", r"\1", text)
    return with_articles(text).strip()


def generate(rng: random.Random, count: int) -> Iterator[Example]:
    """Yield `count` rows; see `training.generate`."""
    for number in range(count):
        kind = rng.choices(tuple(_SHARES), tuple(_SHARES.values()))[0]
        rules = _rules({"harm": "harms", "twin": "harms", "task": "tasks", "tongue": "tongues"}[kind])
        families = [name for name in rules.families if name.startswith(f"{kind}.")]
        family = rng.choices(families, [rules.alternatives(name) for name in families])[0]
        text = tidy(rules.expand(rng, family))
        row = Example(
            id=f"requests-{number}",
            text=text,
            source=f"generated/requests/{kind}",
            group=f"requests/{family}",
            labels={"injection": [], "quoted": 0},
        )
        if kind in {"harm", "twin"}:
            _dress(rng, row, harmful=kind == "harm")
        elif kind == "tongue":
            _, row.language, said = family.split(".")
            row.labels["refusal"] = int(said == "refuse")
        else:
            row.text = _roughen(rng, text)
        yield row


def _dress(rng: random.Random, row: Example, *, harmful: bool) -> None:
    """Put the request into a frame; without one, a harmful request is no jailbreak: not observed."""
    goal = row.text
    row.meta = {"goal": goal}
    if rng.random() < _BARE:
        if harmful:
            row.labels = {"quoted": 0}
        return
    family, row.text = framed(rng, goal)
    row.meta["family"] = family
    if rng.random() < (0.6 if harmful else 0.15):
        row.text = f"{row.text} {tidy(frames().expand(rng, 'push'))}"
    if harmful:
        row.labels["injection"] = ["jailbreak"]
        if (at := row.text.find(goal)) >= 0:
            row.meta["span"] = f"{at}:{at + len(goal)}"


def _roughen(rng: random.Random, text: str) -> str:
    """The text as people type it: half of them without capitals or the final full stop."""
    way = rng.random()
    if way < 0.2:
        return text.lower()
    if way < 0.45:
        return text[:1].lower() + text[1:].rstrip(".")
    return text
