"""Addresses of the data folder: hosts that were reported, and links in texts, with their families."""

from __future__ import annotations

import hashlib
import re
import tarfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from training.urls.features import brands, parse, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ARCHIVE = "malicious_domains.tar.gz"
_LINK = re.compile(rb"https?://[^\s\"'<>\\)\]}|`*,]+")
_MOST_OF_FAMILY = 150
"""Hosts of one family that are kept: a campaign of thousands is one idea."""
_OUT = 26
"""Of 256 families, how many are held out."""


@dataclass(frozen=True, slots=True)
class Row:
    """An address, whether it is malicious, and its family, which is trained on as a whole or not at all."""

    url: str
    malicious: bool
    family: str
    source: str

    @property
    def held_out(self) -> bool:
        """Whether the family is for evaluation, by a hash of its name; more of the harmless links."""
        share = 110 if self.source == "links" else _OUT
        return hashlib.blake2b(self.family.encode(), digest_size=1).digest()[0] < share


def reported(folder: Path) -> list[Row]:
    """The reported hosts, as addresses without a path.

    Hosts of a family share their commonest word: a brand, a campaign's name. A host without a word in common
    with others is its own family.
    """
    hosts = []
    with tarfile.open(folder / ARCHIVE) as archive:
        for name in ("aa", "ab"):
            member = archive.extractfile(f"malicious_domains/full-domains-{name}.txt")
            if member is None:
                raise FileNotFoundError(name)
            hosts += member.read().decode().split()
    hosts = sorted(set(hosts))
    split = [_words(host) for host in hosts]
    counts = Counter(word for found in split for word in set(found))
    kept: Counter[str] = Counter()
    rows = []
    for host, found in sorted(zip(hosts, split, strict=True), key=lambda pair: _hash(pair[0])):
        family = max(found, key=lambda word: (counts[word], word), default=host)
        if counts.get(family, 0) < 2:
            family = parse(host).domain
        kept[family] += 1
        if kept[family] <= _MOST_OF_FAMILY:
            rows.append(Row(host, malicious=True, family=family, source="reported"))
    return rows


@cache
def _names() -> list[str]:
    return sorted((name for name, anywhere, _ in brands() if anywhere), key=len, reverse=True)


def _words(host: str) -> list[str]:
    """The words of a host that may be common to a family: a brand within, or runs of letters."""
    address = parse(host)
    text = f"{address.sub}.{address.label}"
    joined = text.replace("-", "")
    brand = next((name for name in _names() if name in joined), None)
    if brand:
        return [brand]
    return [word for word in re.findall(r"[a-z]{4,}", text) if word not in {"info", "login", "online"}]


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def links(folder: Path) -> list[Row]:
    """The links in the texts of all other archives. A few may have gone bad; most are what people cite."""
    rows = {}
    for path in sorted(folder.glob("*.tar.gz")):
        if path.name == ARCHIVE:
            continue
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() else None
                for found in _LINK.findall(file.read()) if file else ():
                    row = harmless(found.decode("utf-8", "replace").rstrip(".,;:!?…"), "links")
                    if row:
                        rows.setdefault(row.url, row)
    return capped(rows.values(), 12)


def harmless(url: str, source: str) -> Row | None:
    """A row for a link in a text, if it is one to a host with a name."""
    address = parse(url)
    if not address.suffix.replace(".", "").isalpha() or not address.label or address.is_number:
        return None
    return Row(url, malicious=False, family=address.domain, source=source)


def capped(rows: Iterable[Row], most: int) -> list[Row]:
    """At most `most` rows of a family."""
    return list(_capped(rows, most))


def _capped(rows: Iterable[Row], most: int) -> Iterator[Row]:
    kept: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: _hash(row.url)):
        kept[row.family] += 1
        if kept[row.family] <= most:
            yield row


def vocabulary(folder: Path) -> dict[str, list[str]]:
    """Words of languages that are written in Latin letters, without accents: what names are made of."""
    found: dict[str, list[str]] = {}
    with tarfile.open(folder / "lingua_langid.tar.gz") as archive:
        member = archive.extractfile("lingua_langid/single-words.tsv")
        if member is None:
            raise FileNotFoundError("single-words.tsv")
        for line in member.read().decode().splitlines():
            language, _, text = line.partition("\t")
            word = _plain(text.strip())
            if 3 <= len(word) <= 11 and word.isascii() and word.isalpha():
                found.setdefault(language, []).append(word)
    return {language: words for language, words in found.items() if len(words) >= 200}


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def companies(folder: Path) -> list[str]:
    """Names of companies and organisations, as they would be written in a host."""
    with tarfile.open(folder / "presidio_research.tar.gz") as archive:
        names = [name for name in archive.getnames() if name.endswith("companies_and_organizations.csv")]
        member = archive.extractfile(names[0])
        if member is None:
            raise FileNotFoundError(names[0])
        lines = member.read().decode().splitlines()[1:]
    plain = ["".join(words(_plain(line.split(",")[0]).replace("'", ""))) for line in lines]
    return sorted({name for name in plain if name.isascii() and 3 <= len(name) <= 22})
