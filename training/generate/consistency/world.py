"""The values that the facts of one example speak of, and other values that would make them false."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training.generate.entities import lexicon

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

PEOPLE = ("a", "b", "c")


@cache
def pools() -> Mapping[str, tuple[str, ...]]:
    """Values by slot; two values of one pool exclude each other."""
    with (Path(__file__).parent / "pools.toml").open("rb") as file:
        return {name: tuple(value.split("|")) for name, value in tomllib.load(file).items()}


class World:
    """One value for every slot.

    Args:
        rng: Source of all choices.
        slots: Names of slots; a digit at the end asks for a second value of the same pool.
    """

    def __init__(self, rng: random.Random, slots: tuple[str, ...]) -> None:
        self._rng = rng
        self.values: dict[str, str] = {}
        for slot in PEOPLE:
            self.values |= self._person(slot)
        for slot in slots:
            if slot not in self.values:
                self.values[slot] = self._another(slot)

    def exchanged(self, slot: str) -> dict[str, str]:
        """All values, with another one for `slot`; for a person, with all forms of another name."""
        if slot[0] in PEOPLE and (len(slot) == 1 or slot[1:] in {"f", "l"}):
            return self.values | self._person(slot[0])
        return self.values | {slot: self._another(slot)}

    def swapped(self, one: str, other: str) -> dict[str, str]:
        """All values, with two slots (or two people) in each other's place."""
        if one in PEOPLE and other in PEOPLE:
            names = {one + form: self.values[other + form] for form in ("", "f", "l")}
            return self.values | names | {other + form: self.values[one + form] for form in ("", "f", "l")}
        return self.values | {one: self.values[other], other: self.values[one]}

    def _person(self, slot: str) -> dict[str, str]:
        origin = lexicon.culture(self._rng, "en")
        given, family = lexicon.given_name(self._rng, origin), lexicon.family_name(self._rng, origin)
        full = f"{given} {family}" if self._rng.random() < 0.8 else f"{self._title()} {family}"
        return {slot: full, slot + "f": given, slot + "l": family}

    def _title(self) -> str:
        return self._rng.choice(("Mr", "Mrs", "Ms", "Dr", "Professor"))

    def _another(self, slot: str) -> str:
        kind = slot.rstrip("0123456789")
        taken = {value for name, value in self.values.items() if name.rstrip("0123456789") == kind}
        taken |= {
            self.values[name] for name in ("city", "town") if kind in {"city", "town"} and name in self.values
        }
        for _ in range(50):
            value = self._draw(slot if slot in _NUMBERS else kind, self.values.get(slot))
            if value not in taken:
                return value
        raise ValueError(f"slot {slot} has too few values")

    def _draw(self, kind: str, old: str | None) -> str:
        if kind in pools():
            return self._rng.choice(pools()[kind])
        if kind in _NUMBERS:
            low, high = _NUMBERS[kind]
            if old and kind not in {"n", "m2"} and self._rng.random() < 0.5:
                # A near miss: the same number of digits, one of them changed.
                digits = list(old)
                at = self._rng.randrange(len(digits))
                digits[at] = str(self._rng.randint(1, 9)) if digits[at].isdigit() else digits[at]
                return "".join(digits)
            number = self._rng.randint(low, high)
            return f"{number:,}" if kind == "k" and number % 2 else str(number)
        return _NAMES[kind](self._rng)


# "m2" is a day of a month or a small number, "k" a large one.
_NUMBERS = {
    "n": (2, 12),
    "m": (13, 97),
    "m2": (1, 28),
    "k": (210, 98000),
    "pct": (3, 60),
    "price": (14, 990),
    "year": (1890, 2024),
}
_NAMES: dict[str, Callable[[random.Random], str]] = {
    "city": lexicon.city,
    "town": lexicon.city,
    "team": lexicon.club,
    "rival": lexicon.club,
    "firm": lambda rng: lexicon.company(rng, lexicon.culture(rng, "en")),
    "org": lambda rng: lexicon.company(rng, lexicon.culture(rng, "en")),
}
