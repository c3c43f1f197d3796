# ruff: noqa: E501  # tables of letters
"""Text of other scripts in Latin letters, as people without the right keyboard write it.

The model has no class for such text; it learns from this to be unsure of it. Rough on purpose: nobody who types
this way follows a standard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.language import letters

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

# Offsets within the blocks of the Indic scripts, which Unicode lays out alike.
_CONSONANTS = {
    0x15 + at: name
    for at, name in enumerate(
        [
            "k",
            "kh",
            "g",
            "gh",
            "ng",
            "ch",
            "chh",
            "j",
            "jh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "t",
            "th",
            "d",
            "dh",
            "n",
            "n",
            "p",
            "ph",
            "b",
            "bh",
            "m",
            "y",
            "r",
            "r",
            "l",
            "l",
            "l",
            "v",
            "sh",
            "sh",
            "s",
            "h",
        ]
    )
}
_VOWELS = {
    0x05: "a",
    0x06: "aa",
    0x07: "i",
    0x08: "ee",
    0x09: "u",
    0x0A: "oo",
    0x0B: "ri",
    0x0F: "e",
    0x10: "ai",
    0x13: "o",
    0x14: "au",
}
_SIGNS = {
    0x3E: "a",
    0x3F: "i",
    0x40: "i",
    0x41: "u",
    0x42: "oo",
    0x43: "ri",
    0x46: "e",
    0x47: "e",
    0x48: "ai",
    0x4A: "o",
    0x4B: "o",
    0x4C: "au",
}
_INITIALS = [
    "g",
    "kk",
    "n",
    "d",
    "tt",
    "r",
    "m",
    "b",
    "pp",
    "s",
    "ss",
    ".",
    "j",
    "jj",
    "ch",
    "k",
    "t",
    "p",
    "h",
]
_MEDIALS = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_FINALS = [
    ".",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]


def _table(table: dict[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(char, char) for char in text.lower())


def _kana(text: str) -> str:
    hiragana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)
    return (
        " ".join(letters.KANA.get(c, "") for c in hiragana)
        .replace("  ", ".")
        .replace(" ", "")
        .replace(".", " ")
    )


def _indic(text: str) -> str:
    out: list[str] = []
    bare = False  # the last consonant still has its own vowel
    for char in text:
        code = ord(char)
        at = code & 0x7F
        if not 0x900 <= code < 0xD80:
            out.append(char)
            bare = False
            continue
        sign = at == 0x4D or at in _SIGNS
        if bare and not sign:
            out.append("a")
        bare = at in _CONSONANTS
        out.append(_CONSONANTS.get(at) or _VOWELS.get(at) or _SIGNS.get(at) or ("n" if at == 0x02 else ""))
    return "".join(out)


def _hangul(text: str) -> str:
    out = []
    for char in text:
        at = ord(char) - 0xAC00
        if 0 <= at < 11172:
            syllable = _INITIALS[at // 588] + _MEDIALS[at % 588 // 28] + _FINALS[at % 28]
            out.append(syllable.replace(".", ""))
        else:
            out.append(char)
    return "".join(out)


WAYS: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "mn"), _table(letters.CYRILLIC)),
    **dict.fromkeys(("ar", "fa", "ur"), _table(letters.ARABIC)),
    **dict.fromkeys(("hi", "mr", "bn", "pa", "gu", "ta", "te"), _indic),
    "el": _table(letters.GREEK),
    "ka": _table(letters.GEORGIAN),
    "hy": _table(letters.ARMENIAN),
    "he": _table(letters.HEBREW),
    "ja": _kana,
    "ko": _hangul,
}
"""How each language is romanised, roughly."""

serbian_latin = _table(letters.SERBIAN)
"""Serbian in its own Latin alphabet, which maps one to one."""


def noise(rng: random.Random) -> str:
    """Letters at random, as of keys hit without looking or of identifiers."""
    letters = rng.choice(
        ("asdfghjkl", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz", "bcdfghjklmnpqrstvwxz", "abcdef")
    )
    return " ".join("".join(rng.choices(letters, k=rng.randrange(3, 12))) for _ in range(rng.randrange(1, 8)))
