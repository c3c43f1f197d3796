"""Server-sent events, byte by byte: cut anywhere, put together again, unchanged where nothing is changed.

The format is that of the HTML standard, section 9.2: lines that end in LF, CR LF or CR, events that end with
an empty line, UTF-8 throughout.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Event", "EventParser", "TooLongError", "event"]

_LINE = re.compile(rb"\r\n|\n|\r")
_LINE_TEXT = re.compile(r"\r\n|\n|\r")
_MARK = b"\xef\xbb\xbf"
"""A byte order mark, which a stream may begin with; it is no part of the first field's name."""


class TooLongError(ValueError):
    """An event, or a line, that never ends."""


class Event(NamedTuple):
    """One event.

    Attributes:
        raw: Its bytes, the empty line included.
        data: Its data; `None` if it has none (a comment, say). Bytes that are no UTF-8 are U+FFFD in it,
            as they are to a client.
        name: Its name, if it has one.
        bare: Whether it has nothing but one line of data.
    """

    raw: bytes
    data: str | None
    name: str | None
    bare: bool

    def with_data(self, data: str, name: str | None = None) -> bytes:
        """The event with other data, and another name if it has one and one is given."""
        if self.bare:
            return event(data)
        kept = []
        mark = _MARK if self.raw.startswith(_MARK) else b""
        for line in self.raw.removeprefix(_MARK).splitlines():
            field = line.partition(b":")[0]
            if not line or field == b"data":
                continue
            kept.append(b"event: " + name.encode() if name is not None and field == b"event" else line)
        return mark + b"".join(line + b"\n" for line in kept) + event(data)


def event(data: str, name: str | None = None) -> bytes:
    """An event."""
    head = "" if name is None else f"event: {name}\n"
    if "\n" not in data and "\r" not in data:
        return f"{head}data: {data}\n\n".encode()
    lines = _LINE_TEXT.split(data)
    return (head + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


class EventParser:
    """Takes the bytes of a stream and gives its events.

    Args:
        most: How many bytes an event may have.
    """

    __slots__ = ("_buffer", "_half", "_most", "_returns", "_scanned", "_start")

    def __init__(self, most: int) -> None:
        self._most = most
        self._buffer = bytearray()
        # Whether a line may end in CR; few streams have one.
        self._returns = False
        # Whether the last event ended with a CR that a LF may belong to.
        self._half = False
        # Where the present line begins, and how far it has been looked at.
        self._start = 0
        self._scanned = 0

    def feed(self, data: bytes) -> list[Event]:
        """The events that are complete now.

        Raises:
            TooLongError: If one has more bytes than it may have.
        """
        self._buffer += data
        if not self._returns and b"\r" in data:
            self._returns = True
            self._start = self._scanned = 0
        return self._ending_in_any() if self._returns else self._ending_in_lf()

    def _ending_in_lf(self) -> list[Event]:
        """As `feed`, of a stream that has had no CR: an event ends with two LF, or is one."""
        buffer = self._buffer
        events: list[Event] = []
        begin, scanned = 0, self._scanned
        while begin < len(buffer):
            if buffer[begin] == _LF:
                end = begin + 1
            else:
                end = buffer.find(b"\n\n", scanned) + 2
                if end < 2:
                    break
            events.append(self._whole(begin, end))
            begin = scanned = end
        # The first LF of two may be the last byte.
        self._keep(begin, max(begin, len(buffer) - 1))
        return events

    def _ending_in_any(self) -> list[Event]:
        buffer = self._buffer
        events: list[Event] = []
        begin = 0
        if self._half and buffer:
            # The LF of the line that ended the last event is no line of the next, which it comes with.
            self._half = False
            if buffer[0] == _LF:
                self._start = self._scanned = 1
        while (end := _LINE.search(buffer, self._scanned)) is not None:
            empty = end.start() == self._start
            if end.group() == b"\r" and end.end() == len(buffer):
                if not empty:
                    break  # its LF may be on the way
                self._half = True
            self._start = self._scanned = end.end()
            if empty:
                events.append(self._whole(begin, end.end()))
                begin = end.end()
        else:
            self._scanned = len(buffer)
        self._start -= begin
        self._keep(begin, max(self._start + begin, self._scanned))
        return events

    def _whole(self, begin: int, end: int) -> Event:
        if end - begin > self._most:
            raise TooLongError
        return _event(bytes(self._buffer[begin:end]))

    def _keep(self, begin: int, scanned: int) -> None:
        """Lets go of what has been given, and remembers how far the rest has been looked at."""
        del self._buffer[:begin]
        self._scanned = scanned - begin
        if len(self._buffer) > self._most:
            raise TooLongError

    def rest(self) -> bytes:
        """What is left after the last event: to a client it is nothing."""
        return bytes(self._buffer)


_LF = 0x0A


def _event(raw: bytes) -> Event:
    lines: list[bytes] = []
    named = None
    # Of bytes, `splitlines` ends lines where the format does, and nowhere else.
    every = raw.removeprefix(_MARK).splitlines()
    for line in every:
        name, _, value = line.partition(b":")
        if name == b"data":
            lines.append(value.removeprefix(b" "))
        elif line.startswith(b"event:"):
            named = value.removeprefix(b" ").decode("utf-8", "replace") or None
    data = b"\n".join(lines).decode("utf-8", "replace") if lines else None
    bare = len(lines) == 1 and len(every) == 2 and not raw.startswith(_MARK)
    return Event(raw, data, named, bare)
