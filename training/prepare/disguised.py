"""Harmless rows in the disguises of attacks: leetspeak, look-alike letters, letters set apart and others.

Where attacks alone are disguised, the disguise is taken for the attack; but people, too, dodge word filters,
write for fun in leetspeak, and copy from files that break their letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.example import Example, subject
from training.generate.injection.attacks import trick_for
from training.generate.obfuscation import LEGIBLE, hide, hide_words
from training.prepare import splits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

SOURCE = "composed/disguised"
_LEET = (
    4  # how often leetspeak is as likely as another trick: it looks like many attacks, and like nothing else
)
_LONGEST = 400
# How many rows of a source.
_KINDS = {
    "clinc150": 700,
    "banking77": 300,
    "halueval_general": 600,
    "self_instruct": 250,
    "awesome_chatgpt_prompts": 200,
    "gsm8k": 200,
    "goemotions": 600,
    "broad_twitter_corpus": 600,
    "wikigold": 300,
    "conjnli": 300,
    "halueval_general_answers": 300,
    "composed/languages": 700,
    "composed/harmless": 500,
    "composed/follow": 200,
    "generated/requests": 900,
    "generated/entities": 300,
}


def compose(rows: list[Example], rng: random.Random) -> Iterator[Example]:
    """Yield disguised copies of harmless rows; those of a split are made of its rows alone."""
    found: dict[str, list[Example]] = {}
    for row in rows:
        kind = row.source if row.source in _KINDS else subject(row.source)
        if kind in _KINDS and _harmless(row):
            found.setdefault(kind, []).append(row)
    tricks = (*LEGIBLE, *("leet",) * (_LEET - 1))
    for kind, given in sorted(found.items()):
        for row in rng.sample(given, min(_KINDS[kind], len(given))):
            trick = trick_for(rng, row.text, tricks)
            hidden = (hide if rng.random() < 0.6 else hide_words)(rng, row.text, trick)
            if hidden == row.text:
                continue
            yield splits.of_split(
                Example(
                    f"{row.id}/{trick}",
                    hidden,
                    SOURCE,
                    row.group,
                    {"injection": [], "quoted": 0},
                    language=row.language,
                    meta={"obfuscation": trick},
                ),
                splits.split_of(row),
            )


def _harmless(row: Example) -> bool:
    """Whether it is short, known to hold no attack, and not in disguise already."""
    return (
        row.labels.get("injection") == []
        and not row.labels.get("quoted")
        and row.pair is None
        and 15 < len(row.text) < _LONGEST
        and "obfuscation" not in row.meta
    )
