"""Ways to hide a sentence from a reader that only matches words.

A trick with an `undo` loses nothing but letter case: the scanners' views can turn its result back. The
others can only be recognised by what they look like or by the words around them.
"""

from __future__ import annotations

import base64
import codecs
import html
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

Apply = Callable[[random.Random, str], str]
Undo = Callable[[str], str]


@dataclass(frozen=True)
class Trick:
    """One way to hide text."""

    apply: Apply
    undo: Undo | None = None
    """Turns the result back into the text, up to letter case; `None` if that is not possible in general."""
    opaque: bool = False
    """Whether a reader sees no word of the text, so that only its neighbourhood tells what it is for."""


_CONFUSABLE = {
    "a": "\u0430",
    "c": "\u0441",
    "e": "\u0435",
    "o": "\u043e",
    "p": "\u0440",
    "x": "\u0445",
    "y": "\u0443",
    "i": "\u0456",
    "j": "\u0458",
    "s": "\u0455",
    "A": "\u0410",
    "B": "\u0412",
    "C": "\u0421",
    "E": "\u0415",
    "H": "\u041d",
    "K": "\u041a",
    "M": "\u041c",
    "O": "\u041e",
    "P": "\u0420",
    "T": "\u0422",
    "X": "\u0425",
    "Y": "\u03a5",
    "Z": "\u0396",
    "l": "\u04cf",
    "v": "\u03bd",
    "n": "\u0578",
}
"""Cyrillic, Greek and Armenian letters that look like Latin ones."""
_CONFUSED = {fake: real for real, fake in _CONFUSABLE.items()}
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad")
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_UNLEET = str.maketrans({digit: letter for letter, digit in _LEET.items()})
_MARKS = ("\u0300", "\u0301", "\u0308", "\u0323", "\u0330", "\u0335", "\u0336")
_MORSE = {
    "a": ".-",
    "b": "-...",
    "c": "-.-.",
    "d": "-..",
    "e": ".",
    "f": "..-.",
    "g": "--.",
    "h": "....",
    "i": "..",
    "j": ".---",
    "k": "-.-",
    "l": ".-..",
    "m": "--",
    "n": "-.",
    "o": "---",
    "p": ".--.",
    "q": "--.-",
    "r": ".-.",
    "s": "...",
    "t": "-",
    "u": "..-",
    "v": "...-",
    "w": ".--",
    "x": "-..-",
    "y": "-.--",
    "z": "--..",
}
_NEIGHBOUR = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqreytiuposaftdkjhlxzvcnbm", strict=True))
_WORD = re.compile(r"[^\W\d_]+")


def _each(change: Callable[[str], str], share: float) -> Apply:
    """Changes about that share of the characters, each by itself."""

    def apply(rng: random.Random, text: str) -> str:
        return "".join(change(char) if rng.random() < share else char for char in text)

    return apply


def _each_word(change: Callable[[random.Random, str], str], share: float = 1.0) -> Apply:
    def apply(rng: random.Random, text: str) -> str:
        return _WORD.sub(lambda word: change(rng, word[0]) if rng.random() < share else word[0], text)

    return apply


def _to_base64(_: random.Random, text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _from_base64(text: str) -> str:
    return base64.b64decode(text).decode()


def _to_hex(rng: random.Random, text: str) -> str:
    form = rng.randrange(3)
    if form == 0:
        return "".join(f"\\x{byte:02x}" for byte in text.encode())
    return text.encode().hex(" ") if form == 1 else text.encode().hex()


def _from_hex(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode()


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _to_percent(rng: random.Random, text: str) -> str:
    return quote(text, safe="") if rng.random() < 0.5 else "".join(f"%{byte:02X}" for byte in text.encode())


def _to_entities(rng: random.Random, text: str) -> str:
    form = rng.choice(("&#{0};", "&#x{0:x};"))
    return "".join(form.format(ord(char)) for char in text)


def _to_tags(_: random.Random, text: str) -> str:
    return "".join(chr(0xE0000 + ord(char)) if 0x20 <= ord(char) < 0x7F else char for char in text)


def _from_tags(text: str) -> str:
    return "".join(chr(ord(char) - 0xE0000) if 0xE0020 <= ord(char) < 0xE007F else char for char in text)


def _to_escapes(_: random.Random, text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _from_escapes(text: str) -> str:
    return bytes.fromhex(text.replace("\\u", "")).decode("utf-16-be")


def _zero_width(rng: random.Random, text: str) -> str:
    mark = rng.choice(_ZERO_WIDTH)
    return "".join(char + mark if char.isalpha() and rng.random() < 0.7 else char for char in text)


def _without_zero_width(text: str) -> str:
    return "".join(char for char in text if char not in _ZERO_WIDTH)


def _spaced(rng: random.Random, text: str) -> str:
    gap = rng.choice((" ", ".", "-", "_"))
    return (gap * 3 if gap == " " else " ").join(gap.join(word) for word in text.split())


def _unspaced(text: str) -> str:
    words = re.split(r" {3}" if "   " in text else " ", text)
    return " ".join(word if len(word) < 2 else word[::2] for word in words)


def _full_width(_: random.Random, text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _styled(rng: random.Random, text: str) -> str:
    """Letters of one of the mathematical alphabets: bold, sans-serif bold, monospace, bold script."""
    upper = rng.choice((0x1D400, 0x1D5D4, 0x1D670, 0x1D4D0))
    lower = upper + 26
    return "".join(
        chr((lower - 97 if char.islower() else upper - 65) + ord(char))
        if char.isascii() and char.isalpha()
        else char
        for char in text
    )


def _compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _marked(rng: random.Random, text: str) -> str:
    return "".join(char + rng.choice(_MARKS) if char.isascii() and char.isalpha() else char for char in text)


def _unmarked(text: str) -> str:
    return "".join(char for char in text if char not in _MARKS)


def _random_case(rng: random.Random, text: str) -> str:
    start = rng.randint(0, 1)
    if rng.random() < 0.5:
        return "".join(rng.choice((char.upper(), char.lower())) for char in text)
    return "".join(char.upper() if (i + start) % 2 else char.lower() for i, char in enumerate(text))


def _pig_latin(_: random.Random, word: str) -> str:
    start = next((i for i, char in enumerate(word) if char.lower() in "aeiou"), 0)
    return f"{word[start:]}{word[:start]}ay".lower() if start else f"{word}way".lower()


def _typo(rng: random.Random, word: str) -> str:
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[: at + 1] + word[at:]
    return word[:at] + _NEIGHBOUR.get(word[at].lower(), word[at]) + word[at + 1 :]


def _shuffled(rng: random.Random, word: str) -> str:
    if len(word) < 4:
        return word
    inner = list(word[1:-1])
    rng.shuffle(inner)
    return word[0] + "".join(inner) + word[-1]


def _caesar(rng: random.Random, text: str) -> str:
    shift = rng.choice((1, 3, 5, 7))
    return "".join(
        chr((ord(char) - base + shift) % 26 + base)
        if (base := 65 if "A" <= char <= "Z" else 97 if "a" <= char <= "z" else 0)
        else char
        for char in text
    )


def _morse(_: random.Random, text: str) -> str:
    return " / ".join(
        " ".join(_MORSE[char] for char in word if char in _MORSE) for word in text.lower().split()
    )


def _fields(rng: random.Random, text: str) -> str:
    """Splits the text over variables that are put together by name."""
    words, parts = text.split(), []
    while words:
        size = rng.randint(1, 4)
        parts.append(" ".join(words[:size]))
        words = words[size:]
    names = [f"{rng.choice(('part', 'p', 'x', 'seg'))}{i + 1}" for i in range(len(parts))]
    lines = [f'{name} = "{part}"' for name, part in zip(names, parts, strict=True)]
    return "\n".join([*lines, f"msg = {' + '.join(names)}"])


def _first_words(rng: random.Random, text: str) -> str:
    """An acrostic of words: read the first word of each line."""
    tails = (
        "is where we begin", "comes before the rest", "as it was written", "and so it goes", "on a quiet day",
        "in the old house", "beside the river", "for the whole week", "with some tea", "under the bridge",
    )  # fmt: skip
    return "\n".join(f"{word} {rng.choice(tails)}" for word in text.split())


TRICKS: dict[str, Trick] = {
    "base64": Trick(_to_base64, _from_base64, opaque=True),
    "hex": Trick(_to_hex, _from_hex, opaque=True),
    "percent": Trick(_to_percent, unquote),
    "entities": Trick(_to_entities, html.unescape, opaque=True),
    "escapes": Trick(_to_escapes, _from_escapes, opaque=True),
    "rot13": Trick(
        lambda _, text: codecs.encode(text, "rot13"), lambda text: codecs.encode(text, "rot13"), opaque=True
    ),
    "tags": Trick(_to_tags, _from_tags, opaque=True),
    "confusables": Trick(
        _each(lambda char: _CONFUSABLE.get(char, char), 0.5),
        lambda text: "".join(_CONFUSED.get(char, char) for char in text),
    ),
    "zero_width": Trick(_zero_width, _without_zero_width),
    "spacing": Trick(_spaced, _unspaced),
    "leet": Trick(
        _each(lambda char: _LEET.get(char.lower(), char), 0.8), lambda text: text.translate(_UNLEET)
    ),
    "case": Trick(_random_case, str),
    "full_width": Trick(_full_width, _compatible),
    "styled": Trick(_styled, _compatible),
    "marks": Trick(_marked, _unmarked),
    "reversed": Trick(lambda _, text: text[::-1], lambda text: text[::-1], opaque=True),
    "reversed_words": Trick(_each_word(lambda _, word: word[::-1])),
    "word_order": Trick(lambda _, text: " ".join(text.split()[::-1])),
    "pig_latin": Trick(_each_word(_pig_latin)),
    "typos": Trick(_each_word(_typo, 0.4)),
    "shuffled": Trick(_each_word(_shuffled)),
    "vowels": Trick(_each_word(lambda _, word: re.sub(r"(?<=.)[aeiou]", "", word))),
    "caesar": Trick(_caesar, opaque=True),
    "morse": Trick(_morse, opaque=True),
    "fields": Trick(_fields),
    "first_words": Trick(_first_words),
}
"""All tricks by name, the name that `meta["obfuscation"]` carries."""

LEGIBLE = tuple(
    name
    for name, trick in TRICKS.items()
    if not trick.opaque and name not in {"fields", "first_words", "word_order"}
)
"""Tricks that leave enough of a sentence to see what it says without being told how to read it."""


def hide(rng: random.Random, text: str, trick: str) -> str:
    """Applies the trick of that name."""
    return TRICKS[trick].apply(rng, text)


def hide_words(rng: random.Random, text: str, trick: str, share: float = 0.4) -> str:
    """Applies a trick to about that share of the longer words only, as people do who dodge a word filter."""
    apply = TRICKS[trick].apply
    return _WORD.sub(
        lambda word: apply(rng, word[0]) if len(word[0]) > 3 and rng.random() < share else word[0], text
    )
