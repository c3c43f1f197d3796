"""A body as text: decoded without loss, its fields found, and put back together.

Decoding is strict, so that encoding what was not changed gives the same bytes again.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyshield.dialects.charsets import OPENINGS
from pyshield_asgi.content import Media
from pyshield_asgi.document import (
    HalfAPairError,
    Located,
    MalformedError,
    TooDeepError,
    TooManyError,
    locate,
    splice,
)
from pyshield_asgi.fields import Fields
from pyshield_asgi.path import clipped_pointer
from pyshield_asgi.problem import HALF_A_PAIR, TOO_DEEP, Problem, RejectedError, too_many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Body", "Choice", "UnreadableError", "parse", "value_of"]

Choice: TypeAlias = "Fields | Callable[[Any], Iterable[str]]"
"""Which fields are scanned: compiled patterns, or a function from the document to patterns."""

_MARKS = (
    # UTF-32's little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_WRONG_CHARSET = Problem(
    400, "not-text", "The charset is wrong", "The body is in another encoding than its headers say."
)


class UnreadableError(RejectedError):
    """The body is not what its media type says, so its fields cannot be found."""


class Body(NamedTuple):
    """A body that can be scanned.

    Attributes:
        media: How it was read.
        mark: Its byte order mark.
        charset: What it is encoded in.
        text: Everything after the mark.
        fields: What is to be scanned.
    """

    media: Media
    mark: bytes
    charset: str
    text: str
    fields: Sequence[Located]

    def rewritten(self, texts: Iterable[str]) -> tuple[bytes, str | None]:
        """The body with a text for each field, and the charset if it had to change."""
        return self.encoded(self.changed(texts))

    def encoded(self, whole: str) -> tuple[bytes, str | None]:
        """A text in the place of this one as a body, and the charset if it had to change."""
        try:
            data = whole.encode(self.charset)
        except UnicodeEncodeError:  # a replacement with a character that the charset lacks
            return whole.encode(), "utf-8"
        if self.media is Media.TEXT and _is_misread(data, self.charset):  # what told it from UTF-8 is gone
            return whole.encode(), "utf-8"
        return self.mark + data, None

    def changed(self, texts: Iterable[str]) -> str:
        """The text with one for each field; what is the same keeps its characters, escapes included."""
        changes = (
            (field.start, field.end, self._literal(text))
            for field, text in zip(self.fields, texts, strict=True)
            if text != field.text
        )
        return splice(self.text, changes)

    def _literal(self, text: str) -> str:
        return text if self.media is Media.TEXT else json.dumps(text, ensure_ascii=False)


def parse(data: bytes, media: Media, charset: str | None, choice: Choice, most: int) -> Body:
    """Reads a body and finds its fields.

    Args:
        data: The body.
        media: How to read it.
        charset: The charset its headers name.
        choice: Which fields to find in a JSON document.
        most: How many there may be.

    Raises:
        UnreadableError: If it is not what its media type says.
        RejectedError: If it has too many fields or too many levels.
    """
    mark, charset = _charset(data, media, charset)
    try:
        text = data[len(mark) :].decode(charset)
    except UnicodeDecodeError as error:
        if media is Media.JSON and _is_read(data[len(mark) :], charset):
            raise RejectedError(HALF_A_PAIR) from None
        detail = f"The body is not {charset.upper()} (byte {error.start + len(mark)})."
        raise UnreadableError(Problem(400, "not-text", "The body is not text", detail)) from None
    if media is Media.TEXT:
        return Body(media, mark, charset, text, (Located(None, text, 0, len(text)),))
    try:
        fields = choice if isinstance(choice, Fields) else _chosen(choice, text, most)
        found = locate(text, fields, most)
    except MalformedError as error:
        detail = f"The body is not JSON (character {error.at})."
        raise UnreadableError(Problem(400, "not-json", "The body is not JSON", detail)) from None
    except TooDeepError:
        raise RejectedError(TOO_DEEP) from None
    except TooManyError:
        raise RejectedError(too_many(most)) from None
    except HalfAPairError as error:
        members = {"pointer": clipped_pointer(error.path)}
        raise RejectedError(replace(HALF_A_PAIR, members=members)) from None
    return Body(media, mark, charset, text, found)


def _charset(data: bytes, media: Media, named: str | None) -> tuple[bytes, str]:
    """The byte order mark and what follows it is encoded in.

    That is what applications will read, and a header that says otherwise is refused: JSON is in the encoding
    that `json.loads` finds, text that is UTF-8 is taken for that by most, whatever its charset.
    """
    if named in (None, "utf-8") and data[:1] in OPENINGS and b"\x00" not in data[1:4]:
        return b"", "utf-8"  # as nearly all of them are
    if media is Media.TEXT:
        if named in (None, "utf-8"):
            return (codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""), "utf-8"
        if _is_misread(data, named):
            raise UnreadableError(_WRONG_CHARSET)
        return b"", named
    # Without a mark, and without a byte order in its name, the order is the usual one.
    named = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(named or "", named)
    mark, marked = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", None))
    found = marked or json.detect_encoding(data)
    if named is not None and _family(named) != _family(found):
        raise UnreadableError(_WRONG_CHARSET)
    return mark, found


def _is_misread(data: bytes, charset: str) -> bool:
    """Whether text in a charset other than UTF-8 is UTF-8 as well, and says something else there."""
    if charset in ("utf-8", "ascii") or data.isascii():
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_read(data: bytes, charset: str) -> bool:
    """Whether `json.loads` reads bytes that are no text: halves of surrogate pairs are characters to it."""
    try:
        value_of(data.decode(charset, "surrogatepass"))
    except (UnicodeDecodeError, MalformedError):
        return False
    except TooDeepError:  # for this stack
        return True
    return True


def _family(charset: str) -> str:
    """Charsets that one header may mean: ASCII is UTF-8, and byte orders are told by the body."""
    name = charset.lower().replace("_", "-")
    return "utf-8" if name == "ascii" else name.removesuffix("-le").removesuffix("-be")


def _chosen(choice: Callable[[Any], Iterable[str]], text: str, most: int) -> Fields:
    """What a function chooses in a document."""
    patterns = list(choice(value_of(text)))
    if len(patterns) > most:
        raise TooManyError("too many fields")
    return Fields(patterns)


def value_of(text: str) -> Any:  # noqa: ANN401  # a JSON value
    """The parsed document, for what chooses fields.

    Raises:
        MalformedError: If it is not JSON.
        TooDeepError: If it is nested too deeply.
    """
    try:
        return json.loads(text, parse_int=_number)
    except json.JSONDecodeError as error:
        raise MalformedError(error.pos) from None
    except RecursionError:
        raise TooDeepError("nested too deeply") from None


def _number(digits: str) -> int | float:
    """Python refuses to read integers of thousands of digits, which is no reason to refuse the document."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)
