"""Ordinary texts that some subjects need as their other side: sentences of people, news and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate import entities, refusal

if TYPE_CHECKING:
    import random

# Forms, tables and results are left out: whether those are code or gibberish is a matter of taste.
_KINDS = frozenset({
    "news", "prose", "lookalikes", "german", "french", "spanish", "italian", "dutch", "portuguese", "polish",
})  # fmt: skip


def ordinary(rng: random.Random) -> tuple[str, str, str]:
    """Draws a text that is neither code nor gibberish: its kind, the text and its language."""
    while True:
        [row] = (refusal if rng.random() < 0.2 else entities).generate(rng, 1)
        kind = row.source.rpartition("/")[2]
        if kind in _KINDS or kind in {"comply", "refuse"}:
            return kind, row.text, row.language
