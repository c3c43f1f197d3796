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
    text, trick = obfuscated(rng, roughen(rng, text), 0.14)
    return Draft(text, "benign", family, language, [], meta={"obfuscation": trick} if trick else {})


def clean(rng: random.Random, language: str) -> Draft:
    """A document without an attack, or with one that it merely cites.

    Most hold a foreign note as attacked ones do: orders to human readers, trigger words or a cited attack.
    """
    spoken = voice(language)
    kind = rng.choices(("none", "human", "benign", "quoted"), (35, 30, 20, 15))[0]
    carrier, page = open_page(rng, language, note=kind != "none")
    text = carrier.build(page)
    meta = {"carrier": carrier.name}
    if kind != "none":
        told, trick = obfuscated(rng, _note(rng, spoken, kind), 0.08)
        text, *_ = put_note(text, carrier, told)
        meta |= {"place": page.place or "", "note": kind}
        if trick:
            meta["obfuscation"] = trick
    text, _ = asked(rng, spoken, text)
    family = f"clean/{carrier.name}/{page.topic}/{kind}"
    return Draft(text, carrier.name, family, language, [], quoted=int(kind == "quoted"), meta=meta)


def _note(rng: random.Random, spoken: Voice, kind: str) -> str:
    if kind == "human":
        return tidy(spoken.say(rng, "human_note"))
    if kind == "quoted":
        return quoted(rng, spoken.language).text
    return draw(rng, spoken, "benign")[1]
