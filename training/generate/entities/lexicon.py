"""Names of people, places and organisations: lists from the data files, and rules that build more of them.

Half of what is drawn is built, so that an encoder learns where names stand and how they look, not a list.
"""

from __future__ import annotations

import itertools
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

_HERE = Path(__file__).parent
_CULTURES = {
    "de": "german", "fr": "french", "es": "spanish", "it": "italian", "nl": "dutch", "pt": "portuguese",
    "pl": "polish",
}  # fmt: skip
_STATES = (
    "AL",
    "AK",
    "AZ",
    "CA",
    "CO",
    "CT",
    "FL",
    "GA",
    "IL",
    "IN",
    "KS",
    "KY",
    "MA",
    "MD",
    "MI",
    "MN",
    "MO",
    "NC",
    "NJ",
    "NV",
    "NY",
    "OH",
    "OK",
    "OR",
    "PA",
    "TN",
    "TX",
    "UT",
    "VA",
    "WA",
    "WI",
)
_FAMILY_FIRST = {"chinese", "japanese_korean"}
_COMPOUNDING = {"spanish", "portuguese"}


@cache
def table(name: str) -> dict[str, Any]:
    """A data file with its word lists split into tuples and `_` turned into spaces."""
    with (_HERE / f"{name}.toml").open("rb") as file:
        return {key: _split(value) for key, value in tomllib.load(file).items()}


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(word.replace("_", " ") for word in value.split())
    if isinstance(value, dict):
        return {key: _split(item) for key, item in value.items()}
    return value


@cache
def _weights() -> tuple[tuple[str, ...], tuple[int, ...]]:
    cultures = table("names")
    return tuple(cultures), tuple(itertools.accumulate(culture["weight"] for culture in cultures.values()))


def culture(rng: random.Random, language: str) -> str:
    """Draws the culture that a text's names come from: usually that of its language."""
    home = _CULTURES.get(language)
    if home and rng.random() < 0.75:
        return home
    names, weights = _weights()
    return rng.choices(names, cum_weights=weights)[0]


def given_name(rng: random.Random, origin: str) -> str:
    """A given name, now and then a double one."""
    names = table("names")[origin]["given"]
    if rng.random() < 0.04:
        return f"{rng.choice(names)}-{rng.choice(names)}"
    return _pick(rng, names)


def family_name(rng: random.Random, origin: str) -> str:
    """A family name, listed or built from a stem and an ending, now and then a double one."""
    names = table("names")[origin]
    if "stems" in names and rng.random() < 0.4:
        name = _join(rng.choice(names["stems"]), rng.choice(names["endings"]))
    else:
        name = rng.choice(names["family"])
    if rng.random() < 0.04:
        return f"{name}-{rng.choice(names['family'])}"
    if origin in _COMPOUNDING and rng.random() < 0.2:
        return f"{name} {rng.choice(names['family'])}"
    return name


def full_name(rng: random.Random, given: str, family: str, origin: str) -> str:
    """The ways in which a given and a family name are written together."""
    way = rng.random()
    if origin in _FAMILY_FIRST and way < 0.5:
        return f"{family} {given}"
    if way < 0.80:
        return f"{given} {family}"
    if way < 0.87:
        return f"{given} {rng.choice('ABCDEFGHIJKLMNOPRSTVW')}. {family}"
    if way < 0.93:
        return f"{given} {given_name(rng, origin)} {family}"
    if way < 0.97:
        return (
            f"{given[0]}. {family}"
            if rng.random() < 0.6
            else f"{given[0]}.{rng.choice('ACEJLMPR')}. {family}"
        )
    return f"{given} {family}{rng.choice((' Jr.', ' Jr', ' Sr.', ' III', ' II'))}"


def place(rng: random.Random) -> str:
    """A name that looks like a town's, built from parts."""
    parts = table("places")
    name = _join(rng.choice(parts["stems"]), rng.choice(parts["endings"]))
    way = rng.random()
    if way < 0.15:
        return f"{rng.choice(parts['prefixes'])} {name}"
    if way < 0.25:
        suffix = rng.choice(parts["suffixes"])
        return f"{name}{suffix}" if suffix.startswith("-") else f"{name} {suffix}"
    return name


def city(rng: random.Random) -> str:
    """A city, known or built."""
    return place(rng) if rng.random() < 0.4 else _pick(rng, table("places")["cities"])


def company(rng: random.Random, origin: str) -> str:
    """A company, known or built from family names, trade words, places and legal forms."""
    parts = table("organizations")
    way = rng.random()
    if way < 0.30:
        return _pick(rng, parts["companies"])
    if way < 0.50:
        name = f"{rng.choice(parts['company_words'])} {rng.choice(parts['company_sectors'])}"
    elif way < 0.65:
        name = rng.choice(parts["invented_stems"]) + rng.choice(parts["invented_endings"])
    elif way < 0.75:
        name = f"{family_name(rng, origin)} {rng.choice(parts['company_sectors'])}"
    elif way < 0.82:
        name = f"{family_name(rng, origin)} {rng.choice(('&', 'and'))} {family_name(rng, origin)}"
        form = rng.choice(("LLP", "Ltd", "& Co.", "Brothers", "Associates"))
        return name if rng.random() < 0.4 else f"{name} {form}"
    elif way < 0.90:
        name = f"{city(rng)} {rng.choice(parts['company_sectors'])}"
    elif way < 0.95:
        name = "".join(rng.choices("ABCDEFGHIKLMNPRSTUVWXZ", k=rng.choice((2, 3, 3, 4))))
    else:
        return f"{family_name(rng, origin)} {rng.choice(('& Sons', 'Bros.', 'Group', '& Partners'))}"
    return f"{name} {rng.choice(parts['company_forms'])}" if rng.random() < 0.45 else name


def club(rng: random.Random) -> str:
    """A sports club with a name of its own."""
    parts = table("organizations")
    way = rng.random()
    if way < 0.5:
        return _pick(rng, parts["clubs"])
    if way < 0.65:
        return f"{rng.choice(parts['club_words'])} {city(rng)}"
    if way < 0.85:
        return f"{city(rng)} {rng.choice(parts['club_tails'])}"
    return f"{city(rng)} {rng.choice(parts['nicknames'])}"


def institution(rng: random.Random) -> str:
    """A public body, university, party, newspaper or union."""
    parts = table("organizations")
    if rng.random() < 0.45:
        return _pick(rng, parts["institutions"])
    pattern = rng.choice(parts["public_bodies"])
    fields = {"field": "fields", "people": "trades", "saint": "saints"}
    values = {slot: rng.choice(parts[name]) for slot, name in fields.items()}
    values["place"] = city(rng)
    values["nation"] = rng.choice(table("places")["nationalities"])
    return str(pattern.format(**values))


def address(rng: random.Random, language: str) -> str:
    """A postal address, street first, in the order that is usual in the language's main country."""
    parts = table("places")["streets"]
    town = city(rng)
    number = rng.choice((rng.randint(1, 99), rng.randint(1, 350), rng.randint(100, 9999)))
    code = f"{rng.randint(10000, 99999)}"
    if language == "de":
        street = _join(rng.choice(parts["de_names"]), rng.choice(parts["de_words"]))
        lines = [f"{street} {number % 200 + 1}{rng.choice(('', '', 'a', 'b'))}", f"{code} {town}"]
    elif language == "nl":
        street = _join(rng.choice(parts["nl_names"]), rng.choice(parts["nl_words"]))
        lines = [f"{street} {number % 300 + 1}", f"{code[:4]} {_letters(rng, 2)} {town}"]
    elif language == "fr":
        street = f"{rng.choice(parts['fr_words'])} {rng.choice(parts['fr_names'])}"
        lines = [f"{number % 200 + 1}{rng.choice((',', '', ' bis'))} {street}", f"{code} {town}"]
    elif language in {"es", "it", "pt", "pl"}:
        street = f"{rng.choice(parts[f'{language}_words'])} {rng.choice(parts[f'{language}_names'])}"
        lines = [f"{street}{',' if language in {'es', 'pt'} else ''} {number % 200 + 1}"]
        codes = {"pt": f"{code[:4]}-{code[:3]}", "pl": f"{code[:2]}-{code[2:]}"}
        lines.append(f"{codes.get(language, code)} {town}")
    else:
        lines = _english_address(rng, number, town, code)
    keep = 1 if rng.random() < 0.3 else len(lines)
    return (", " if rng.random() < 0.85 else "\n").join(lines[:keep])


def street(rng: random.Random, language: str) -> str:
    """A street and a house number alone."""
    first, *rest = address(rng, language).split("\n")[0].split(", ")
    return f"{first}, {rest[0]}" if rest and not any(char.isdigit() for char in first) else first


def _english_address(rng: random.Random, number: int, town: str, code: str) -> list[str]:
    parts = table("places")["streets"]
    street = f"{number} {rng.choice(parts['en_names'])} {rng.choice(parts['en_words'])}"
    if rng.random() < 0.25:
        unit = rng.choice(("Apt", "Apt.", "Suite", "Unit", "Flat", "#"))
        space = "" if unit == "#" else " "
        street = f"{street}, {unit}{space}{rng.randint(1, 480)}{rng.choice(('', 'A', 'B', ''))}"
    if rng.random() < 0.6:
        state = rng.choice(_STATES)
        return [street, town, f"{state} {code}" if rng.random() < 0.8 else state]
    postcode = (
        f"{_letters(rng, rng.choice((1, 2)))}{rng.randint(1, 29)} {rng.randint(1, 9)}{_letters(rng, 2)}"
    )
    return [street, town, postcode] if rng.random() < 0.6 else [street, f"{town} {postcode}"]


def _pick(rng: random.Random, words: tuple[str, ...]) -> str:
    return rng.choice(words)


def _letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPRSTUWXYZ", k=count))


def _join(stem: str, ending: str) -> str:
    """Joins two halves of a name; a capital stays where a space, hyphen or apostrophe opens a new word."""
    if stem[-1] in " -'" or stem in {"Mc", "Mac", "Abdel"}:
        return stem + ending[:1].upper() + ending[1:]
    if stem[-1] == ending[0]:
        return stem + ending[1:]
    return stem + ending[:1].lower() + ending[1:]
