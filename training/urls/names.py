# ruff: noqa: E501  # templates, one a line
"""Harmless addresses, made up: the names that people, shops, firms, clubs and projects take.

The data folder has reported hosts by the hundred thousand and harmless ones by the hundred. What is made here
has the same endings, so that an ending tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.urls import words as lists
from training.urls.data import Row
from training.urls.features import brands, suffixes

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_COUNTRY = {
    "fr": "fr", "de": "de", "at": "de", "ch": "de", "it": "it", "es": "es", "pl": "pl", "nl": "nl", "be": "nl",
    "pt": "pt", "com.br": "pt", "br": "pt", "cl": "es", "com.mx": "es", "com.ar": "es", "ro": "ro", "hu": "hu",
    "cz": "cs", "se": "sv", "dk": "da", "fi": "fi", "no": "nb", "id": "id", "com.tr": "tr", "lat": "es", "re": "fr",
    "co.id": "id", "my.id": "id", "gouv.fr": "fr", "quebec": "fr", "it.com": "it", "ca": "en", "co.uk": "en",
}  # fmt: skip
"""In which language names under an ending mostly are; English where nothing is said."""
HOSTING = frozenset(
    ending for ending in suffixes()
    if ending.split(".")[0] not in {"ac", "co", "com", "edu", "go", "gov", "gouv", "in", "ne", "net", "nhs", "or", "org", "sch"}
)  # fmt: skip
"""Endings of those who host the sites of others."""


class Namer:
    """Makes names and addresses."""

    def __init__(
        self, rng: random.Random, vocabulary: dict[str, list[str]], companies: Sequence[str]
    ) -> None:
        self.rng = rng
        self.vocabulary = vocabulary
        self.companies = companies
        self.ways: dict[str, Callable[[str], str]] = {
            "two words": lambda lang: self.word(lang) + self.joint() + self.word(lang),
            "one word": self.word,
            "trade": lambda lang: self.either(self.word(lang), self.trade(lang)),
            "family and trade": lambda lang: self.either(self.surname(), self.trade(lang)),
            "trade and place": lambda lang: self.either(self.trade(lang), self.place()),
            "person": lambda _: self.pick(lists.GIVEN) + self.joint() + self.surname(),
            "company": lambda _: self.pick(self.companies),
            "short": lambda _: self.letters(self.rng.randint(2, 4)) + self.pick(("", "", "", "-group", "online", "tech", "inc")),
            "start-up": lambda lang: self.word(lang) + self.pick(lists.TAILS),
            "invented": lambda _: self.invented(),
            "invented and tail": lambda _: self.invented() + self.pick(lists.TAILS),
            "club": lambda _: self.either(self.pick(lists.CLUBS), self.place()),
            "number": lambda lang: self.word(lang) + self.pick(("24", "365", "360", "2000", "1", "21", "4you", "77", "99")),
            "three words": lambda lang: self.joint().join((self.word(lang), self.word(lang), self.word(lang))),
            "the": lambda lang: self.pick(("the", "my", "get", "go", "try", "we", "our", "hello", "le", "la", "der", "il")) + self.joint() + self.word(lang),
            "serious": lambda lang: self.either(self.pick(lists.SERIOUS), self.pick((self.place(), self.surname(), self.word(lang)))),
            "contains a brand": lambda lang: self.pick(lists.INNOCENT) + self.pick(("", "", self.trade(lang), self.surname())),
        }  # fmt: skip

    def pick(self, items: Sequence[str]) -> str:
        """One of `items`."""
        return self.rng.choice(items)

    def joint(self) -> str:
        """What stands between two words: most often nothing."""
        return "-" if self.rng.random() < 0.25 else ""

    def word(self, language: str) -> str:
        """A word of a language."""
        return self.pick(self.vocabulary.get(language) or self.vocabulary["en"])

    def trade(self, language: str) -> str:
        """A trade, as people of a language call it."""
        return self.pick(lists.TRADES.get(language, lists.TRADES["en"]))

    def surname(self) -> str:
        """A family name."""
        return self.pick(lists.SURNAMES)

    def place(self) -> str:
        """A city or region."""
        return self.pick(lists.PLACES)

    def either(self, one: str, other: str) -> str:
        """Both, in either order."""
        first, second = (one, other) if self.rng.random() < 0.6 else (other, one)
        return first + self.joint() + second

    def letters(self, count: int) -> str:
        """Letters at random."""
        return "".join(self.rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(count))

    def invented(self) -> str:
        """A name that could be a word."""
        syllables = self.rng.randint(2, 3)
        made = "".join(self.pick(lists.ONSETS) + self.pick(lists.NUCLEI) for _ in range(syllables))
        return made + self.pick(("", "", "n", "r", "x", "s", "l", "ra", "ly", "io"))

    def host(self, ending: str, way: str) -> str:
        """A host with a name made in the given way."""
        language = (
            _COUNTRY.get(ending, "en") if self.rng.random() < 0.8 else self.pick(sorted(self.vocabulary))
        )
        label = self.ways[way](language)[:40].strip("-")
        if ending in HOSTING and self.rng.random() < 0.4:
            # What hosts give to those who choose no name, and what developers choose.
            label = self.pick(
                (
                    f"{self.word('en')}-{self.word('en')}-{self.rng.randrange(10**6):06d}",
                    f"{self.word('en')}-{self.pick(lists.PROJECTS)}",
                    f"{self.word('en')}-{self.pick(lists.PROJECTS)}-{self.word('en')}",
                    f"{self.pick(lists.GIVEN)}{self.rng.randrange(100)}",
                    f"{self.pick(lists.PROJECTS)}-{self.letters(4)}",
                    f"site-{self.letters(4)}{self.rng.randrange(100)}",
                    f"{self.pick(lists.GIVEN)}-{self.surname()}",
                )
            )
        sub = ""
        if self.rng.random() < 0.3:
            sub = self.pick(lists.SUBDOMAINS)
            if self.rng.random() < 0.1:
                sub += f"{self.rng.randrange(1, 9)}"
            if self.rng.random() < 0.08:
                sub = f"{self.letters(1)}{self.rng.randrange(16**6):x}.{sub}"
            sub += "."
        return f"{sub}{label or self.word('en')}.{ending}"


def rows(namer: Namer, endings: Sequence[str], count: int) -> list[Row]:
    """`count` harmless hosts with the given endings; the family is the way in which the name was made."""
    ways = sorted(namer.ways)
    made = []
    for _ in range(count):
        way = namer.pick(ways)
        made.append(Row(namer.host(namer.pick(endings), way), malicious=False, family=way, source="made"))
    return made


def own_sites(namer: Namer, count: int) -> list[Row]:
    """Hosts of those who are imitated, and of well-known sites."""
    own = sorted({domain for _, _, domains in brands() for domain in domains})
    made = []
    for _ in range(count):
        domain = namer.pick(own) if namer.rng.random() < 0.4 else namer.pick(lists.SITES)
        sub = f"{namer.pick(lists.SUBDOMAINS)}." if namer.rng.random() < 0.6 else ""
        made.append(Row(sub + domain, malicious=False, family=domain, source="known"))
    return made
