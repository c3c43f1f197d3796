"""Scenarios: facts that go together, each with sentences that stand for it in sources or claims."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.generate.grammar import Grammar, read_rules

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

_FILES = ("reports", "talks", "facts")
_SLOT = re.compile(r"\{\^?([a-z]+[0-9]?)\}")
_ARTICLE = re.compile(r"\b([Aa])(?= [aeiou](?!ni|ne\b|u))")
_SPEAKER = re.compile(r"(\{[abc]f\}|Patient|Doctor|Customer|Agent): ")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        name: `scenario.fact`.
        slots: The slots its claims speak of.
    """

    name: str
    slots: tuple[str, ...]
    _grammar: Grammar

    def source(self, rng: random.Random, values: Mapping[str, str]) -> str:
        """A sentence, or lines of a conversation, that states the fact."""
        return sentence(self._grammar.expand(rng, "source", values))

    def claim(self, rng: random.Random, values: Mapping[str, str], redraw: Any = None) -> str:
        """A claim that says the same; `redraw`, a state of `rng`, asks for the sentence of that state."""
        if redraw is not None:
            rng.setstate(redraw)
        return sentence(self._grammar.expand(rng, "claim", values))

    def denial(self, rng: random.Random, values: Mapping[str, str]) -> str | None:
        """A claim that denies the fact, if there is one."""
        return sentence(self._grammar.expand(rng, "denial", values)) if "denial" in self._grammar else None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Facts that go together.

    Attributes:
        name: Of the scenario.
        is_talk: Its source is a conversation.
        slots: All slots of all facts.
        facts: In the order in which a source tells them.
    """

    name: str
    is_talk: bool
    slots: tuple[str, ...]
    facts: tuple[Fact, ...]


def sentence(text: str) -> str:
    """The text with a capital letter first and the article that its words ask for."""
    text = _ARTICLE.sub(r"\1n", text)
    return text[:1].upper() + text[1:]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios."""
    found: list[Scenario] = []
    for file in _FILES:
        rules = read_rules((Path(__file__).parent / f"{file}.grammar").read_text(encoding="utf-8"))
        names = list(dict.fromkeys(rule.partition(".")[0] for rule in rules))
        for name in names:
            own = {rule: lines for rule, lines in rules.items() if rule.partition(".")[0] == name}
            lines = [line for group in own.values() for line in group]
            slots = _slots(lines)
            facts = tuple(_fact(rule, group, slots) for rule, group in own.items())
            found.append(Scenario(name, file == "talks", slots, facts))
    return tuple(found)


def _fact(name: str, lines: list[str], slots: tuple[str, ...]) -> Fact:
    plain = [line for line in lines if line[:2] not in {"+ ", "- "}]
    claims = [line[2:] for line in lines if line.startswith("+ ")]
    claims += [line for line in plain if not _SPEAKER.match(line)]
    rules = {"source": plain, "claim": claims}
    if denials := [line[2:] for line in lines if line.startswith("- ")]:
        rules["denial"] = denials
    return Fact(name, _slots(claims), Grammar(rules, slots=slots))


def _slots(lines: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(slot for line in lines for slot in _SLOT.findall(line)))
