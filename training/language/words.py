"""Texts as the model sees them: words of one script, folded to lower case.

A copy of what `runtime/core/src/language/{script,words}.rs` does; ranges, not Unicode properties, so that
the two agree whatever Unicode version they were built with.
"""

from __future__ import annotations

import bisect
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LATIN, CYRILLIC, ARABIC, DEVANAGARI, CJK = range(5)
GROUPS = ("Latin", "Cyrillic", "Arabic", "Devanagari", "CJK")
"""Scripts that several languages share; these need weights."""

SINGLE = (
    *("el", "hy", "he", "bn", "as", "pa", "gu", "or", "ta", "te", "kn", "ml", "si", "th", "lo", "bo", "my"),
    *("ka", "am", "ko", "km", "dv", "yi", "iu", "ii"),
)
"""Languages that are known by their script (or, Assamese and Yiddish, by a letter of it)."""

SEPARATOR, SKIP = -1, -2
LONGEST = 30
"""Letters of a word that are looked at together; what is longer is cut into such pieces."""

# First code point, last, and what they are: a group, the name of a language, or SKIP.
RANGES: list[tuple[int, int, int | str]] = [
    (0x41, 0x5A, LATIN),
    (0x61, 0x7A, LATIN),
    (0xAA, 0xAA, LATIN),
    (0xAD, 0xAD, SKIP),
    (0xBA, 0xBA, LATIN),
    (0xC0, 0xD6, LATIN),
    (0xD8, 0xF6, LATIN),
    (0xF8, 0x2AF, LATIN),
    (0x300, 0x36F, LATIN),
    (0x370, 0x373, "el"),
    (0x376, 0x377, "el"),
    (0x37B, 0x37D, "el"),
    (0x37F, 0x37F, "el"),
    (0x386, 0x386, "el"),
    (0x388, 0x3FF, "el"),
    (0x400, 0x481, CYRILLIC),
    (0x48A, 0x52F, CYRILLIC),
    (0x531, 0x556, "hy"),
    (0x560, 0x588, "hy"),
    (0x591, 0x5BD, "he"),
    (0x5D0, 0x5EA, "he"),
    (0x5EF, 0x5F2, "yi"),
    (0x620, 0x63F, ARABIC),
    (0x640, 0x640, SKIP),
    (0x641, 0x64A, ARABIC),
    (0x64B, 0x65F, SKIP),
    (0x66E, 0x66F, ARABIC),
    (0x670, 0x670, SKIP),
    (0x671, 0x6D3, ARABIC),
    (0x6D5, 0x6D5, ARABIC),
    (0x6D6, 0x6ED, SKIP),
    (0x6EE, 0x6EF, ARABIC),
    (0x6FA, 0x6FC, ARABIC),
    (0x750, 0x77F, ARABIC),
    (0x780, 0x7B1, "dv"),
    (0x8A0, 0x8C9, ARABIC),
    (0x900, 0x963, DEVANAGARI),
    (0x971, 0x97F, DEVANAGARI),
    (0x980, 0x9E5, "bn"),
    (0x9F0, 0x9F1, "as"),
    (0xA01, 0xA65, "pa"),
    (0xA70, 0xA76, "pa"),
    (0xA81, 0xAE5, "gu"),
    (0xB01, 0xB65, "or"),
    (0xB71, 0xB77, "or"),
    (0xB82, 0xBE5, "ta"),
    (0xC00, 0xC65, "te"),
    (0xC80, 0xCE5, "kn"),
    (0xD00, 0xD65, "ml"),
    (0xD7A, 0xD7F, "ml"),
    (0xD81, 0xDE5, "si"),
    (0xE01, 0xE3A, "th"),
    (0xE40, 0xE4E, "th"),
    (0xE81, 0xECE, "lo"),
    (0xEDC, 0xEDF, "lo"),
    (0xF00, 0xF00, "bo"),
    (0xF40, 0xFBC, "bo"),
    (0x1000, 0x103F, "my"),
    (0x1050, 0x108F, "my"),
    (0x10A0, 0x10FF, "ka"),
    (0x1100, 0x11FF, "ko"),
    (0x1200, 0x135F, "am"),
    (0x1380, 0x138F, "am"),
    (0x1401, 0x167F, "iu"),
    (0x1780, 0x17D3, "km"),
    (0x1C80, 0x1C8A, CYRILLIC),
    (0x1C90, 0x1CBF, "ka"),
    (0x1E00, 0x1EFF, LATIN),
    (0x1F00, 0x1FFF, "el"),
    (0x200B, 0x200F, SKIP),
    (0x202A, 0x202E, SKIP),
    (0x2060, 0x2069, SKIP),
    (0x2C60, 0x2C7F, LATIN),
    (0x2D00, 0x2D2D, "ka"),
    (0x3005, 0x3007, CJK),
    (0x3041, 0x3096, CJK),
    (0x3099, 0x309A, SKIP),
    (0x309D, 0x309F, CJK),
    (0x30A1, 0x30FA, CJK),
    (0x30FC, 0x30FF, CJK),
    (0x3131, 0x318E, "ko"),
    (0x31F0, 0x31FF, CJK),
    (0x3400, 0x4DBF, CJK),
    (0x4E00, 0x9FFF, CJK),
    (0xA000, 0xA48C, "ii"),
    (0xA640, 0xA69F, CYRILLIC),
    (0xA720, 0xA7FF, LATIN),
    (0xAC00, 0xD7A3, "ko"),
    (0xF900, 0xFAFF, CJK),
    (0xFB00, 0xFB06, LATIN),
    (0xFB1D, 0xFB4F, "he"),
    (0xFB50, 0xFDFB, ARABIC),
    (0xFE00, 0xFE0F, SKIP),
    (0xFE70, 0xFEFC, ARABIC),
    (0xFEFF, 0xFEFF, SKIP),
    (0xFF66, 0xFF9D, CJK),
    (0x20000, 0x323AF, CJK),
]
_FIRSTS = [first for first, _, _ in RANGES]
_APOSTROPHES = {0x27, 0x2019, 0x2BC}


@lru_cache(maxsize=1 << 17)
def classify(code: int) -> int | str:
    """What a code point is: a group, a language, `SKIP` or `SEPARATOR`."""
    at = bisect.bisect_right(_FIRSTS, code) - 1
    return RANGES[at][2] if at >= 0 and code <= RANGES[at][1] else SEPARATOR


@lru_cache(maxsize=1 << 17)
def fold(char: str) -> str:
    """The first character of its lower-case form."""
    return char.lower()[0]


def is_address(token: str) -> bool:
    """Whether a token between white space is an address rather than words."""
    return "://" in token or "@" in token or token[:4].lower() == "www."


def runs(text: str) -> Iterator[tuple[int | str, str]]:
    """The runs of letters in one script, each with its group or language.

    Apostrophes stay inside words. Addresses are left out.
    """
    for token in text.split():
        if is_address(token):
            continue
        kind: int | str = SEPARATOR
        word: list[str] = []
        pending = False  # an apostrophe that only counts if a letter follows
        for char in token:
            code = ord(char)
            if code in _APOSTROPHES:
                pending = bool(word)
                if not word:
                    kind = SEPARATOR
                continue
            found = classify(code)
            if found == SKIP:
                continue
            if found != kind or found == SEPARATOR:
                if word:
                    yield kind, "".join(word)
                word, kind, pending = [], found, False
                if found == SEPARATOR:
                    continue
            if pending:
                word.append("'")
                pending = False
            word.append(fold(char))
        if word:
            yield kind, "".join(word)


def pieces(word: str) -> Iterator[str]:
    """A word, in pieces of at most `LONGEST` letters."""
    for start in range(0, len(word), LONGEST):
        yield word[start : start + LONGEST]
