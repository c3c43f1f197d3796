"""What the model sees of an address. A copy of what `runtime/core/src/urls/features.rs` does."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parents[2] / "runtime/core/src/urls/data"
BITS = 18
"""The table has two to the power of this many weights."""
LONGEST_HOST, LONGEST_PATH = 253, 1024
"""Bytes of an address that are looked at."""
MOST_WORDS = 16
"""Words of a path that are looked at."""
_GRAMS = (3, 4, 5)
_SIGNS = str.maketrans("013457", "oleast")
_EXECUTABLE = {
    "exe",
    "scr",
    "apk",
    "msi",
    "bat",
    "cmd",
    "ps1",
    "vbs",
    "jar",
    "dll",
    "hta",
    "lnk",
    "iso",
    "dmg",
}


_ENDINGS = {"com", "net", "org", "gov", "gouv"}
"""Labels before a registered name that make the beginning of a host look like a whole one."""


@cache
def suffixes() -> frozenset[str]:
    """Endings of two labels or more under which anybody may have a name, ASCII."""
    return frozenset((TABLES / "suffixes.txt").read_text().split())


@cache
def brands() -> tuple[tuple[str, bool, frozenset[str]], ...]:
    """Names that are imitated, whether they count anywhere in a word, and the domains that are theirs."""
    rows = [line.split("\t") for line in (TABLES / "brands.tsv").read_text().splitlines()]
    return tuple((name, mode == "s", frozenset(own.split())) for name, mode, own in rows)


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, lower case, ASCII; what is not ASCII is `?`."""

    sub: str
    label: str
    suffix: str
    path: str
    user: bool
    port: bool
    is_number: bool

    @property
    def domain(self) -> str:
        """What is registered."""
        return f"{self.label}.{self.suffix}" if self.suffix else self.label


def _plain(text: str) -> str:
    return "".join(c if c.isascii() else "?" for c in text).lower()


def parse(url: str) -> Address:
    """Takes an address apart; there is an answer for every string."""
    rest = url.split("://", 1)[-1]
    end = next((at for at, c in enumerate(rest) if c in "/?#\\"), len(rest))
    authority, path = _plain(rest[:end]), _plain(rest[end : end + LONGEST_PATH])
    _, at, host = authority.rpartition("@")
    if host.startswith("["):
        return Address("", host[:LONGEST_HOST], "", path, bool(at), port=False, is_number=True)
    host, _, port = host.partition(":")
    host = host[-LONGEST_HOST:].rstrip(".").removeprefix("www.")
    labels = host.split(".")
    if len(labels) == 4 and all(label.isdigit() for label in labels):
        return Address("", host, "", path, bool(at), port not in ("", "80", "443"), is_number=True)
    size = next((n for n in (3, 2) if len(labels) > n and ".".join(labels[-n:]) in suffixes()), 1)
    if len(labels) <= size:
        return Address("", host, "", path, bool(at), port not in ("", "80", "443"), is_number=False)
    return Address(
        ".".join(labels[: -size - 1]), labels[-size - 1], ".".join(labels[-size:]), path, bool(at),
        port not in ("", "80", "443"), is_number=False,
    )  # fmt: skip


def _near(word: str, brand: str) -> bool:
    """Whether one letter is replaced, left out, added, or two neighbours are swapped."""
    if word == brand or abs(len(word) - len(brand)) > 1:
        return False
    front = 0
    while front < min(len(word), len(brand)) and word[front] == brand[front]:
        front += 1
    a, b = word[front:], brand[front:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and len(b) > 1 and a[2:] == b[2:])


def words(text: str) -> list[str]:
    """Runs of letters and digits."""
    return "".join(c if c.isalnum() else " " for c in text).split()


def _bucket(value: int, *bounds: int) -> int:
    return sum(value >= bound for bound in bounds)


@cache
def _shortened() -> dict[str, tuple[str, ...]]:
    """Every name that may be misspelt, with one letter left out or none, and the names it may be."""
    found: dict[str, set[str]] = {}
    for name, anywhere, _ in brands():
        if anywhere and len(name) >= 6:
            for short in _without_one(name):
                found.setdefault(short, set()).add(name)
    return {short: tuple(names) for short, names in found.items()}


def _without_one(word: str) -> set[str]:
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def _misspelt(word: str) -> bool:
    """Whether a word is a longer name but for a letter, or has it in it with digits for letters."""
    if len(word) < 5:
        return False
    near = {name for short in _without_one(word[:64]) for name in _shortened().get(short, ())}
    if any(_near(word, name) for name in near):
        return True
    plain = word.translate(_SIGNS)
    return plain != word and any(
        anywhere and len(name) >= 6 and name in plain for name, anywhere, _ in brands()
    )


def _imitations(address: Address) -> set[str]:
    if any(address.domain in own for _, _, own in brands()):
        return {"brand own"}
    found = set()
    split: list[str] = []
    for place, text in (("label", address.label), ("sub", address.sub)):
        joined, here = text.replace("-", ""), words(text)
        split += here
        for name, anywhere, _ in brands():
            if name not in joined:
                continue
            if text == name:
                found.add(f"brand is {place}")
            elif name in here:
                found.add(f"brand word {place}")
            elif anywhere:
                found.add(f"brand in {place}")
    if not found and any(map(_misspelt, split)):
        found.add("brand near")
    return found


def _shape(address: Address) -> set[str]:
    label, sub = address.label, address.sub
    host = f"{sub}.{label}"
    found = {
        f"hyphens {_bucket(host.count('-'), 1, 2, 3, 5)}",
        f"length {_bucket(len(label), 5, 8, 12, 16, 21, 28, 40)}",
        f"labels {_bucket(len(sub.split('.')) if sub else 0, 1, 2, 3)}",
        f"digits {_bucket(sum(c.isdigit() for c in label), 1, 2, 4, 7)}",
        f"sub digits {_bucket(sum(c.isdigit() for c in sub), 1, 3, 6)}",
    }
    turns = sum(a.isdigit() != b.isdigit() for a, b in itertools.pairwise(label))
    found.add(f"turns {_bucket(turns, 1, 2, 3, 5)}")
    letters = [c for c in label if "a" <= c <= "z"]
    vowels = sum(c in "aeiouy" for c in letters)
    found.add(
        f"vowels {_bucket(8 * vowels // max(len(letters), 1), 1, 2, 3, 4, 5)} {_bucket(len(letters), 5, 9)}"
    )
    run = longest = 0
    for c in label:
        run = run + 1 if "a" <= c <= "z" and c not in "aeiouy" else 0
        longest = max(longest, run)
    found.add(f"consonants {_bucket(longest, 3, 4, 5, 6, 8)}")
    for name, holds in (
        ("number", address.is_number),
        ("user", address.user),
        ("port", address.port),
        ("punycode", "xn--" in host),
        ("foreign", "?" in host),
        ("ending within", not _ENDINGS.isdisjoint(sub.split("."))),
        ("bare", not address.suffix and not address.is_number),
    ):
        if holds:
            found.add(name)
    return found


def _path(path: str) -> set[str]:
    found = {f"path {_bucket(len(path), 2, 20, 60, 120, 250)}"}
    place, _, query = path.partition("?")
    split = [word[:20] for word in words(path) if not word.isdigit()][:MOST_WORDS]
    found |= {f"word {word}" for word in split}
    if query:
        found.add(f"query {_bucket(query.count('='), 1, 3, 6)}")
    ending = place.rpartition("/")[2].rpartition(".")[2] if "." in place.rpartition("/")[2] else ""
    if ending in _EXECUTABLE:
        found.add("executable")
    if "://" in path or "%3a%2f%2f" in path:
        found.add("address within")
    return found


def grams(address: Address) -> set[str]:
    """The n-grams of the labels, and their words."""
    found = set()
    for field, text in (("l", address.label), ("s", address.sub)):
        if not text or address.is_number:
            continue
        padded = f"<{text}>"
        for size in _GRAMS:
            found |= {field + padded[at : at + size] for at in range(len(padded) - size + 1)}
        found |= {f"{field} {word}" for word in words(text)}
    return found


def flags(address: Address) -> set[str]:
    """Everything else."""
    return _imitations(address) | _shape(address) | _path(address.path)


def buckets(found: set[str]) -> list[int]:
    """The places in the table, each once."""
    return sorted({(zlib.crc32(name.encode()) * 0x9E3779B1 & 0xFFFFFFFF) >> (32 - BITS) for name in found})
