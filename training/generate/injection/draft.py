"""A text on its way to a row: what all kinds of rows share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from training.example import Example

if TYPE_CHECKING:
    import random

    from training.generate.injection.voice import Voice


@dataclass
class Draft:
    """A text with its labels.

    Attributes:
        kind: The last part of the row's source: `direct`, `mail/thread`, `benign`, ...
        family: What the row was drawn from; rows of one family stay in one split.
        injection: Labels of the injection head.
        meta: `obfuscation`, `carrier`, `place`, and `span` (`start:end` of the attack in code points, for
            texts that are longer than a window).
    """

    text: str
    kind: str
    family: str
    language: str
    injection: list[str]
    quoted: int = 0
    meta: dict[str, str] = field(default_factory=dict)

    def row(self, number: int) -> Example:
        """The finished row."""
        labels: dict[str, Any] = {"injection": self.injection, "quoted": self.quoted}
        return Example(
            id=f"injection-{number}",
            text=self.text,
            source=f"generated/injection/{self.kind}",
            group=f"injection/{self.language}/{self.family}",
            labels=labels,
            language=self.language,
            meta=self.meta,
        )


def draw(rng: random.Random, voice: Voice, kind: str, slots: dict[str, str] | None = None) -> tuple[str, str]:
    """Draws a family of that kind and a text of it; all families are equally likely.

    Returns:
        The family's name and the text.
    """
    family = rng.choice(voice.families(kind))
    return family, tidy(voice.grammar.expand(rng, family, slots))


def tidy(text: str) -> str:
    """Removes the gaps that empty alternatives leave."""
    text = re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", text.strip())
    text = re.sub(r"(?<=\w)[ \t]+([.,;?!](?:\s|$))", r"\1", text)
    return re.sub(r"([?!])\.(?=\s|$)", r"\1", text)


def roughen(rng: random.Random, text: str) -> str:
    """Writes a text as people type: without capitals or full stop now and then, or in capitals."""
    choice = rng.random()
    if choice < 0.12:
        return text.lower()
    if choice < 0.18:
        return text.lower().rstrip(".!?")
    if choice < 0.22 and len(text) < 300:
        return text.upper()
    if choice < 0.3:
        return text.rstrip(".")
    return text
