"""Server-sent events, byte by byte: cut anywhere, put together again, unchanged where nothing is changed.

The format is that of the HTML standard, section 9.2: lines that end in LF, CR LF or CR, events that end with
an empty line, UTF-8 throughout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Event", "EventParser", "TooLongError", "event"]

_LINE = re.compile(rb"\r\n|\n|\r")
_MARK = b"\xef\xbb\xbf"
"""A byte order mark, which a stream may begin with; it is no part of the first field's name."""


class TooLongError(ValueError):
    """An event, or a line, that never ends."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Attributes:
        raw: Its bytes, the empty line included.
        data: Its data; `None` if it has none (a comment, say). Bytes that are no UTF-8 are U+FFFD in it,
            as they are to a client.
    """

    raw: bytes
    data: str | None

    def with_data(self, data: str, name: str | None = None) -> bytes:
        """The event with other data, and another name if it has one and one is given."""
        kept = []
        mark = _MARK if self.raw.startswith(_MARK) else b""
        for line in _LINE.split(self.raw.removeprefix(_MARK)):
            field = line.partition(b":")[0]
            if not line or field == b"data":
                continue
            kept.append(b"event: " + name.encode() if name is not None and field == b"event" else line)
        return mark + b"".join(line + b"\n" for line in kept) + event(data)

    @property
    def named(self) -> bool:
        """Whether it has a name."""
        return any(line.startswith(b"event:") for line in _LINE.split(self.raw))


def event(data: str, name: str | None = None) -> bytes:
    """An event."""
    head = "" if name is None else f"event: {name}\n"
    lines = _LINE_TEXT.split(data)
    return (head + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


_LINE_TEXT = re.compile(r"\r\n|\n|\r")


class EventParser:
    """Takes the bytes of a stream and gives its events.

    Args:
        most: How many bytes an event may have.
    """

    __slots__ = ("_buffer", "_most", "_scanned", "_start")

    def __init__(self, most: int) -> None:
        self._most = most
        self._buffer = bytearray()
        # Where the present line begins, and how far it has been looked at.
        self._start = 0
        self._scanned = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that are complete now.

        Raises:
            TooLongError: If one has more bytes than it may have.
        """
        buffer = self._buffer
        buffer += data
        events: list[Event] = []
        begin = 0
        while (end := _LINE.search(buffer, self._scanned)) is not None:
            if end.group() == b"\r" and end.end() == len(buffer):
                break  # its LF may be on the way
            empty = end.start() == self._start
            self._start = self._scanned = end.end()
            if end.end() - begin > self._most:
                raise TooLongError
            if empty:
                events.append(_event(bytes(buffer[begin : end.end()])))
                begin = end.end()
        else:
            self._scanned = len(buffer)
        del buffer[:begin]
        self._start -= begin
        self._scanned = max(self._start, self._scanned - begin)
        if len(buffer) > self._most:
            raise TooLongError
        return events

    def rest(self) -> bytes:
        """What is left after the last event: to a client it is nothing."""
        return bytes(self._buffer)


def _event(raw: bytes) -> Event:
    lines: list[bytes] = []
    for line in _LINE.split(raw.removeprefix(_MARK)):
        name, _, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" "))
    return Event(raw, b"\n".join(lines).decode("utf-8", "replace") if lines else None)
