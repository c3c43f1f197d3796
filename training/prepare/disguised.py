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
# How often a trick is as likely as others: what looks like many attacks, and like nothing else.
_OFTEN = {"leet": 5, "spacing": 4}
_LONGEST = 400
# How many rows of a source.
_KINDS = {
    "clinc150": 1400,
    "banking77": 600,
    "halueval_general": 1200,
    "self_instruct": 500,
    "awesome_chatgpt_prompts": 400,
    "gsm8k": 400,
    "goemotions": 1200,
    "broad_twitter_corpus": 1200,
    "wikigold": 600,
    "conjnli": 600,
    "halueval_general_answers": 600,
    "composed/languages": 1400,
    "composed/harmless": 1000,
    "composed/follow": 400,
    "generated/requests": 1800,
    "generated/entities": 600,
}


def compose(rows: list[Example], rng: random.Random) -> Iterator[Example]:
    """Yield disguised copies of harmless rows; those of a split are made of its rows alone."""
    found: dict[str, list[Example]] = {}
    for row in rows:
        kind = row.source if row.source in _KINDS else subject(row.source)
        if kind in _KINDS and _harmless(row):
            found.setdefault(kind, []).append(row)
    tricks = tuple(trick for trick in LEGIBLE for _ in range(_OFTEN.get(trick, 1)))
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
