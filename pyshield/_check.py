"""Checks of constructor arguments, with errors that name the scanner, the parameter and what is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, NoReturn, TypeVar

from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from enum import Enum

    E = TypeVar("E", bound=Enum)

_SHOWN = 40
_LARGEST = 2**63 - 1


def shown(value: object) -> str:
    """A value as an error may show it: small ones as written, everything else by its type alone."""
    if value is None or isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        # The digits of a huge integer cost quadratic time; its size says enough.
        return repr(value) if value.bit_length() <= 64 else f"an int of {value.bit_length()} bits"
    if isinstance(value, str) and len(value) <= _SHOWN:
        return ascii(value)
    return f"a {type(value).__name__}"


def suggestion(name: object, known: Iterable[str]) -> str:
    """`; did you mean 'Regex'?`, or nothing if no known name is close."""
    from difflib import get_close_matches

    if not isinstance(name, str) or len(name) > 64:
        return ""
    folded = {candidate.lower(): candidate for candidate in known}
    written = name.lower()
    close = get_close_matches(written, folded, n=1) or _kin(written, folded)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""


def _kin(written: str, known: Iterable[str]) -> list[str]:
    """The shortest name that has the written one in it, or one that is a word of it: `en` of `en-us`."""
    longer = [name for name in known if len(written) > 2 and written in name]
    words = re.split(r"[^a-z0-9]", written)
    return sorted(longer, key=len)[:1] or [name for name in known if name in words][:1]


def hint(name: object, known: Iterable[str], listed: str | None = None) -> str:
    """What may be meant by a name that is none, and all that it may be: `; did you mean 'a'? Known are a, b`.

    Args:
        name: The name.
        known: What it may be.
        listed: Where all of that is listed, if it is too much to be shown here.
    """
    names = list(known)
    meant = suggestion(name, names)
    whole = f"all are listed by {listed}" if listed else f"known are {', '.join(names) or 'none'}"
    return f"{meant} {whole[0].upper()}{whole[1:]}" if meant else f"; {whole}"


def string(name: str, value: object) -> str:
    """A text that is scanned or written: anything else is a `TypeError`, which does not show it."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    return value


class Check:
    """Checks the arguments of one constructor.

    Args:
        owner: The class whose arguments are checked, as the error names it.
    """

    __slots__ = ("owner",)

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def fail(self, field: str, reason: str) -> NoReturn:
        """Raises the `ConfigError` of `field`."""
        raise ConfigError(f"{self.owner}: {field}: {reason}", self.owner, field)

    def boolean(self, field: str, value: object) -> bool:
        """`True` or `False`; numbers are not taken for them."""
        if not isinstance(value, bool):
            self.fail(field, f"expected True or False, got {shown(value)}")
        return value

    def integer(self, field: str, value: object, *, least: int, most: int = _LARGEST) -> int:
        """A whole number in `least..=most`."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(field, f"expected a whole number, got {shown(value)}")
        if not least <= value <= most:
            upper = "" if most == _LARGEST and value < least else f" and at most {most}"
            self.fail(field, f"must be at least {least}{upper}, got {shown(value)}")
        return int(value)

    def number(self, field: str, value: object, *, least: float, most: float, above: bool = False) -> float:
        """A finite number in `least..=most`; strictly above `least` if asked."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(field, f"expected a number, got {shown(value)}")
        if isinstance(value, float) and not isfinite(value):
            self.fail(field, f"must be finite, got {shown(value)}")
        if not least <= value <= most or (above and value == least):
            lower = "above" if above else "at least"
            self.fail(field, f"must be {lower} {least:.12g} and at most {most:.12g}, got {shown(value)}")
        return float(value)

    def text(self, field: str, value: object) -> str:
        """A string that has a UTF-8 form."""
        if not isinstance(value, str):
            self.fail(field, f"expected a string, got {shown(value)}")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            self.fail(field, f"holds a lone surrogate at index {error.start}")
        return str(value)

    def texts(self, field: str, value: object) -> tuple[str, ...]:
        """A list or another sequence of strings, copied; one string alone is taken for the mistake it is."""
        if isinstance(value, str | bytes | bytearray) or not isinstance(value, Sequence):
            self.fail(field, f"expected a list of strings, got {shown(value)}")
        return tuple(self.text(f"{field}[{index}]", item) for index, item in enumerate(value))

    def private_texts(self, field: str, value: object) -> tuple[str, ...]:
        """As `texts`, of strings that no error may quote."""
        if isinstance(value, str | bytes | bytearray) or not isinstance(value, Sequence):
            self.fail(field, f"expected a list of strings, got a {type(value).__name__}")
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.fail(f"{field}[{index}]", f"expected a string, got a {type(item).__name__}")
        return self.texts(field, value)

    def choice(self, field: str, value: object, kind: type[E]) -> E:
        """A member of the enum `kind`, or its value."""
        if isinstance(value, kind):
            return value
        members = {member.value: member for member in kind}
        if not isinstance(value, str) or value not in members:
            allowed = ", ".join(map(repr, members))
            self.fail(field, f"expected one of {allowed}, got {shown(value)}")
        return members[value]
