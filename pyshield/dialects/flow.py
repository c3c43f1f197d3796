"""Flows: a response's bytes in, guarded bytes out, for each kind of body that comes piece by piece."""

from __future__ import annotations

import codecs
import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._turns import turn
from pyshield.dialects import dialect_of
from pyshield.dialects.base import written
from pyshield.dialects.plain import Plain
from pyshield.dialects.sse import Event, EventParser, TooLongError, event

if TYPE_CHECKING:
    from pyshield.dialects.base import Dialect
    from pyshield.dialects.outputs import Outputs

__all__ = ["LINES", "EventFlow", "Flow", "LineFlow", "MessageFlow", "TextFlow"]

_TURN = 16 * 1024
"""Characters of data without text after which others have a turn of the event loop."""

_STRING = 256
"""Characters that a string counts for beside its own."""

LINES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"}
)
"""Media types of JSON lines."""


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


class _Documents:
    """JSON documents in some frame, in the dialect of the first that is known.

    Args:
        outputs: Where their texts go through.

    Attributes:
        dialect: What they are written in, once that is known.
    """

    __slots__ = ("_outputs", "_placed", "_read", "_worded", "dialect")

    _TEXT: ClassVar[object] = object()
    """The text of data that is no JSON."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        # Whether some data was no JSON: then what looks like it may be what a model wrote.
        self._worded = False
        # Whether some document had a text where its dialect has one.
        self._placed = False
        # Characters that were read since others last had a turn.
        self._read = 0
        self.dialect: Dialect | None = None

    async def passed(self, data: str, *, numbers: bool) -> list[Any] | None:
        """The documents, or the text, to send in place of data; `None` to send it as it is.

        Args:
            data: The data.
            numbers: Whether numbers are documents; else they are pieces of text that has digits in it.
        """
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            numbers, document = False, None
        if not numbers and not isinstance(document, dict | str | list):
            self._worded = True
            passed = await self._outputs.feed(self._TEXT, data)
            return [_Text(passed)] if passed else []
        before = await self._found(document)
        if self._outputs.blocked:
            return before
        documents = None if self.dialect is None else await self.dialect.document(document)
        self._placed |= documents is not None
        if documents is None and self._unknown and isinstance(document, dict | list):
            documents = await self._stranger(document, data)
        if documents is None:
            await self._count(len(data))
            return [*before, _Text(data)] if before else None
        return [*before, *documents]

    async def _stranger(self, document: Any, data: str) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """What to send in place of a document of no dialect; `None` to send it as it is."""
        if self._worded:
            passed = await self._outputs.aside(data)
            if passed == data and not self._outputs.blocked:
                return None
            return [_Text(passed)] if passed else []
        if self._placed or not await self._rewritten(document):
            return None
        return [] if self._outputs.blocked else [document]

    async def _rewritten(self, document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Scans the strings of a document, each for itself; whether it is not what it was, or is refused."""
        changed = False
        left = [document]
        while left:
            holder = left.pop()
            for name, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
                if isinstance(value, dict | list):
                    left.append(value)
                elif isinstance(value, str):
                    passed = await self._outputs.aside(value)
                    if self._outputs.blocked:
                        return True
                    if passed != value:
                        holder[name] = passed
                        changed = True
                await self._count(_STRING)
        return changed

    async def _count(self, characters: int) -> None:
        """Gives others a turn where much was read."""
        self._read += characters
        if self._read > _TURN:
            self._read = 0
            await turn()

    @property
    def _unknown(self) -> bool:
        """Whether they are in no dialect that is known."""
        return self.dialect is None or isinstance(self.dialect, Plain)

    async def _found(self, document: Any) -> list[Any]:  # noqa: ANN401  # any JSON value
        """Finds out what they are written in; what is held of documents in another."""
        if not self._unknown or (self.dialect is None and not isinstance(document, dict | str)):
            return []
        found = dialect_of(document, self._outputs)
        if self.dialect is None:
            self.dialect = found
        elif not isinstance(found, Plain):
            before, self.dialect = await self.dialect.rest(), found
            return before
        return []

    async def rest(self) -> list[Any]:
        """What is still held when no more come."""
        rest = await self.dialect.rest() if self.dialect is not None and not self._outputs.blocked else []
        text = await self._outputs.finish(self._TEXT)
        return [*rest, _Text(text)] if text else rest

    def failed(self) -> list[Any]:
        """What ends them where something went wrong."""
        return [] if self.dialect is None else self.dialect.failed()


class _Text(str):
    """Data that is no JSON."""

    __slots__ = ()


def _written(document: Any) -> str:  # noqa: ANN401  # any JSON value
    return document if isinstance(document, _Text) else written(document)


class EventFlow(Flow):
    """Server-sent events."""

    __slots__ = ("_documents", "_named", "_parser")

    def __init__(self, outputs: Outputs, most: int) -> None:
        super().__init__(outputs, most)
        self._documents = _Documents(outputs)
        self._parser = EventParser(most)
        self._named = False

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
        return self._framed(await self._documents.rest()) + self._end()

    def failed(self) -> bytes:
        """See `Flow`."""
        self._outputs.blocked = True
        return self._framed(self._documents.failed()) + self._end()

    async def _event(self, one: Event) -> bytes:
        if one.data is None:
            return one.raw
        if one.data.strip() == "[DONE]":
            # What follows goes through as well: a model may have written that.
            rest = await self._documents.rest()
            return self._framed(rest) + (self._end() if self._outputs.blocked else one.raw)
        self._named = one.named
        documents = await self._documents.passed(one.data, numbers=one.named)
        if documents is None:
            return one.raw
        if len(documents) == 1 and not self._outputs.blocked:
            written = _written(documents[0])
            return one.raw if written == one.data else one.with_data(written, self._name(documents[0]))
        return self._framed(documents) + self._end()

    def _end(self) -> bytes:
        """What follows the last event of a stream that was cut off."""
        dialect = self._documents.dialect
        if not self._outputs.blocked or dialect is None or dialect.done is None:
            return b""
        return event(dialect.done)

    def _framed(self, documents: list[Any]) -> bytes:
        return b"".join(event(_written(document), self._name(document)) for document in documents)

    def _name(self, document: Any) -> str | None:  # noqa: ANN401  # any JSON value
        """The name of a document's event, where events have names."""
        dialect = self._documents.dialect
        if dialect is None or not dialect.typed or not self._named:
            return None
        return document.get("type") if isinstance(document, dict) else None


class LineFlow(Flow):
    """JSON lines."""

    __slots__ = ("_buffer", "_documents")

    def __init__(self, outputs: Outputs, most: int) -> None:
        super().__init__(outputs, most)
        self._buffer = bytearray()
        self._documents = _Documents(outputs)

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
        documents = await self._documents.passed(
            line.decode("utf-8", "replace").removesuffix("\r"), numbers=True
        )
        return line + end if documents is None else self._framed(documents)

    def _framed(self, documents: list[Any]) -> bytes:
        return b"".join(_written(document).encode() + b"\n" for document in documents)


class MessageFlow:
    """Messages, each of them a document or a piece of text.

    Args:
        outputs: Where their texts go through.
        most: How many characters a message may have.

    When `outputs.blocked` is true after a call, what the call returned are the last messages.
    """

    __slots__ = ("_documents", "_most", "_outputs")

    def __init__(self, outputs: Outputs, most: int) -> None:
        self._documents = _Documents(outputs)
        self._most = most
        self._outputs = outputs

    async def feed(self, message: str) -> list[str]:
        """What may be sent now that this message has come."""
        if len(message) > self._most:
            raise TooLongError
        if message.strip() == "[DONE]":
            rest = [_written(document) for document in await self._documents.rest()]
            return self._ended(rest) if self._outputs.blocked else [*rest, message]
        documents = await self._documents.passed(message, numbers=False)
        if documents is None:
            return [message]
        return self._ended([_written(document) for document in documents])

    async def finish(self) -> list[str]:
        """What is left to be sent now that no more come."""
        return self._ended([_written(document) for document in await self._documents.rest()])

    def _ended(self, messages: list[str]) -> list[str]:
        """With what follows the last message of an answer that was cut off."""
        dialect = self._documents.dialect
        if self._outputs.blocked and dialect is not None and dialect.done is not None:
            messages.append(dialect.done)
        return messages
