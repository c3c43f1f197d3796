"""The strings inside a JSON document, found and replaced where they stand.

Only string literals are touched: numbers, white space, repeated keys and the order of things stay as the
model wrote them, byte for byte, which parsing and writing anew would not keep.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["PAUSE", "Literal", "is_json", "literals", "plain_key", "replaced", "text_of_url", "unescaped"]

# The string ends where the text does if it is not closed, so that no part of the text is read twice.
# Commas with nothing but numbers between them are one token: there may be millions.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]:]|(?:,[^"{}\[\],:]*+)++', re.DOTALL)
PAUSE = 256
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Literal(NamedTuple):
    """A string in a JSON document.

    Attributes:
        path: Keys and indices that lead to it; of a key, those of its object and itself.
        text: What it says.
        start: Where the literal begins, its quotation mark included.
        end: Where it ends, exclusive.
        is_key: Whether it is a key.
    """

    path: tuple[str | int, ...]
    text: str
    start: int
    end: int
    is_key: bool


def is_json(raw: str) -> bool:
    """Whether the text is a JSON document that can be walked."""
    try:
        # Numbers are not looked at: converting long ones takes quadratic time.
        json.loads(raw, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    return True


def literals(raw: str) -> Iterator[Literal | None]:
    """The strings of a well-formed JSON document, in its order; nothing after every `PAUSE` other signs."""
    # For every open object or array: the key or index that the next value stands under.
    steps: list[str | int] = []
    keyed: list[bool] = []
    wants_key = False
    others = 0
    for token in _TOKEN.finditer(raw):
        sign = token.group()
        if sign[0] == '"':
            text = _decoded(sign)
            if wants_key:
                steps[-1] = text
            yield Literal(tuple(steps), text, token.start(), token.end(), wants_key)
            continue
        others += 1
        if others % PAUSE == 0:
            yield None
        if sign in "{[":
            wants_key = sign == "{"
            steps.append("" if wants_key else 0)
            keyed.append(wants_key)
        elif sign in "}]":
            steps.pop()
            keyed.pop()
            wants_key = False
        elif sign == ":":
            wants_key = False
        else:
            wants_key = keyed[-1]
            step = steps[-1]
            if isinstance(step, int):
                steps[-1] = step + sign.count(",")


def replaced(raw: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The document with other strings in the place of literals: `(start, end, text)`, in its order."""
    pieces: list[str] = []
    at = 0
    for start, end, text in changes:
        pieces += (raw[at:start], json.dumps(text, ensure_ascii=False))
        at = end
    return "".join((*pieces, raw[at:]))


def unescaped(raw: str) -> str:
    """A text that is no JSON document, with JSON's escapes undone all the same: a lenient parser would."""
    return _whole(_ESCAPE.sub(_escape, raw))


def plain_key(key: str) -> bool:
    """Whether a key is a name that says nothing, such as a schema has."""
    return _PLAIN_KEY.fullmatch(key) is not None


def text_of_url(url: str) -> str:
    """The text that a `data:` address says; nothing of one of another type, or that leads elsewhere."""
    if url[:5].lower() != "data:":
        return ""
    head, comma, said = url[5:].partition(",")
    media, *parameters = head.lower().split(";")
    if not comma or not (media in ("", "application/json") or media.startswith("text/")):
        return ""
    said = unquote(said)
    if "base64" in (parameter.strip() for parameter in parameters):
        try:
            said = b64decode(f"{said}==", altchars=b"-_" if "-" in said or "_" in said else None).decode(
                "utf-8", "replace"
            )
        except ValueError:
            return said
    return _whole(said)


def _decoded(literal: str) -> str:
    if "\\" not in literal:
        return literal[1:-1]
    return _whole(str(json.loads(literal, strict=False)))


def _escape(match: re.Match[str]) -> str:
    digits, char = match.groups()
    return chr(int(digits, 16)) if digits else _SHORT.get(char, char)


def _whole(text: str) -> str:
    """The text with surrogate pairs put together, and U+FFFD where half of one is left."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
