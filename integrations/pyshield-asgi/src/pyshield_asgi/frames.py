"""What WebSocket messages say: those of text, and binary ones that are text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield.dialects.charsets import OPENINGS, opening_of
from pyshield_asgi.body import UnreadableError, parse
from pyshield_asgi.content import Media
from pyshield_asgi.fields import Fields
from pyshield_asgi.problem import UNSUPPORTED, Problem, RejectedError, too_large

if TYPE_CHECKING:
    from pyshield_asgi._types import Message
    from pyshield_asgi.body import Body, Choice
    from pyshield_asgi.guard import Guard

__all__ = ["Piece", "Pieces", "read", "size", "written"]

_NOT_TEXT = Problem(400, "not-text", "The message is not text", "The message holds half of a surrogate pair.")

_CUT_OFF = "unexpected end of data"
"""How Python says that a code point goes on behind the end."""

_WHOLE = Fields(("",))
"""A document that is a string."""


def size(message: Message) -> int:
    """Characters or bytes of a message."""
    text = message.get("text")
    return len(text) if isinstance(text, str) else len(message.get("bytes") or b"")


def read(guard: Guard, message: Message, choice: Choice) -> Body | None:
    """A message as a body; `None` if it cannot be read and may pass all the same.

    Raises:
        RejectedError: If it may not.
    """
    text = message.get("text")
    data, charset = (_encoded(text), "utf-8") if isinstance(text, str) else (_binary(guard, message), None)
    if data is None:
        _pass_other(guard)
        return None
    is_text = _is_text(data)
    opening = opening_of(data)
    is_json = guard.messages != "text" and opening in OPENINGS and (is_text or _is_decoded(data))
    if (is_text or is_json) and len(data) > guard.max_body_bytes:
        raise RejectedError(too_large(guard.max_body_bytes))
    if is_json or (is_text and guard.messages == "json"):
        # What may be meant as text is scanned, whichever fields are.
        whole = guard.messages == "auto" and opening == b'"'
        try:
            return parse(data, Media.JSON, charset, _WHOLE if whole else choice, guard.max_fields)
        except UnreadableError:
            if is_text and guard.messages == "json":
                if guard.unreadable == "pass":
                    return None
                raise
    if not is_text:
        _pass_other(guard)
        return None
    return parse(data, Media.TEXT, "utf-8", choice, guard.max_fields)


def written(message: Message, body: Body, text: str) -> dict[str, Any]:
    """The part of a message that says a body's text, or another one, in the kind of the message."""
    if isinstance(message.get("text"), str):
        return {"text": body.mark.decode() + text}
    return {"bytes": body.encoded(text)[0]}


class Piece(NamedTuple):
    """What a message adds to a text that comes in pieces.

    Attributes:
        text: The text; `None` if there is none yet.
        other: Bytes before it that are no text.
        binary: Whether it came in a binary message.
    """

    text: str | None
    other: bytes
    binary: bool


class Pieces:
    """A text that comes in pieces, each a message; a binary one may end within a code point."""

    __slots__ = ("_guard", "_held")

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        # The begin of a code point: at most three bytes.
        self._held = b""

    def read(self, message: Message) -> Piece:
        """What a message adds.

        Raises:
            RejectedError: If it holds bytes that are no text and may not pass.
        """
        text = message.get("text")
        if isinstance(text, str):
            return self._passing(Piece(text, self.rest(), binary=False))
        data = _binary(self._guard, message)
        if data is None:
            return self._passing(Piece(None, self.rest() + bytes(message.get("bytes") or b""), binary=True))
        held = self.rest()
        for other, whole in ((b"", held + data), (held, data)):
            decoded = _decoded(whole)
            if decoded is not None:
                text, self._held = decoded
                nothing = not text and bool(whole)
                return self._passing(Piece(None if nothing else text, other, binary=True))
        return self._passing(Piece(None, held + data, binary=True))

    def rest(self) -> bytes:
        """What is held of a code point; it is let go of."""
        held, self._held = self._held, b""
        return held

    def _passing(self, piece: Piece) -> Piece:
        if piece.other:
            _pass_other(self._guard)
        return piece


def _binary(guard: Guard, message: Message) -> bytes | None:
    """The bytes of a message that may be text."""
    data = message.get("bytes")
    return None if data is None or guard.binary_messages == "other" else bytes(data)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise RejectedError(_NOT_TEXT) from None


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_decoded(data: bytes) -> bool:
    """Whether `json.loads` gets at the characters of these bytes."""
    try:
        data.decode(json.detect_encoding(data), "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes) -> tuple[str, bytes] | None:
    """The text of bytes and the begin of a code point at their end; `None` if they are no UTF-8."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if error.reason != _CUT_OFF:
            return None
        return data[: error.start].decode(), data[error.start :]


def _pass_other(guard: Guard) -> None:
    """Lets bytes pass that are no text.

    Raises:
        RejectedError: If they must not pass.
    """
    if guard.other_types == "refuse":
        raise RejectedError(UNSUPPORTED)
