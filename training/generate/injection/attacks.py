"""Rows with an attack: typed at the assistant, or left in a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.generate.injection.carriers import CARRIERS, MARK, PLACES, Carrier, Page
from training.generate.injection.draft import Draft, draw, roughen, tidy
from training.generate.injection.suffix import suffix
from training.generate.injection.voice import ENGLISH, voice
from training.generate.obfuscation import LEGIBLE, TRICKS, hide, hide_words

if TYPE_CHECKING:
    import random

    from training.generate.injection.voice import Voice

_OPAQUE = (
    *tuple(name for name, trick in TRICKS.items() if trick.opaque),
    "word_order",
    "first_words",
    "fields",
)
_ASCII_ONLY = frozenset({
    "tags", "styled", "confusables", "leet", "marks", "full_width", "pig_latin", "vowels", "caesar", "morse",
    "rot13",
})  # fmt: skip
"""Tricks that do nothing, or nothing readable, to other scripts."""


_WORDS = frozenset({"word_order", "first_words", "fields", "reversed_words", "shuffled", "typos"})
"""Tricks that need spaces between the words."""


def trick_for(rng: random.Random, text: str, names: tuple[str, ...]) -> str:
    """Draws a trick that does something to this text."""
    latin = sum(char.isascii() for char in text) > 0.8 * len(text)
    spaced = text.count(" ") > len(text) / 25
    usable = (name for name in names if (latin or name not in _ASCII_ONLY) and (spaced or name not in _WORDS))
    return rng.choice(list(usable))


def codes(rng: random.Random, spoken: Voice) -> tuple[dict[str, str], str]:
    """Texts for the slots of the templates: two encoded ones and a suffix; and the name of the encoding."""
    plain = tidy(spoken.say(rng, "any_goal"))
    harm = tidy(spoken.say(rng, "harm")) if "harm" in spoken.grammar else plain
    trick = trick_for(rng, plain, _OPAQUE)
    slots = {"encoded": hide(rng, plain, trick), "encoded_harm": hide(rng, harm, trick)}
    return slots | {"suffix": suffix(rng, spoken)}, trick


def obfuscated(rng: random.Random, text: str, share: float) -> tuple[str, str | None]:
    """Hides that share of the texts, wholly or in some words, in a way that stays legible."""
    if rng.random() >= share:
        return text, None
    trick = trick_for(rng, text, LEGIBLE)
    hidden = hide(rng, text, trick) if rng.random() < 0.6 else hide_words(rng, text, trick)
    return (hidden, trick) if hidden != text else (text, None)


def typed(rng: random.Random, language: str, kind: str) -> Draft:
    """An attack that a user types: `kind` is `direct` or `jailbreak`."""
    spoken = voice(language)
    slots, trick = codes(rng, spoken)
    family, text = draw(rng, spoken, kind, slots)
    if slots["suffix"] in text:  # roughened or hidden it would be another suffix
        return Draft(text, kind, family, language, [kind], meta={"obfuscation": "suffix"})
    encoded = any(code in text for code in slots.values())
    meta = {"obfuscation": trick} if encoded else {}
    if not encoded:
        text, used = obfuscated(rng, roughen(rng, text), 0.14)
        if used:
            meta["obfuscation"] = used
    return Draft(text, kind, family, language, [kind], meta=meta)


def open_page(rng: random.Random, language: str, *, note: bool) -> tuple[Carrier, Page]:
    """Draws a carrier and the material for it."""
    spoken = voice(language)
    carrier = rng.choice(CARRIERS)
    while language != ENGLISH and not carrier.prose:
        carrier = rng.choice(CARRIERS)
    size = rng.choices((1, 2, 4, 8), (70, 18, 9, 3))[0]
    return carrier, Page(rng, spoken, spoken.topic(rng), rng.choice(PLACES) if note else None, size)


def put_note(text: str, carrier: Carrier, note: str) -> tuple[str, int, int]:
    """Puts the note where its mark is; returns the text and the note's place in it."""
    at = text.index(MARK)
    written = carrier.escape(note)
    return text.replace(MARK, written), at, at + len(written)


def asked(rng: random.Random, spoken: Voice, text: str) -> tuple[str, int]:
    """Hands some documents over as users do, with a request before or after.

    Returns:
        The text and by how much the document moved in it.
    """
    if rng.random() < 0.65:
        return text, 0
    ask = tidy(spoken.say(rng, "user_ask"))
    opening, closing = rng.choice(
        (("\n\n", ""), (" ", ""), ("\n```\n", "\n```"), ("\n---\n", "\n---"), ('\n"""', '"""'),
         ("\n<document>\n", "\n</document>"))
    )  # fmt: skip
    if rng.random() < 0.2:
        return f"{text}\n\n{ask}", 0
    return f"{ask}{opening}{text}{closing}", len(ask) + len(opening)


def planted(rng: random.Random, language: str) -> Draft:
    """An attack in a document."""
    spoken = voice(language)
    carrier, page = open_page(rng, language, note=True)
    slots, _ = codes(rng, spoken)
    family, note = draw(rng, spoken, "direct" if rng.random() < 0.2 else "aside", slots)
    note, trick = obfuscated(rng, note, 0.08)
    text, start, end = put_note(carrier.build(page), carrier, note)
    text, shift = asked(rng, spoken, text)
    meta = {"carrier": carrier.name, "place": page.place or "", "span": f"{start + shift}:{end + shift}"}
    if trick:
        meta["obfuscation"] = trick
    return Draft(text, carrier.name, family, language, ["indirect"], meta=meta)
