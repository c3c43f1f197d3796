"""Labelled texts of the data folder: split, cropped to all lengths, disturbed."""

from __future__ import annotations

import hashlib
import tarfile
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from pathlib import Path

LENGTHS = ("sentences", "word-pairs", "single-words")
UNSPACED = {"ja", "zh", "th"}


@dataclass(frozen=True, slots=True)
class Row:
    """A text and its language; `kind` is one of `LENGTHS`."""

    language: str
    text: str
    kind: str

    @property
    def held_out(self) -> bool:
        """Whether it is for development: a tenth, chosen by a hash of the text."""
        return hashlib.blake2b(self.text.casefold().encode(), digest_size=1).digest()[0] < 26


def read(folder: Path) -> list[Row]:
    """The rows of lingua's test data, each text of a language once."""
    seen: dict[tuple[str, str], str] = {}
    with tarfile.open(folder / "lingua_langid.tar.gz") as archive:
        for kind in LENGTHS:
            member = archive.extractfile(f"lingua_langid/{kind}.tsv")
            if member is None:
                raise FileNotFoundError(kind)
            for line in member.read().decode().splitlines():
                language, _, text = line.partition("\t")
                seen.setdefault((language, text.strip()), kind)
    return [Row(language, text, kind) for (language, text), kind in seen.items() if text]


def crop(rng: random.Random, text: str, words: int, language: str) -> str:
    """`words` words on end of the text, wherever; for languages without spaces two to four letters each."""
    if language in UNSPACED:
        size = words * rng.choice((2, 2, 3, 4)) * (2 if language == "th" else 1)
        start = rng.randrange(max(len(text) - size, 0) + 1)
        return text[start : start + size]
    parts = text.split()
    start = rng.randrange(max(len(parts) - words, 0) + 1)
    return " ".join(parts[start : start + words])


def plain(text: str) -> str:
    """Without accents, as some people type."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
