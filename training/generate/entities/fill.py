"""Puts names where a grammar left markers, and says where they came to lie.

A grammar expands a slot such as `{person1}` to a marker. `Filler` replaces each marker by pieces of text,
some of which carry an entity type. A digit at a slot's end names one thing for the whole text: `{first1}` and
`{surname1}` are the names of the person `{person1}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from training.generate.entities import dates, kinds, lexicon

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

Piece = tuple[str, str | None]
TYPES = ("PERSON", "LOCATION", "ORGANIZATION", "ADDRESS", "DATE", "NRP")

_KINDS = (
    "person", "first", "surname", "initials", "lastfirst", "titled",
    "city", "country", "region", "landmark", "place", "nation", "people", "creed",
    "org", "company", "body", "club", "team", "agency", "address", "street", "date", "isodate", "weekday",
    "time", "money", "score", "phone", "email", "number", "ref",
    *kinds.ORGANIZATIONS, *kinds.PLACES, "longorg", "abbr", "townclub", "bigclub", "nick", "nameco",
    "wordperson", "placeperson", "handle",
)  # fmt: skip
# `{upcity}` is `{city}` in capitals, as datelines and headlines have it.
_UPPER = ("city", "country", "surname", "team", "person", "company", "nation", "org", "townclub", "place")
SLOTS = tuple(
    f"{kind}{digit}"
    for kind in (*_KINDS, *(f"up{kind}" for kind in _UPPER))
    for digit in ("", "1", "2", "3", "4", "5", "6")
)
MARKERS = {slot: f"\ue000{slot}\ue001" for slot in SLOTS}
_MARKER = re.compile("\ue000([a-z]+)([0-9]?)\ue001")
_DETERMINED = ("the ", " a ", " an ", "'s ", "former ")
_AMBIGUOUS_PLACES = (
    "Jordan", "Georgia", "Washington", "Paris", "Florence", "Sydney", "Chad", "Austin", "Charlotte",
)  # fmt: skip
_TITLES = {
    "en": (
        "Mr.", "Mr", "Mrs.", "Mrs", "Ms.", "Ms", "Dr.", "Dr", "Prof.", "Professor", "Sir", "Lord",
        "Captain", "Sergeant", "Judge", "President", "Senator", "Pastor", "Father", "Coach", "Aunt",
        "Uncle", "Madam", "Queen", "King", "Prince", "Princess", "Pope", "Prime Minister",
        "Foreign Minister", "Secretary of State", "Chancellor", "Governor", "Mayor", "General", "Colonel",
        "Detective", "Cardinal", "Archbishop", "Sheikh", "Congressman", "Sen.", "Rep.", "Gov.", "Rev.",
    ),
    "de": (
        "Herr", "Frau", "Dr.", "Prof.", "Herrn", "Bundeskanzler", "Präsident", "Minister", "Ministerin",
        "Professor", "Pfarrer",
    ),
    "fr": (
        "M.", "Mme", "Monsieur", "Madame", "Dr", "Maître", "Mlle", "président", "ministre",
    ),
    "es": (
        "Sr.", "Sra.", "Don", "Doña", "Dr.", "Dra.", "señor", "señora", "presidente", "ministro",
    ),
    "it": (
        "Sig.", "Signor", "Signora", "Dott.", "Dott.ssa", "Avv.", "Ing.", "Prof.", "presidente", "ministro",
    ),
    "nl": (
        "dhr.", "mevr.", "meneer", "mevrouw", "dr.", "minister", "premier",
    ),
    "pt": (
        "Sr.", "Sra.", "Dr.", "Dra.", "senhor", "senhora", "presidente", "ministro",
    ),
    "pl": (
        "pan", "pani", "Pan", "Pani", "dr", "prof.", "prezydent", "minister",
    ),
}  # fmt: skip


_LONG = ("ministry", "univ", "union", "party", "force", "league", "ngo", "bank", "broadcaster")
_WORD_GIVEN = (
    "May", "June", "April", "August", "Will", "Mark", "Rose", "Grace", "Bill", "Hope", "Faith", "Frank",
    "Grant", "Jordan", "Paris", "Florence", "Victoria", "Sydney", "Chelsea", "Dallas", "Joy", "Art", "Rich",
    "Ray", "Rob", "Chase", "Drew", "Ivy", "Iris", "Ruby", "Amber", "Summer", "Autumn", "Dawn", "Earl", "Duke",
    "Austin", "Chester", "Lincoln", "Jackson", "Kent", "Devon", "India", "Asia", "Georgia", "Virginia",
)  # fmt: skip
_WORD_FAMILY = (
    "May", "March", "Young", "King", "Price", "Rich", "Long", "Short", "Day", "Knight", "Bishop", "Pope",
    "Brown", "Green", "White", "Black", "Gold", "Rice", "Hall", "Wood", "Stone", "Bush", "Field", "Marsh",
    "Rivers", "Banks", "Wells", "Bridges", "Cook", "Baker", "Mason", "Judge", "Major", "Best", "Swift",
    "Strong", "Wise", "Little", "Major", "Ford", "Sharp", "Snow", "Frost", "Winter", "England", "Ireland",
    "French", "English", "Holland", "Spain", "Welsh", "London", "Washington", "Lincoln", "Houston", "Law",
    "Weeks", "Monday", "Noon", "Love", "Hope", "Speed", "Cash", "Case", "Page", "Bell", "Fox", "Wolf",
)  # fmt: skip


@dataclass(slots=True)
class _Person:
    given: str
    family: str
    full: str


@dataclass(slots=True)
class Filler:
    """The names of one text.

    Args:
        rng: Source of all choices.
        language: ISO 639-1 code; decides on cultures, addresses and dates.
    """

    rng: random.Random
    language: str
    _persons: dict[str, _Person] = field(default_factory=dict)
    _named: dict[tuple[str, str], list[Piece]] = field(default_factory=dict)
    _abbreviations: dict[str, str] = field(default_factory=dict)

    def fill(self, marked: str) -> list[Piece]:
        """The pieces of an expanded template, in order."""
        pieces: list[Piece] = []
        at = 0
        for match in _MARKER.finditer(marked):
            before = marked[at : match.start()]
            found = self._slot(match[1], match[2])
            if found[0][0] == "the " and before.lower().endswith(_DETERMINED):
                found = found[1:]  # there is an article or a possessive already
            pieces.append((before, None))
            pieces.extend(found)
            at = match.end()
        pieces.append((marked[at:], None))
        return [piece for piece in pieces if piece[0]]

    def _slot(self, kind: str, digit: str) -> list[Piece]:
        if kind.startswith("up"):
            return [(text.upper(), label) for text, label in self._slot(kind[2:], digit)]
        if kind in {"longorg", "abbr"}:
            return self._long(kind, digit)
        maker = _MAKERS.get(kind)
        if maker is None:
            return self._person(kind, digit)
        if not digit:
            return maker(self)
        if (kind, digit) not in self._named:
            self._named[kind, digit] = maker(self)
        return self._named[kind, digit]

    def _new_person(self) -> _Person:
        rng = self.rng
        origin = lexicon.culture(rng, self.language)
        given = lexicon.given_name(rng, origin)
        other = lexicon.culture(rng, self.language) if rng.random() < 0.1 else origin
        family = lexicon.family_name(rng, other)
        return _Person(given, family, lexicon.full_name(rng, given, family, origin))

    def _person(self, kind: str, digit: str) -> list[Piece]:
        person = self._persons.setdefault(digit, self._new_person()) if digit else self._new_person()
        if kind == "first":
            return [(person.given, "PERSON")]
        if kind == "surname":
            return [(person.family, "PERSON")]
        if kind == "initials":
            return [(f"{person.given[0]}. {person.family}", "PERSON")]
        if kind == "lastfirst":
            return [(f"{person.family}, {person.given}", "PERSON")]
        if kind == "titled":
            name = person.family if self.rng.random() < 0.6 else person.full
            return [(f"{self.rng.choice(_TITLES[self.language])} ", None), (name, "PERSON")]
        if kind == "person":
            return [(person.full, "PERSON")]
        raise KeyError(kind)

    def location(self, name: str) -> list[Piece]:
        """A place's pieces; an article before the name is not part of it."""
        if name.startswith("the "):
            return [("the ", None), (name[4:], "LOCATION")]
        return [(name, "LOCATION")]

    def organization(self) -> list[Piece]:
        """An organisation of any kind."""
        way = self.rng.random()
        if way < 0.45:
            return self.company()
        if way < 0.65:
            return self.body()
        if way < 0.90:
            return self.of_kind(self.rng.choice(kinds.ORGANIZATIONS))
        return [(lexicon.club(self.rng), "ORGANIZATION")]

    def company(self) -> list[Piece]:
        """A company."""
        origin = lexicon.culture(self.rng, self.language)
        if self.rng.random() < 0.4:
            return [(kinds.compose(self.rng, "company", origin), "ORGANIZATION")]
        return [(lexicon.company(self.rng, origin), "ORGANIZATION")]

    def of_kind(self, kind: str) -> list[Piece]:
        """An organisation of a kind, composed; in German rows a German one."""
        origin = lexicon.culture(self.rng, self.language)
        pattern = "de" if self.language == "de" and self.rng.random() < 0.8 else kind
        name = kinds.compose(self.rng, pattern, origin)
        article = (
            self.language == "en"
            and not name.startswith("The ")
            and " " in name
            and kind not in {"airline", "band", "bank", "museum", "univ"}
        )
        return [*([("the ", None)] if article and self.rng.random() < 0.5 else []), (name, "ORGANIZATION")]

    def built_place(self, kind: str) -> list[Piece]:
        """A river, district, stadium or other place, composed."""
        origin = lexicon.culture(self.rng, self.language)
        return self.location(kinds.compose(self.rng, kinds.PLACES[kind], origin))

    def _long(self, kind: str, digit: str) -> list[Piece]:
        """An organisation with its abbreviation in brackets, or the abbreviation alone."""
        if (kind, digit) not in self._named or not digit:
            name, short = "", ""
            while not short:
                name = self.of_kind(self.rng.choice(_LONG))[-1][0]
                short = kinds.abbreviation(name)
            brackets = self.rng.choice((" (", " (", " ( "))
            close = " )" if brackets == " ( " else ")"
            whole = [(name, "ORGANIZATION"), (brackets, None), (short, "ORGANIZATION"), (close, None)]
            self._named["longorg", digit] = whole
            self._named["abbr", digit] = [(short, "ORGANIZATION")]
        return self._named[kind, digit]

    def word_person(self) -> list[Piece]:
        """A person whose given name or family name is a common word, a month or a place."""
        origin = lexicon.culture(self.rng, self.language)
        given, family = lexicon.given_name(self.rng, origin), lexicon.family_name(self.rng, origin)
        if self.rng.random() < 0.5:
            return [(f"{self.rng.choice(_WORD_GIVEN)} {family}", "PERSON")]
        return [(f"{given} {self.rng.choice(_WORD_FAMILY)}", "PERSON")]

    def place_person(self) -> list[Piece]:
        """A person whose family name is a town's."""
        origin = lexicon.culture(self.rng, self.language)
        return [(f"{lexicon.given_name(self.rng, origin)} {lexicon.city(self.rng)}", "PERSON")]

    def handle(self) -> list[Piece]:
        """A handle of a social network; names nobody, so it carries no type."""
        person = self._new_person()
        given, family = (re.sub(r"\W", "", name) for name in (person.given, person.family))
        form = self.rng.choice(
            ("{0}{1}", "{0}_{1}", "{0}", "the{1}", "{0}{2}", "{1}{2}", "real{0}{1}", "{0}x")
        )
        name = form.format(given, family, self.rng.randint(1, 99))
        return [("@" + (name.lower() if self.rng.random() < 0.6 else name), None)]

    def body(self) -> list[Piece]:
        """A public body; English puts an article before most, which is not part of the name."""
        if self.language == "de" and self.rng.random() < 0.6:
            return self.of_kind("de")
        name = lexicon.institution(self.rng)
        article = self.language == "en" and " " in name and self.rng.random() < 0.5
        return [*([("the ", None)] if article else []), (name, "ORGANIZATION")]

    def team(self) -> list[Piece]:
        """A club as results lists name it: by its town as often as not."""
        name = lexicon.city(self.rng) if self.rng.random() < 0.5 else lexicon.club(self.rng)
        return [(name, "ORGANIZATION")]

    def any_place(self) -> list[Piece]:
        """A place of any kind."""
        way = self.rng.random()
        if way < 0.08:
            return self.built_place(self.rng.choice(tuple(kinds.PLACES)))
        if way < 0.55:
            return [(lexicon.city(self.rng), "LOCATION")]
        if way < 0.60:
            return [(self.rng.choice(_AMBIGUOUS_PLACES), "LOCATION")]
        return self.listed(self.rng.choice(("countries", "countries", "regions", "landmarks")))

    def listed(self, name: str) -> list[Piece]:
        """A place of one of the lists."""
        return self.location(self.rng.choice(lexicon.table("places")[name]))

    def group(self, name: str) -> list[Piece]:
        """A nationality, people or creed."""
        return [(self.rng.choice(lexicon.table("places")[name]), "NRP")]

    def address(self) -> list[Piece]:
        """A postal address."""
        return [(lexicon.address(self.rng, self.language), "ADDRESS")]

    def email(self) -> list[Piece]:
        """An e-mail address; patterns find these, so it carries no type."""
        name = re.sub(r"[^a-z]", "", self._new_person().family.lower()) or "info"
        host = self.rng.choice(("example.com", "example.org", "mail.example", "post.example.net"))
        return [(f"{self.rng.choice('abcdefgjklmnprst')}.{name}@{host}", None)]

    def phone(self) -> list[Piece]:
        """A telephone number; carries no type, as above."""
        rng = self.rng
        form = rng.choice((
            "+44 20 7946 0###", "(555) 01#-####", "555-01##", "+49 30 23125 ###",
            "+1-202-555-01##", "07700 900###",
        ))  # fmt: skip
        return [(re.sub("#", lambda _: str(rng.randint(0, 9)), form), None)]

    def money(self) -> list[Piece]:
        """An amount of money."""
        rng = self.rng
        low, high = rng.randint(1, 99), rng.randint(100, 999)
        amount = rng.choice((str(high), f"{low}.{high % 9 + 1} million", f"{low},{high}", f"{low} billion"))
        form = rng.choice(("${}", "€{}", "£{}", "{} euros", "{} dollars", "{} marks", "{} USD"))
        return [(form.format(amount), None)]

    def score(self) -> list[Piece]:
        """The score of a match."""
        rng = self.rng
        form = rng.choice(("{}-{}", "{}-{}", "{}:{}", "{} - {}"))
        return [(form.format(rng.randint(0, 6), rng.randint(0, 5)), None)]

    def ref(self) -> list[Piece]:
        """A reference number."""
        rng = self.rng
        prefix = rng.choice(("INV", "REF", "TKT", "A", "K", "PO", "CASE", "MRN"))
        return [(f"{prefix}{rng.choice('-/ ')}{rng.randint(1000, 9999999)}", None)]


def _plain(make: Callable[[random.Random], str]) -> Callable[[Filler], list[Piece]]:
    return lambda filler: [(make(filler.rng), None)]


def _agency(filler: Filler) -> list[Piece]:
    names = ("Reuters", "AP", "AFP", "dpa", "Reuter", "Xinhua", "TASS", "Bloomberg", "ANSA")
    return [(filler.rng.choice(names), "ORGANIZATION")]


_MAKERS: dict[str, Callable[[Filler], list[Piece]]] = {
    "city": lambda filler: [(lexicon.city(filler.rng), "LOCATION")],
    "country": lambda filler: filler.listed("countries"),
    "region": lambda filler: filler.listed("regions"),
    "landmark": lambda filler: filler.listed("landmarks"),
    "place": Filler.any_place,
    "nation": lambda filler: filler.group("nationalities"),
    "people": lambda filler: filler.group("peoples"),
    "creed": lambda filler: filler.group("creeds"),
    "org": Filler.organization,
    "company": Filler.company,
    "body": Filler.body,
    "club": lambda filler: [(lexicon.club(filler.rng), "ORGANIZATION")],
    "team": Filler.team,
    "agency": _agency,
    "address": Filler.address,
    "street": lambda filler: [(lexicon.street(filler.rng, filler.language), "ADDRESS")],
    "date": lambda filler: [(dates.date(filler.rng, filler.language), "DATE")],
    "isodate": lambda filler: [(dates.iso(filler.rng), "DATE")],
    "weekday": lambda filler: [(dates.weekday(filler.rng, filler.language), None)],
    "time": _plain(lambda rng: f"{rng.randint(0, 23)}{rng.choice(':.')}{rng.randint(0, 59):02}"),
    "money": Filler.money,
    "score": Filler.score,
    "phone": Filler.phone,
    "email": Filler.email,
    "number": _plain(lambda rng: str(rng.randint(2, rng.choice((20, 999, 90000))))),
    "ref": Filler.ref,
    "townclub": lambda filler: [(lexicon.city(filler.rng), "ORGANIZATION")],
    "nick": lambda filler: [(filler.rng.choice(lexicon.table("organizations")["nicknames"]), "ORGANIZATION")],
    "bigclub": lambda filler: [
        (
            f"{lexicon.city(filler.rng)} {filler.rng.choice(lexicon.table('organizations')['nicknames'])}",
            "ORGANIZATION",
        )
    ],
    "nameco": lambda filler: [
        (lexicon.family_name(filler.rng, lexicon.culture(filler.rng, filler.language)), "ORGANIZATION")
    ],
    "wordperson": Filler.word_person,
    "placeperson": Filler.place_person,
    "handle": Filler.handle,
    **{kind: partial(Filler.of_kind, kind=kind) for kind in kinds.ORGANIZATIONS},
    **{kind: partial(Filler.built_place, kind=kind) for kind in kinds.PLACES},
}
