"""Long texts: rows of one source and language, put together, harmless or with an attack between them.

A long document is read in windows, and one window that looks like an attack refuses it. Rows of sentences,
messages and comments alone never show a window full of other people's words. And if attacks stood only within
documents of the project's grammars, those of people would be taken for the sign of harmlessness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.example import Example, subject
from training.prepare import splits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

SOURCE = "composed/documents"
PLANTED = "composed/planted"
_SHARE_PLANTED = 0.45  # as many more documents have something between their rows
_HARMLESS_SHARE = 0.3  # of these it is a harmless request
_LONGEST_PLANTED = 400
# How many documents of a source, and how its rows stand in one.
_KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "composed/languages": (15000, (" ", "\n", "\n\n")),
    "generated/entities": (1500, (" ", "\n\n", "\n")),
    "wikigold": (700, (" ", "\n")),
    "conjnli": (900, (" ", "\n", "\n- ")),
    "broad_twitter_corpus": (3000, ("\n", "\n\n", " ", "\n@user: ")),
    "wnut17": (2000, ("\n", "\n\n", " ")),
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
# Rows that follow are about the same; in a heap of messages, the other kind of document, none is a stranger.
_JUMPS = (0.3, 0.9)
_SHORTEST, _LONGEST = 500, 1600  # code points; a window of 256 tokens is about a thousand of English


def compose(rows: list[Example], rng: random.Random) -> Iterator[Example]:
    """Yield documents made of `rows`: those of a split are made of its rows alone.

    Those of `PLANTED` have an attack between their rows, with its place in `meta["span"]`, or a harmless
    request.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    planted: dict[tuple[str, str, bool], list[Example]] = {}
    for row in rows:
        kind, split = subject(row.source), splits.split_of(row)
        attack = row.labels.get("injection")
        if kind in _KINDS and not attack and not row.labels.get("quoted"):
            found.setdefault((kind, row.language, split), []).append(row.text)
        if _plantable(row):
            planted.setdefault((row.language, split, bool(attack)), []).append(row)
    totals: dict[str, int] = {}
    for (kind, *_), texts in found.items():
        totals[kind] = totals.get(kind, 0) + len(texts)
    for (kind, language, split), texts in sorted(found.items()):
        wanted, joints = _KINDS[kind]
        for number in range(round(wanted * len(texts) / totals[kind])):
            key = f"{kind}/{language}/{split}/{number}"
            size = rng.randint(_SHORTEST, _LONGEST)
            text = joined(rng, texts, rng.choice(joints), size, rng.choice(_JUMPS))
            yield splits.of_split(
                Example(f"{SOURCE}/{key}", text, SOURCE, key, _labels(), language=language), split
            )
            if rng.random() >= _SHARE_PLANTED:
                continue
            attack = rng.random() >= _HARMLESS_SHARE
            # others' documents are attacked in their language or in English
            spoken = language if rng.random() < 0.5 and (language, split, attack) in planted else "en"
            if guests := planted.get((spoken, split, attack)):
                yield splits.of_split(
                    _planted(rng, rng.choice(guests), texts, rng.choice(joints), key, language), split
                )


def _plantable(row: Example) -> bool:
    """Whether it is a short attack by itself, or a short harmless request."""
    if row.pair is not None or not 15 < len(row.text) < _LONGEST_PLANTED:
        return False
    if row.labels.get("injection"):
        return not row.labels.get("quoted") and "span" not in row.meta
    return row.source.startswith("generated/requests") or row.source in {"self_instruct", "composed/follow"}


def _planted(
    rng: random.Random, guest: Example, texts: list[str], joint: str, key: str, language: str
) -> Example:
    size = rng.randint(_SHORTEST, _LONGEST)
    parts = _parts(rng, texts, joint, size, rng.choice(_JUMPS))
    at = rng.randint(0, len(parts))
    before = joint.join([*parts[:at], ""])
    text = before + guest.text + "".join(joint + part for part in parts[at:])
    row = Example(f"{PLANTED}/{key}", text, PLANTED, key, _labels(guest), language=language)
    if guest.labels.get("injection"):
        row.meta = {"span": f"{len(before)}:{len(before) + len(guest.text)}"}
    return row


def _labels(guest: Example | None = None) -> dict[str, Any]:
    attack = guest.labels.get("injection") if guest else None
    # within a document it is the document that commands
    return {"injection": sorted({*attack, "indirect"} - {"direct"}) if attack else [], "quoted": 0}


def joined(rng: random.Random, texts: list[str], joint: str, size: int, jumps: float = 0.3) -> str:
    """Return texts of the source, as many as make `size` code points.

    Args:
        rng: What is drawn is drawn from it.
        texts: The source's rows in their order.
        joint: What stands between two.
        size: Of the whole, in code points; up to 200 more come.
        jumps: Share of rows that do not follow in the source on the one before.
    """
    return joint.join(_parts(rng, texts, joint, size, jumps))[: size + 200]


def _parts(rng: random.Random, texts: list[str], joint: str, size: int, jumps: float) -> list[str]:
    at, parts, length = rng.randrange(len(texts)), [], -len(joint)
    while length < size:
        if parts:
            at = rng.randrange(len(texts)) if rng.random() < jumps else (at + 1) % len(texts)
        parts.append(texts[at][:size])
        length += len(joint) + len(parts[-1])
    return parts
