"""Long harmless texts: rows of one source and language, put together.

A long document is read in windows, and one window that looks like an attack refuses it. Rows of sentences,
messages and comments alone never show a window full of other people's words.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from training.example import Example, subject
from training.prepare import splits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

SOURCE = "composed/documents"
# How many documents of a source, and how its rows stand in one.
_KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "composed/languages": (5000, (" ", "\n", "\n\n")),
    "generated/entities": (1500, (" ", "\n\n", "\n")),
    "wikigold": (700, (" ", "\n")),
    "conjnli": (900, (" ", "\n", "\n- ")),
    "broad_twitter_corpus": (1200, ("\n", "\n\n", " ", "\n@user: ")),
    "wnut17": (900, ("\n", "\n\n", " ")),
    "goemotions": (1500, ("\n", "\n\n", "\n> ", "\nuser: ")),
    "edos_sexism": (500, ("\n", "\n\n")),
    "tdavidson_hate_offensive": (500, ("\n", "\n\n")),
    "clinc150": (1200, ("\n", "\n- ", "\nUser: ", "; ")),
    "banking77": (700, ("\n", "\n- ", "\nCustomer: ")),
    "halueval_general": (900, ("\n", "\n\n", "\n- ")),
    "halueval_general_answers": (900, ("\n\n", "\n")),
    "hh_rlhf_harmless_test_answers": (500, ("\n\n", "\n")),
    "gsm8k": (500, ("\n\n", "\n")),
    "sec_filings": (300, (" ", "\n\n")),
    "faithdial_topical": (400, ("\n", "\nA: ", " ")),
    "summedits_podcast": (500, ("\n\n", " ")),
    "summedits_qmsumm": (400, ("\n\n", " ")),
    "summedits_sales_call": (300, ("\n\n", " ")),
    "summedits_ectsum": (300, ("\n\n", " ")),
    "summedits_scitldr": (300, ("\n\n", " ")),
}
_SHORTEST, _LONGEST = 500, 1600  # code points; a window of 256 tokens is about a thousand of English


def compose(rows: list[Example], rng: random.Random) -> Iterator[Example]:
    """Yield documents made of `rows`: those of a split are made of its rows alone."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        kind = subject(row.source)
        if kind in _KINDS and not row.labels.get("injection") and not row.labels.get("quoted"):
            found.setdefault((kind, row.language, splits.split_of(row)), []).append(row.text)
    totals: dict[str, int] = {}
    for (kind, *_), texts in found.items():
        totals[kind] = totals.get(kind, 0) + len(texts)
    for (kind, language, split), texts in sorted(found.items()):
        wanted, joints = _KINDS[kind]
        for number in range(round(wanted * len(texts) / totals[kind])):
            key = f"{kind}/{language}/{split}/{number}"
            text = joined(rng, texts, rng.choice(joints), rng.randint(_SHORTEST, _LONGEST))
            row = Example(
                f"{SOURCE}/{key}", text, SOURCE, key, {"injection": [], "quoted": 0}, language=language
            )
            for attempt in count():
                row.group = f"{key}/{attempt}"
                if splits.split_of(row) == split:
                    break
            yield row


def joined(rng: random.Random, texts: list[str], joint: str, size: int) -> str:
    """Return texts that follow one another somewhere in the source, as many as make `size` code points."""
    at, text = rng.randrange(len(texts)), ""
    while len(text) < size:
        # what follows is often about the same; now and then it is not
        at = rng.randrange(len(texts)) if rng.random() < 0.3 else (at + 1) % len(texts)
        text = f"{text}{joint}{texts[at][:size]}" if text else texts[at][:size]
    return text[: size + 200]
