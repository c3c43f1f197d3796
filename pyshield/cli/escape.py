r"""Text from outside, made fit for a terminal.

Scanned text, file names and labels can hold escape sequences, bidirectional controls and invisible
characters. Whatever a terminal would obey instead of show is written out (`\x1b`, `\u202e`), so a hostile
file can neither drive the terminal nor hide from the reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["cell", "cells", "visible"]

TAB = "    "
_ELLIPSIS = "…"
# Controls, formats, surrogates, private use, unassigned, line and paragraph separators.
_WRITTEN_OUT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Variation selectors are marks by category but carry hidden data as well as tag characters do. The two that
# choose between text and emoji are everywhere and stay.
_SELECTORS = (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0))
_HIDDEN_MARKS = frozenset(map(chr, (*_SELECTORS, 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0)))


def _written_out(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return {"\n": "\\n", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def cell(char: str) -> tuple[str, int]:
    """How a terminal is to show one character: what to print, and how many columns that takes."""
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        return TAB, len(TAB)
    kind = category(char)
    if kind in _WRITTEN_OUT or char in _HIDDEN_MARKS:
        shown = _written_out(char)
        return shown, len(shown)
    if kind in {"Mn", "Me"}:
        return char, 0
    return char, 2 if east_asian_width(char) in {"W", "F"} else 1


def cells(text: Iterable[str]) -> list[tuple[str, int]]:
    """`cell` of every character."""
    return [cell(char) for char in text]


def visible(text: str, limit: int = 200) -> str:
    """`text` as a terminal may show it, of at most `limit` characters of the original."""
    shown = "".join(shown for shown, _ in cells(text[:limit]))
    return shown + _ELLIPSIS if len(text) > limit else shown
