# ruff: noqa: E501, RUF001  # tables of letters
"""Text of other scripts in Latin letters, as people without the right keyboard write it.

The model has no class for such text; it learns from this to be unsure of it. Rough on purpose: nobody who types
this way follows a standard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґўѓѕјљњќџђћ",
        "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh shch . y . e yu ya i yi ye g u gj dz j lj nj kj dz dj c".replace(
            ".", "_"
        ).split(),
        strict=True,
    )
) | {
    "ъ": "",
    "ь": "",
    "ё": "yo",
    "ә": "a",
    "ғ": "g",
    "қ": "q",
    "ң": "n",
    "ө": "o",
    "ұ": "u",
    "ү": "u",
    "һ": "h",
}
_SERBIAN = dict(
    zip(
        "абвгдђежзијклљмнњопрстћуфхцчџш",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "đ",
            "e",
            "ž",
            "z",
            "i",
            "j",
            "k",
            "l",
            "lj",
            "m",
            "n",
            "nj",
            "o",
            "p",
            "r",
            "s",
            "t",
            "ć",
            "u",
            "f",
            "h",
            "c",
            "č",
            "dž",
            "š",
        ],
        strict=True,
    )
)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "x",
            "ps",
            "o",
            "a",
            "e",
            "i",
            "i",
            "o",
            "y",
            "o",
            "i",
            "y",
            "i",
            "y",
        ],
        strict=True,
    )
)
_GEORGIAN = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "v",
            "z",
            "t",
            "i",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "zh",
            "r",
            "s",
            "t",
            "u",
            "f",
            "q",
            "gh",
            "y",
            "sh",
            "ch",
            "ts",
            "dz",
            "w",
            "ch",
            "kh",
            "j",
            "h",
        ],
        strict=True,
    )
)
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        [
            "a",
            "b",
            "g",
            "d",
            "e",
            "z",
            "e",
            "y",
            "t",
            "zh",
            "i",
            "l",
            "kh",
            "ts",
            "k",
            "h",
            "dz",
            "gh",
            "ch",
            "m",
            "y",
            "n",
            "sh",
            "o",
            "ch",
            "p",
            "j",
            "r",
            "s",
            "v",
            "t",
            "r",
            "c",
            "v",
            "p",
            "q",
            "o",
            "f",
            "ev",
        ],
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآءئؤپچژگکیھہٹڈڑںے",
        [
            "a",
            "b",
            "t",
            "th",
            "j",
            "7",
            "kh",
            "d",
            "th",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "3",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "a",
            "e",
            "aa",
            "2",
            "2",
            "2",
            "p",
            "ch",
            "zh",
            "g",
            "k",
            "i",
            "h",
            "h",
            "t",
            "d",
            "r",
            "n",
            "e",
        ],
        strict=True,
    )
)
_HEBREW = dict(
    zip(
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת",
        [
            "a",
            "b",
            "g",
            "d",
            "h",
            "v",
            "z",
            "ch",
            "t",
            "i",
            "k",
            "ch",
            "l",
            "m",
            "m",
            "n",
            "n",
            "s",
            "a",
            "p",
            "f",
            "ts",
            "ts",
            "k",
            "r",
            "sh",
            "t",
        ],
        strict=True,
    )
)
_KANA = dict(
    zip(
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ",
        [
            "a",
            "i",
            "u",
            "e",
            "o",
            "ka",
            "ki",
            "ku",
            "ke",
            "ko",
            "sa",
            "shi",
            "su",
            "se",
            "so",
            "ta",
            "chi",
            "tsu",
            "te",
            "to",
            "na",
            "ni",
            "nu",
            "ne",
            "no",
            "ha",
            "hi",
            "fu",
            "he",
            "ho",
            "ma",
            "mi",
            "mu",
            "me",
            "mo",
            "ya",
            "yu",
            "yo",
            "ra",
            "ri",
            "ru",
            "re",
            "ro",
            "wa",
            "wo",
            "n",
            "ga",
            "gi",
            "gu",
            "ge",
            "go",
            "za",
            "ji",
            "zu",
            "ze",
            "zo",
            "da",
            "ji",
            "zu",
            "de",
            "do",
            "ba",
            "bi",
            "bu",
            "be",
            "bo",
            "pa",
            "pi",
            "pu",
            "pe",
            "po",
        ],
        strict=True,
    )
)
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
    return " ".join(_KANA.get(c, "") for c in hiragana).replace("  ", ".").replace(" ", "").replace(".", " ")


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
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "kk", "mn"), _table(_CYRILLIC)),
    **dict.fromkeys(("ar", "fa", "ur"), _table(_ARABIC)),
    **dict.fromkeys(("hi", "mr", "bn", "pa", "gu", "ta", "te"), _indic),
    "el": _table(_GREEK),
    "ka": _table(_GEORGIAN),
    "hy": _table(_ARMENIAN),
    "he": _table(_HEBREW),
    "ja": _kana,
    "ko": _hangul,
}
"""How each language is romanised, roughly."""

serbian_latin = _table(_SERBIAN)
"""Serbian in its own Latin alphabet, which maps one to one."""


def noise(rng: random.Random) -> str:
    """Letters at random, as of keys hit without looking or of identifiers."""
    letters = rng.choice(
        ("asdfghjkl", "qwertyuiop", "abcdefghijklmnopqrstuvwxyz", "bcdfghjklmnpqrstvwxz", "abcdef")
    )
    return " ".join("".join(rng.choices(letters, k=rng.randrange(3, 12))) for _ in range(rng.randrange(1, 8)))
