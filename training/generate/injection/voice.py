"""The language a text is written in: its grammar, and the ordinary sentences that documents are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.generate.grammar import Grammar, read_rules

if TYPE_CHECKING:
    import random

GRAMMARS = Path(__file__).parent / "grammars"
_SLOTS = ("attack", "attack2", "encoded", "encoded_harm", "suffix")

ENGLISH = "en"
OTHERS = tuple(sorted(path.name for path in GRAMMARS.iterdir() if path.is_dir() and path.name != ENGLISH))
"""Languages besides English, as ISO 639-1 codes."""


@dataclass(frozen=True)
class Voice:
    """One language's grammar.

    Every grammar has the rules `prose.<topic>`, `title`, `greeting`, `sign_off`, `person`, `mail_subject` and
    `human_note`; what a language lacks of the carriers' own vocabulary comes from English.
    """

    language: str
    grammar: Grammar
    topics: tuple[str, ...]

    def families(self, kind: str) -> tuple[str, ...]:
        """The families of a kind: `direct`, `jailbreak`, `aside`, `quoted` or `benign`."""
        return tuple(name for name in self.grammar.families if name.startswith(f"{kind}."))

    def say(self, rng: random.Random, rule: str) -> str:
        """Draws a text of that rule."""
        return self.grammar.expand(rng, rule)

    def topic(self, rng: random.Random) -> str:
        """Draws the subject of a document, to be passed to `sentences`."""
        return rng.choice(self.topics)

    def sentences(self, rng: random.Random, topic: str, low: int, high: int) -> list[str]:
        """Draws that many sentences about a topic; when it is exhausted, another one follows."""
        wanted = rng.randint(low, high)
        drawn = self.grammar.sample(rng, topic, wanted)
        while len(drawn) < wanted:
            drawn += self.grammar.sample(rng, self.topic(rng), wanted - len(drawn))
        return drawn


@cache
def voice(language: str) -> Voice:
    """The voice of a language, read once."""
    rules: dict[str, list[str]] = {}
    if language != ENGLISH:
        rules.update(_read(GRAMMARS / ENGLISH / "vocabulary.grammar"))
        rules.update(_read(GRAMMARS / ENGLISH / "carrier.grammar"))
    for path in sorted((GRAMMARS / language).glob("*.grammar")):
        rules.update(_read(path))
    grammar = Grammar(rules, slots=_SLOTS)
    return Voice(language, grammar, tuple(rule for rule in grammar.rules if rule.startswith("prose.")))


def _read(path: Path) -> dict[str, list[str]]:
    return read_rules(path.read_text(encoding="utf-8"))
