"""What a request says about its body: its media type, its charset, whether it can be read at all."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pyshield.dialects.charsets import charset_of
from pyshield_asgi.problem import Problem, RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Content", "Media", "rewritten_headers", "streamed_headers"]

_STALE = frozenset(
    {
        b"content-length",
        b"transfer-encoding",
        b"content-md5",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"etag",
        b"accept-ranges",
    }
)
"""Headers that are not true of a body that is rewritten, or may be as it is sent."""


_LENGTHS = frozenset(map(len, (b"content-type", b"content-length", b"content-encoding")))
"""Lengths of the names of headers that matter: most others are told by that."""

_LONGEST_LENGTH = 18
"""Digits of a content-length that is believed."""
_LONGEST_TYPE = 4096
"""Bytes of a content-type that are looked at: more than servers let a header have, as a rule."""


class Media(Enum):
    """How a body is read."""

    JSON = "json"
    TEXT = "text"
    UNNAMED = "unnamed"
    """Without a media type: read as JSON if it is JSON, as frameworks may do as well."""
    OTHER = "other"


class Content(NamedTuple):
    """The headers that matter to a scan.

    Attributes:
        media: How the body is read.
        essence: The media type in small letters, without its parameters; nothing if none is named.
        charset: The charset named, as Python spells it; `None` if none is.
        encoded: Whether the body is compressed or otherwise encoded.
        length: The length named; `None` if none is.
    """

    media: Media
    essence: str = ""
    charset: str | None = None
    encoded: bool = False
    length: int | None = None

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]], *, answer: bool = False) -> Content:
        """Reads the headers of a request, or those of an answer, in which text of any kind is text.

        Raises:
            RejectedError: If they contradict themselves or name a charset that is not scanned.
        """
        named: bytes | None = None
        encoded = False
        length: int | None = None
        for name, value in headers:
            if len(name) not in _LENGTHS:
                continue
            lower = name.lower()
            if lower == b"content-type":
                if named is not None:
                    raise RejectedError(_TWO_TYPES)
                named = value
            elif lower == b"content-length":
                digits = value.strip()
                if digits.isdigit() and len(digits) <= _LONGEST_LENGTH:
                    length = int(digits)
            elif lower == b"content-encoding":
                codings = value.decode("latin-1").lower().split(",")
                encoded = encoded or any(coding.strip() not in ("", "identity") for coding in codings)
        media, essence, charset = _UNNAMED if named is None else _read(named[:_LONGEST_TYPE], answer)
        return cls(media, essence, charset, encoded, length)


_UNNAMED: tuple[Media, str, str | None] = (Media.UNNAMED, "", None)


@lru_cache(maxsize=256)
def _read(content_type: bytes, answer: bool) -> tuple[Media, str, str | None]:
    """What the value of a content-type header says; few are ever used, so it is remembered."""
    essence, _, parameters = content_type.decode("latin-1").partition(";")
    essence = essence.strip().lower()
    if not essence:
        return _UNNAMED
    media = _media(essence)
    if answer and media is Media.OTHER and essence.startswith("text/"):
        media = Media.OTHER if essence == "text/event-stream" else Media.TEXT
    # A media type that is not read may name what it likes.
    charset = None if media is Media.OTHER else _charset(parameters)
    if media is Media.TEXT and charset is not None and not (answer or _keeps_ascii(charset)):
        raise RejectedError(_UNKNOWN_CHARSET)
    return media, essence, charset


def _media(essence: str) -> Media:
    subtype = essence.partition("/")[2]
    if subtype == "json" or subtype.endswith("+json"):
        return Media.JSON
    return Media.TEXT if essence == "text/plain" else Media.OTHER


def _charset(parameters: str) -> str | None:
    named: str | None = None
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() != "charset":
            continue
        try:
            found = charset_of(value.strip().strip('"'))
        except LookupError:
            raise RejectedError(_UNKNOWN_CHARSET) from None
        if named not in (None, found):
            raise RejectedError(Problem(400, "ambiguous", "Two charsets", "Two charsets are named."))
        named = found
    return named


def _keeps_ascii(charset: str) -> bool:
    """Whether the bytes of ASCII are the same letters in a charset.

    Most applications read text as UTF-8 whatever a request names: what such a reader finds must not be
    something else to the scanners. Who answers names what it writes.
    """
    try:
        return _ASCII.decode(charset) == _ASCII.decode("ascii")
    except UnicodeDecodeError:
        return False


_ASCII = bytes(range(128))

# The application may go by the other one.
_TWO_TYPES = Problem(400, "ambiguous", "Two media types", "There is more than one content-type header.")
_UNKNOWN_CHARSET = Problem(
    415, "unsupported-charset", "An unsupported charset", "The body is in a charset that is not scanned."
)


def rewritten_headers(
    headers: Iterable[tuple[bytes, bytes]], length: int, charset: str | None
) -> list[tuple[bytes, bytes]]:
    """The headers of a rewritten body: its new length, and its charset if that had to change."""
    kept = [(name, value) for name, value in headers if name.lower() not in _STALE]
    if charset is not None:
        kept = [(name, value) for name, value in kept if name.lower() != b"content-type"]
        kept.append((b"content-type", b"text/plain; charset=" + charset.encode()))
    return [*kept, (b"content-length", b"%d" % length)]


def streamed_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers of a body that may be rewritten as it is sent: its length is not known."""
    return [(name, value) for name, value in headers if name.lower() not in _STALE]
