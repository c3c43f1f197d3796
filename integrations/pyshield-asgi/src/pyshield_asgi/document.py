"""Where the fields of a JSON document are in its text.

Only what the patterns can reach is walked here; everything else is skipped, and checked, by `json`'s own
scanner. Nothing is rebuilt from parsed values: a document changes only where a string is put in place of
another, so numbers, key order, duplicate keys and white space stay what they were, byte for byte.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyshield_asgi.fields import State
    from pyshield_asgi.path import Path

__all__ = ["Located", "MalformedError", "TooDeepError", "TooManyError", "locate", "splice"]

_DEEPEST = 200
"""Levels of nesting on the way to a field. `json` gives up at about a thousand levels of its own accord."""

_PLAIN = re.compile(r"[-+.0-9eEtrufalsnNIiy \t\r\n,]+")
"""Characters of numbers and constants, and what is between them."""

_SPACE = re.compile(r"[ \t\n\r]*")
_BLANKS = frozenset(" \t\n\r")
# Numbers are skipped, not read: `len` costs nothing, where `int` has a limit and takes quadratic time.
_DECODER = json.JSONDecoder(parse_int=len, parse_float=len, parse_constant=len)


class MalformedError(ValueError):
    """The text is not JSON.

    Attributes:
        at: Where it stops being JSON, in code points.
    """

    def __init__(self, at: int) -> None:
        super().__init__(f"not JSON at character {at}")
        self.at = at


class TooDeepError(ValueError):
    """The document is nested more deeply than can be followed."""


class TooManyError(ValueError):
    """The document has more fields than are allowed."""


class Located(NamedTuple):
    """A field: a string that is to be scanned.

    Attributes:
        path: Where it is in the document.
        text: What it says.
        start: Where its literal, quotes included, begins in the document, in code points.
        end: Where that ends, exclusive.
    """

    path: Path
    text: str
    start: int
    end: int


def splice(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each `(start, end, replacement)`, in order and apart from each other, put in."""
    parts: list[str] = []
    done = 0
    for start, end, replacement in changes:
        parts += (text[done:start], replacement)
        done = end
    parts.append(text[done:])
    return "".join(parts)


def locate(text: str, start: State | None, most: int) -> list[Located]:
    """Checks that the text is one JSON document and finds its fields.

    Args:
        text: The document.
        start: The compiled patterns.
        most: How many fields there may be.

    Raises:
        MalformedError: If it is not JSON.
        TooDeepError: If it is nested too deeply.
        TooManyError: If there are more fields than `most`.
    """
    walk = _Walk(text, most)
    try:
        end = walk.space(walk.value(walk.space(0), start, None, 0))
    except RecursionError:
        raise TooDeepError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise MalformedError(error.pos) from None
    if end != len(text):
        raise MalformedError(end)
    return walk.found


class _Walk:
    """One pass over a document. Every method takes where something begins and returns where it ends."""

    __slots__ = ("_most", "_text", "found")

    def __init__(self, text: str, most: int) -> None:
        self._text = text
        self._most = most
        self.found: list[Located] = []

    def space(self, at: int) -> int:
        if self._text[at : at + 1] not in _BLANKS:
            return at
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def value(self, at: int, state: State | None, path: Path, depth: int) -> int:
        first = self._text[at : at + 1]
        if state is not None and first in ("{", "["):
            if depth == _DEEPEST:
                raise TooDeepError("nested too deeply")
            if first == "{":
                return self._object(at + 1, state, path, depth + 1)
            if state.others is not None or state.numbered:
                return self._array(at + 1, state, path, depth + 1)
        value, end = _DECODER.raw_decode(self._text, at)
        if state is not None and state.accepts and isinstance(value, str):
            if len(self.found) == self._most:
                raise TooManyError("too many fields")
            self.found.append(Located(path, value, at, end))
        return end

    def _array(self, at: int, state: State, path: Path, depth: int) -> int:
        text, space, value = self._text, self.space, self.value
        at = space(at)
        if text[at : at + 1] == "]":
            return at + 1
        index = 0
        while True:
            if text[at : at + 1] not in ('"', "{", "["):
                passed, at = self._plain(at)
                index += passed
            below = state.keys.get(str(index), state.others) if state.keys else state.others
            at = space(value(at, below, (path, index), depth))
            char = text[at : at + 1]
            if char == "]":
                return at + 1
            if char != ",":
                raise MalformedError(at)
            at = space(at + 1)
            index += 1

    def _plain(self, at: int) -> tuple[int, int]:
        """Passes over numbers and constants in an array, all but the last, and counts them."""
        run = _PLAIN.match(self._text, at)
        comma = self._text.rfind(",", at, run.end()) if run else -1
        if comma <= at:
            return 0, at
        try:
            passed = len(_DECODER.decode(f"[{self._text[at:comma]}]"))
        except json.JSONDecodeError as error:
            raise MalformedError(at + error.pos - 1) from None
        return passed, self.space(comma + 1)

    def _object(self, at: int, state: State, path: Path, depth: int) -> int:
        text, space, value = self._text, self.space, self.value
        at = space(at)
        if text[at : at + 1] == "}":
            return at + 1
        while True:
            if text[at : at + 1] != '"':
                raise MalformedError(at)
            key, at = _DECODER.raw_decode(text, at)
            at = space(at)
            if text[at : at + 1] != ":":
                raise MalformedError(at)
            at = space(value(space(at + 1), state.keys.get(key, state.others), (path, key), depth))
            char = text[at : at + 1]
            if char == "}":
                return at + 1
            if char != ",":
                raise MalformedError(at)
            at = space(at + 1)
