"""The outer form of a text: its case, its spacing, the typing of somebody in a hurry. Spans follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from training.generate.entities.fill import Piece

_PUNCTUATION = re.compile(r"\s*([,;:!?()\"]|(?<=[^\W\d_]{2})\.(?=\s|$)|(?<=\d)\.(?=\s*$)|'s\b)\s*")
_DIGITS_APART = re.compile(r"(?<=\d)\s+([,:.])\s+(?=\d)")


def assemble(pieces: list[Piece]) -> tuple[str, list[list[int | str]]]:
    """The text of pieces and the spans `[start, end, type]` of those that have a type."""
    text = ""
    spans: list[list[int | str]] = []
    pieces = _strip(pieces)
    for piece, kind in pieces:
        start = len(text)
        text += piece
        if kind:
            spans.append([start, len(text), kind])
    return text, spans


def _strip(pieces: list[Piece]) -> list[Piece]:
    """No white space at either end, nor an entity that is nothing else."""
    (first, kind), *rest = pieces
    *middle, (last, label) = [(first.lstrip(), kind), *rest]
    return [piece for piece in (*middle, (last.rstrip(), label)) if piece[0]]


def dress(rng: random.Random, pieces: list[Piece], *, tokenised: float = 0.1) -> list[Piece]:
    """Draws an outer form: most texts stay as they are.

    Args:
        rng: Source of all choices.
        pieces: The text.
        tokenised: Share of texts whose punctuation stands apart, as in corpora of split words.
    """
    if rng.random() < tokenised:
        pieces = split_words(pieces)
    way = rng.random()
    if way < 0.07:
        return recase(pieces, str.lower)
    if way < 0.12:
        return recase(pieces, str.upper)
    if way < 0.14:
        return recase(pieces, _title)
    if way < 0.17:
        return [(text if kind else re.sub(r"[.,;!?]", "", text), kind) for text, kind in pieces]
    return pieces


def recase(pieces: list[Piece], change: Callable[[str], str]) -> list[Piece]:
    """Changes the case of every piece."""
    return [(change(text), kind) for text, kind in pieces]


def split_words(pieces: list[Piece]) -> list[Piece]:
    """Sets punctuation apart by spaces. An entity keeps its own, so that its span stays one."""
    split: list[Piece] = []
    for text, kind in pieces:
        if kind is None:
            form = _DIGITS_APART.sub(r"\1", _PUNCTUATION.sub(r" \1 ", text).replace("\n", " "))
        else:
            form = re.sub(r"\s*([,()])\s*", r" \1 ", text).strip()
        if split and split[-1][0].endswith(" "):
            form = form.lstrip(" ")
        elif split and kind is None and form[:1] in {"(", ","}:
            form = f" {form}"
        split.append((form, kind))
    return [piece for piece in split if piece[0]]


def _title(text: str) -> str:
    return re.sub(r"(?<![\w'])[^\W\d_]", lambda match: match[0].upper(), text)
