"""What a carrier is built from: ordinary text of one topic, and the place of a foreign note in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from training.generate.injection.voice import Voice

PLACES = ("start", "middle", "end")
MARK = "\ue000"
"""Stands for the note while a carrier is built; replaced by the escaped note at the end."""


@dataclass
class Page:
    """The material of one document.

    Attributes:
        place: Where among the ordinary text the note goes, one of `PLACES`; `None` if there is no note.
        size: Factor on the number of ordinary sentences.
    """

    rng: random.Random
    voice: Voice
    topic: str
    place: str | None
    size: int

    def say(self, rule: str) -> str:
        """Draws a text of one of the language's rules."""
        return self.voice.say(self.rng, rule)

    def says(self, rule: str, low: int, high: int) -> list[str]:
        """Draws several, different ones first."""
        wanted = self.rng.randint(low, high)
        drawn: list[str] = []
        while len(drawn) < wanted:
            drawn += self.voice.grammar.sample(self.rng, rule, wanted - len(drawn))
        return drawn

    def plain(self, low: int, high: int) -> list[str]:
        """Sentences without the note, not scaled by the page's size."""
        return self.voice.sentences(self.rng, self.topic, low, high)

    def body(self, low: int, high: int) -> list[str]:
        """Sentences, scaled by the page's size, with the note in its place."""
        return self.put(self.plain(low * self.size, high * self.size))

    def put(self, items: Sequence[str]) -> list[str]:
        """Puts the note in its place among the items."""
        if self.place is None:
            return list(items)
        inner = self.rng.randint(1, max(1, len(items) - 1))
        at = {"start": 0, "middle": inner, "end": len(items)}[self.place]
        return [*items[:at], MARK, *items[at:]]

    def paragraphs(self, sentences: Sequence[str], gap: str = "\n\n") -> str:
        """Joins sentences to paragraphs of two to six."""
        parts: list[str] = []
        rest = list(sentences)
        while rest:
            size = self.rng.randint(2, 6)
            parts.append(" ".join(rest[:size]))
            rest = rest[size:]
        return gap.join(parts)

    @property
    def note(self) -> list[str]:
        """The note alone: one item or none."""
        return [] if self.place is None else [MARK]

    def pick(self, *options: str) -> str:
        """One of the options."""
        return self.rng.choice(options)


@dataclass(frozen=True)
class Carrier:
    """A kind of document.

    Attributes:
        escape: How the format writes a note, so that the document stays well-formed.
        prose: Whether the carrier has ordinary sentences in the page's language (a log has none).
    """

    name: str
    build: Callable[[Page], str]
    escape: Callable[[str], str]
    prose: bool = True


def verbatim(note: str) -> str:
    """A note in plain text."""
    return note


def one_line(note: str) -> str:
    """A note where a line break would end the field."""
    return " ".join(note.split())
