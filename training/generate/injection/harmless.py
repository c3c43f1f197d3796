"""Rows without an attack that look like rows with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.attacks import asked, codes, obfuscated, open_page, put_note
from training.generate.injection.draft import Draft, draw, roughen, tidy
from training.generate.injection.voice import voice

if TYPE_CHECKING:
    import random

    from training.generate.injection.voice import Voice


def _attack(rng: random.Random, spoken: Voice) -> str:
    slots, _ = codes(rng, spoken)
    kind = rng.choice(("direct", "direct", "jailbreak", "aside"))
    for _ in range(4):
        text = draw(rng, spoken, kind, slots)[1]
        if len(text) < 400:
            break
    return text.rstrip(".")


def quoted(rng: random.Random, language: str) -> Draft:
    """An attack that somebody cites, explains, reports or tests against."""
    spoken = voice(language)
    slots = {"attack": _attack(rng, spoken), "attack2": _attack(rng, spoken)}
    family, text = draw(rng, spoken, "quoted", slots)
    if rng.random() < 0.25:
        text = f"{text} {' '.join(spoken.sentences(rng, spoken.topic(rng), 1, 4))}"
    return Draft(text, "quoted", family, language, [], quoted=1)


def plain(rng: random.Random, language: str) -> Draft:
    """A harmless text of the language's own families: trigger words, role play, settings, encoded data."""
    spoken = voice(language)
    family, text = draw(rng, spoken, "benign")
    text, trick = obfuscated(rng, roughen(rng, text), 0.08)
    return Draft(text, "benign", family, language, [], meta={"obfuscation": trick} if trick else {})


def clean(rng: random.Random, language: str) -> Draft:
    """A document without an attack; half of them tell their human readers to do something."""
    spoken = voice(language)
    note = rng.random() < 0.5
    carrier, page = open_page(rng, language, note=note)
    text = carrier.build(page)
    meta = {"carrier": carrier.name}
    if note:
        told, trick = obfuscated(rng, tidy(spoken.say(rng, "human_note")), 0.04)
        text, *_ = put_note(text, carrier, told)
        meta["place"] = page.place or ""
        if trick:
            meta["obfuscation"] = trick
    text, _ = asked(rng, spoken, text)
    family = f"clean/{carrier.name}/{page.topic}"
    return Draft(text, carrier.name, family, language, [], meta=meta)
