"""Flows: a response's bytes in, guarded bytes out, for each kind of body that comes piece by piece."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from pyshield.dialects.base import Held
from pyshield.dialects.documents import Documents, spelled
from pyshield.dialects.sse import Event, EventParser, TooLongError, event

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["LINES", "EventFlow", "Flow", "LineFlow", "MessageFlow", "TextFlow"]

LINES = frozenset(
    {
        "application/ndjson",
        "application/x-ndjson",
        "application/ldjson",
        "application/x-ldjson",
        "application/jsonl",
        "application/x-jsonl",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/json-lines",
        "application/json-seq",
        "application/stream+json",
        "application/x-json-stream",
        "text/jsonl",
        "text/ndjson",
        "text/x-ndjson",
    }
)
"""Media types of JSON lines; none is registered but that of sequences, whose lines begin with a sign."""

_SEQUENCE = b"\x1e"


class Flow(ABC):
    """The body of one response.

    Args:
        outputs: Where its texts go through.
        most: How many bytes an event or a line may have.

    When `outputs.blocked` is true after a call, what the call returned is the end of the body.
    """

    __slots__ = ("_most", "_outputs")

    def __init__(self, outputs: Outputs, most: int) -> None:
        self._outputs = outputs
        self._most = most

    @abstractmethod
    async def feed(self, data: bytes) -> bytes:
        """What may be sent now that these bytes have come."""

    @abstractmethod
    async def finish(self) -> bytes:
        """What is left to be sent now that the body has ended."""

    def failed(self) -> bytes:
        """What ends a body that cannot go on."""
        return b""


class TextFlow(Flow):
    """Plain text.

    Args:
        outputs: As for `Flow`.
        most: As for `Flow`.
        charset: What it is encoded in. Bytes that are not are U+FFFD, as to a client; a character that it
            lacks, in what takes the place of another, is `?`.
    """

    __slots__ = ("_decoder", "_encoder")

    def __init__(self, outputs: Outputs, most: int, charset: str = "utf-8") -> None:
        super().__init__(outputs, most)
        self._decoder = codecs.getincrementaldecoder(charset)("replace")
        # It writes a byte order mark once, where the charset has one.
        self._encoder = codecs.getincrementalencoder(charset)("replace")

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`."""
        return self._encoded(await self._outputs.feed((), self._decoder.decode(data)))

    async def finish(self) -> bytes:
        """See `Flow`."""
        passed = await self._outputs.feed((), self._decoder.decode(b"", final=True))
        return self._encoded(passed + await self._outputs.finish(()))

    def _encoded(self, text: str) -> bytes:
        return self._encoder.encode(text)


class EventFlow(Flow):
    """Server-sent events."""

    __slots__ = ("_documents", "_name", "_parser")

    def __init__(self, outputs: Outputs, most: int) -> None:
        super().__init__(outputs, most)
        self._documents = Documents(outputs)
        self._parser = EventParser(most)
        # The name of the last event with a document, if it had one.
        self._name: str | None = None

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`."""
        sent = []
        for one in self._parser.feed(data):
            sent.append(await self._event(one))
            if self._outputs.blocked:
                break
        return b"".join(sent)

    async def finish(self) -> bytes:
        """See `Flow`."""
        # What follows the last whole event is nothing to a client, so it is not sent.
        return self._framed(await self._documents.rest(), self._name) + self._end()

    def failed(self) -> bytes:
        """See `Flow`."""
        self._outputs.blocked = True
        return self._framed(self._documents.failed()) + self._end()

    async def _event(self, one: Event) -> bytes:
        if one.data is None:
            before = self._framed(await self._documents.before(one.name))
            return before + (b"" if self._outputs.blocked else one.raw)
        if one.data.strip() == "[DONE]":
            # What follows goes through as well: a model may have written that.
            rest = await self._documents.rest()
            return self._framed(rest, self._name) + (self._end() if self._outputs.blocked else one.raw)
        self._name = one.name
        documents = await self._documents.passed(one.data, numbers=one.name is not None, event=one.name)
        if documents is None:
            return one.raw
        if len(documents) == 1 and not self._outputs.blocked and not isinstance(documents[0], Held):
            written = spelled(documents[0])
            return one.raw if written == one.data else one.with_data(written, self._named(documents[0]))
        return self._framed(documents, one.name) + self._end()

    def _end(self) -> bytes:
        """What follows the last event of a stream that was cut off."""
        dialect = self._documents.dialect
        if not self._outputs.blocked or dialect is None or dialect.done is None:
            return b""
        return event(dialect.done)

    def _framed(self, documents: list[Any], name: str | None = None) -> bytes:
        return b"".join(event(spelled(document), self._named(document, name)) for document in documents)

    def _named(self, document: Any, name: str | None = None) -> str | None:  # noqa: ANN401  # any JSON value
        """The name of a document's event, where events have names."""
        if isinstance(document, Held):
            return document.name
        dialect = self._documents.dialect
        if dialect is None or not dialect.typed:
            return name
        return document.get("type") if self._name is not None and isinstance(document, dict) else None


class LineFlow(Flow):
    """JSON lines."""

    __slots__ = ("_buffer", "_documents", "_sign")

    def __init__(self, outputs: Outputs, most: int) -> None:
        super().__init__(outputs, most)
        self._buffer = bytearray()
        self._documents = Documents(outputs)
        # What the last line began with.
        self._sign = b""

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`."""
        *lines, rest = data.split(b"\n")
        sent = []
        for line in lines:
            whole = bytes(self._buffer) + line
            self._buffer.clear()
            if len(whole) > self._most:
                raise TooLongError
            sent.append(await self._line(whole, b"\n"))
            if self._outputs.blocked:
                return b"".join(sent)
        self._buffer += rest
        if len(self._buffer) > self._most:
            raise TooLongError
        return b"".join(sent)

    async def finish(self) -> bytes:
        """See `Flow`."""
        last = await self._line(bytes(self._buffer), b"") if self._buffer else b""
        self._buffer.clear()
        if self._outputs.blocked:
            return last
        documents = await self._documents.rest()
        if documents and last and not last.endswith(b"\n"):
            last += b"\n"
        return last + self._framed(documents)

    def failed(self) -> bytes:
        """See `Flow`."""
        self._outputs.blocked = True
        return self._framed(self._documents.failed())

    async def _line(self, line: bytes, end: bytes) -> bytes:
        if not line.strip():
            return line + end
        self._sign = _SEQUENCE if line.startswith(_SEQUENCE) else b""
        data = line.removeprefix(_SEQUENCE).decode("utf-8", "replace").removesuffix("\r")
        documents = await self._documents.passed(data, numbers=True)
        return line + end if documents is None else self._framed(documents)

    def _framed(self, documents: list[Any]) -> bytes:
        return b"".join(self._sign + spelled(document).encode() + b"\n" for document in documents)


class MessageFlow:
    """Messages, each of them a document or a piece of text.

    Args:
        outputs: Where their texts go through.
        most: How many characters a message may have.

    When `outputs.blocked` is true after a call, what the call returned are the last messages.
    """

    __slots__ = ("_documents", "_most", "_outputs")

    def __init__(self, outputs: Outputs, most: int) -> None:
        self._documents = Documents(outputs)
        self._most = most
        self._outputs = outputs

    async def feed(self, message: str) -> list[str]:
        """What may be sent now that this message has come."""
        if len(message) > self._most:
            raise TooLongError
        if message.strip() == "[DONE]":
            rest = [spelled(document) for document in await self._documents.rest()]
            return self._ended(rest) if self._outputs.blocked else [*rest, message]
        documents = await self._documents.passed(message, numbers=False)
        if documents is None:
            return [message]
        return self._ended([spelled(document) for document in documents])

    async def finish(self) -> list[str]:
        """What is left to be sent now that no more come."""
        return self._ended([spelled(document) for document in await self._documents.rest()])

    def _ended(self, messages: list[str]) -> list[str]:
        """With what follows the last message of an answer that was cut off."""
        dialect = self._documents.dialect
        if self._outputs.blocked and dialect is not None and dialect.done is not None:
            messages.append(dialect.done)
        return messages
