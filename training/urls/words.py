"""What harmless names, subdomains and paths are made of, and the words of phishing kits: `words.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _list(name: str) -> list[str]:
    return str(_TABLES[name]).split()


GIVEN = _list("given")
"""Given names."""
SURNAMES = _list("surnames")
"""Family names."""
PLACES = _list("places")
"""Cities and regions."""
TAILS = _list("tails")
"""What start-ups put behind a word."""
CLUBS = _list("clubs")
"""How clubs are called."""
SERIOUS = _list("serious")
"""Words that phishing likes and that honest names have too."""
INNOCENT = _list("innocent")
"""Words and names with an imitated name within."""
PROJECTS = _list("projects")
"""What developers call their projects."""
SUBDOMAINS = _list("subdomains")
"""Labels before a registered name."""
SECTIONS = _list("sections")
"""Parts of sites."""
KEYS = _list("keys")
"""Names of parameters."""
BAIT = _list("bait")
"""Words of the paths of phishing kits."""
IMITATED = _list("imitated")
"""Names in the paths of phishing kits."""
LURES = _list("lures")
"""Names of files that are malware."""
ONSETS = _list("onsets")
"""How syllables begin."""
NUCLEI = _list("nuclei")
"""Vowels of syllables."""
SITES = _list("sites")
"""Well-known sites."""
TRADES = {language: words.split() for language, words in _TABLES["trades"].items()}
"""Trades, by language."""
