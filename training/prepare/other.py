"""Emotions, subjectivity and source code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.example import EMOTIONS, Example

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive


def read(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Yield the rows of an archive."""
    yield from _READERS[archive.name](archive, rng)


def _goemotions(archive: Archive, _: random.Random) -> Iterator[Example]:
    for part in ("train", "dev", "test"):
        source = "goemotions_test" if part == "test" else "goemotions"
        for index, columns in enumerate(archive.tsv(f"data__original__{part}.tsv")):
            if len(columns) > 1:
                names = [EMOTIONS[int(label)] for label in columns[1].split(",")]
                labels = {"emotions": names, "injection": []}
                yield Example(f"goemotions/{part}/{index}", columns[0], source, f"{part}/{index}", labels)


def _wnc(archive: Archive, _: random.Random) -> Iterator[Example]:
    for part in ("train", "test"):
        for side, label in (("pre", 1), ("post", 0)):
            for index, text in enumerate(archive.lines(f"baselines__test_data__{side}.{part}")):
                group = f"{part}/{index}"
                yield Example(f"wnc/{part}/{side}/{index}", text, archive.name, group, {"bias": label})


def _algorithms(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Cut files into pieces of a few to some dozen lines."""
    for row in archive.jsonl("code.jsonl"):
        lines = row["text"].split("\n")
        for piece in range(2):
            size = rng.choice((4, 8, 15, 30))
            start = rng.randrange(max(1, len(lines) - size)) if piece else 0
            text = "\n".join(lines[start : start + size]).strip()[:1500]
            if len(text) > 40 and any(mark in text for mark in "(){}=;<:"):
                labels = {"code": 1, "code_language": row["lang"], "injection": []}
                yield Example(f"{row['path']}/{row['lang']}/{piece}", text, archive.name, row["path"], labels)


def _hello(archive: Archive, _: random.Random) -> Iterator[Example]:
    """Only languages that the head knows; one program each."""
    for row in archive.jsonl("hello.jsonl"):
        name = row["path"].rpartition("/")[2]
        name = name.rpartition(".")[0] or name
        if name in HELLO and row["text"].strip():
            labels = {"code": 1, "code_language": HELLO[name]}
            yield Example(f"hello/{name}", row["text"], archive.name, name, labels)


HELLO = {
    "CSharp": "C#", "Python 3": "Python", "Python3": "Python", "Python": "Python", "Powershell": "PowerShell",
    "Visual Basic .NET": "Visual Basic .NET", "VisualBasicNET": "Visual Basic .NET",
    **{name: name for name in (
        "C", "C++", "Java", "JavaScript", "Go", "Rust", "Ruby", "PHP", "Perl", "Lua", "R", "Scala", "Kotlin",
        "Swift",
        "COBOL", "Fortran", "Erlang", "Pascal", "PowerShell", "AppleScript", "TypeScript", "SQL", "jq",
    )},
}  # fmt: skip

_READERS = {
    "goemotions": _goemotions,
    "wnc_small": _wnc,
    "code_thealgorithms": _algorithms,
    "code_hello_world": _hello,
}
ARCHIVES = tuple(_READERS)
