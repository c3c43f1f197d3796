"""Documents: the JSON of a stream, in whichever dialect, and what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._turns import turn
from pyshield.dialects import dialect_of
from pyshield.dialects.base import Held, read, written
from pyshield.dialects.plain import Plain, ends, is_last, pieces
from pyshield.dialects.texts import anywhere

if TYPE_CHECKING:
    from pyshield.dialects.base import Dialect
    from pyshield.dialects.outputs import Outputs

__all__ = ["Documents", "spelled"]

_TURN = 16 * 1024
"""Characters of data without text after which others have a turn of the event loop."""

_STRING = 256
"""Characters that a string counts for beside its own."""

_NAMES = 64
"""How many names of events tell texts apart; those in events of all others are one."""

_OWN = 8
"""How much data that is no JSON a server may say for itself (`connected`, `ping`) in a stream of strings."""


class Documents:
    """JSON documents in some frame, in the dialect of the first that is known.

    Args:
        outputs: Where their texts go through.

    Attributes:
        dialect: What they are written in, once that is known.
    """

    __slots__ = ("_names", "_outputs", "_read", "_said", "_texts", "_worded", "dialect")

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        # How much data was no JSON (then what looks like it may be what a model wrote), and how much was
        # JSON that says a piece of a text.
        self._worded = 0
        self._said = 0
        # Names of events, which tell texts apart, and the text of data that is no JSON in those of each.
        self._names: set[str] = set()
        self._texts: dict[str | None, object] = {}
        # Characters that were read since others last had a turn.
        self._read = 0
        self.dialect: Dialect | None = None

    async def passed(self, data: str, *, numbers: bool, event: str | None = None) -> list[Any] | None:
        """The documents, or the text, to send in place of data; `None` to send it as it is.

        Args:
            data: The data.
            numbers: Whether numbers are documents; else they are pieces of text that has digits in it.
            event: The name of its event, if it has one.
        """
        try:
            document, more = read(data)
        except (ValueError, RecursionError):
            numbers, document, more = False, None, False
        before = await self.before(event)
        name = self._name(event)
        # What comes under the name of text is text.
        numbers = numbers and (name is None or name not in self._texts)
        if not numbers and not isinstance(document, dict | str | list):
            self._worded += 1
            return _with(before, data, await self._text(data, name))
        before += await self._found(document)
        if not self._outputs.blocked and self._worded and self._unknown and is_last(document):
            # Nothing that is held of the text may come after what says that it has ended.
            before += await self._held()
        if self._outputs.blocked:
            return before
        if not numbers and self._is_text(document):
            return _with(before, data, await self._text(data, name, like_json=True))
        documents = await self._document(document, data, name)
        if documents is None:
            await self._count(len(data))
            if more:
                return [*before, document]
        return _with(before, data, documents)

    async def before(self, event: str | None) -> list[Any]:
        """What is held that has to come before an event of this name."""
        return await self.rest() if self._unknown and ends(event) else []

    def _name(self, event: str | None) -> str | None:
        """What texts are told apart by."""
        if event is not None and len(self._names) < _NAMES:
            self._names.add(event)
        return event if event in self._names else None

    async def _text(self, data: str, name: str | None, *, like_json: bool = False) -> list[Any] | None:
        """What to send in place of a piece of text that is no JSON; `None` to send it as it is."""
        passed = await self._outputs.feed(self._texts.setdefault(name, object()), data)
        if passed == data:
            return None
        if like_json and passed.endswith(data):
            # Who takes it for JSON can read it.
            return [Words(passed.removesuffix(data)), Words(data)]
        return [Words(passed)] if passed else []

    async def _held(self) -> list[Any]:
        """What is held of text that is no JSON."""
        held = [(await self._outputs.finish(key), name) for name, key in self._texts.items()]
        return [Held(Words(text), name) for text, name in held if text]

    def _is_text(self, document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether what looks like JSON is a piece of the text around it, as `[]` and `""` are in code.

        An object that says something is none: servers end and accompany texts with these. Strings may be how
        they write all pieces, so that more has to say that they do not.
        """
        if not self._unknown or self._worded <= self._said:
            return False
        if isinstance(document, str):
            return self._worded > self._said + _OWN
        if isinstance(document, list):
            return not any(isinstance(one, dict) and one for one in document)
        return not document

    async def _document(
        self,
        document: Any,  # noqa: ANN401  # any JSON value
        data: str,
        name: str | None,
    ) -> list[Any] | None:
        """What to send in place of a document; `None` to send it as it is."""
        if not isinstance(document, dict | list | str):
            return None
        dialect = self.dialect
        plain = dialect if isinstance(dialect, Plain) else None
        if plain is not None:
            plain.event = name
        if dialect is not None and dialect.speaks(document) and (plain is None or isinstance(document, str)):
            self._said += 1
            return await dialect.document(document)
        if plain is None:
            return await self._stranger(document, data, set())
        found = pieces(document)
        documents = await self._stranger(document, data, {(id(holder), name) for _, holder, name in found})
        if self._outputs.blocked:
            return documents
        if found:
            self._said += 1
            return await plain.put(document, found) or documents
        before = await plain.before(document)
        return [*before, *([Words(data)] if documents is None else documents)] if before else documents

    async def _stranger(
        self,
        document: Any,  # noqa: ANN401  # any JSON value
        data: str,
        apart: set[tuple[int, str | int]],
    ) -> list[Any] | None:
        """What to send in place of a document of which nothing is known but where it has pieces of texts."""
        if self._worded and self._unknown and not apart:
            passed = await self._outputs.whole(data)
            if passed == data and not self._outputs.blocked:
                return None
            return [Words(passed)] if passed else []
        held = [document]
        if not await self._rewritten(held, apart):
            return None
        return [] if self._outputs.blocked else held

    async def _rewritten(self, held: list[Any], apart: set[tuple[int, str | int]]) -> bool:
        """Scans the texts of a document, each for itself; whether it is not what it was, or is refused."""
        changed = False
        for holder, name in anywhere(held):
            if (id(holder), name) in apart:
                continue
            passed = await self._outputs.whole(holder[name])
            if self._outputs.blocked:
                return True
            if passed != holder[name]:
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
        if not self._unknown or (self.dialect is None and not isinstance(document, dict | str | list)):
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
        return rest + await self._held()

    def failed(self) -> list[Any]:
        """What ends them where something went wrong."""
        return [] if self.dialect is None else self.dialect.failed()


class Words(str):
    """Data that is no JSON."""

    __slots__ = ()


def spelled(document: Any) -> str:  # noqa: ANN401  # any JSON value
    """A document as JSON, or the words that take its place."""
    if isinstance(document, Held):
        document = document.document
    return document if isinstance(document, Words) else written(document)


def _with(before: list[Any], data: str, documents: list[Any] | None) -> list[Any] | None:
    """What is sent in place of data, after other documents; `None` if that is the data alone."""
    if documents is None:
        return [*before, Words(data)] if before else None
    return [*before, *documents]
