"""Documents: the JSON of a stream, in whichever dialect, and what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyshield._turns import turn
from pyshield.dialects import dialect_of
from pyshield.dialects.base import read, written
from pyshield.dialects.plain import Plain, is_last, pieces
from pyshield.dialects.texts import anywhere

if TYPE_CHECKING:
    from pyshield.dialects.base import Dialect
    from pyshield.dialects.outputs import Outputs

__all__ = ["Documents", "spelled"]

_TURN = 16 * 1024
"""Characters of data without text after which others have a turn of the event loop."""

_STRING = 256
"""Characters that a string counts for beside its own."""

_OWN = 8
"""How much data that is no JSON a server may say for itself (`connected`, `ping`) in a stream of strings."""


class Documents:
    """JSON documents in some frame, in the dialect of the first that is known.

    Args:
        outputs: Where their texts go through.

    Attributes:
        dialect: What they are written in, once that is known.
    """

    __slots__ = ("_outputs", "_read", "_said", "_worded", "dialect")

    _TEXT: ClassVar[object] = object()
    """The text of data that is no JSON."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        # How much data was no JSON (then what looks like it may be what a model wrote), and how much was
        # JSON that says a piece of a text.
        self._worded = 0
        self._said = 0
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
            document, more = read(data)
        except (ValueError, RecursionError):
            numbers, document, more = False, None, False
        if not numbers and not isinstance(document, dict | str | list):
            self._worded += 1
            return await self._text(data)
        before = await self._found(document)
        if not self._outputs.blocked and self._worded and self._unknown and is_last(document):
            # Nothing that is held of the text may come after what says that it has ended.
            held = await self._outputs.finish(self._TEXT)
            before += [Words(held)] if held else []
        if self._outputs.blocked:
            return before
        if not numbers and self._is_text(document):
            return await self._text(data, like_json=True)
        documents = await self._document(document, data)
        if documents is None:
            await self._count(len(data))
            if more:
                return [*before, document]
            return [*before, Words(data)] if before else None
        return [*before, *documents]

    async def _text(self, data: str, *, like_json: bool = False) -> list[Any] | None:
        """What to send in place of a piece of text that is no JSON; `None` to send it as it is."""
        passed = await self._outputs.feed(self._TEXT, data)
        if passed == data:
            return None
        if like_json and passed.endswith(data):
            # Who takes it for JSON can read it.
            return [Words(passed.removesuffix(data)), Words(data)]
        return [Words(passed)] if passed else []

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

    async def _document(self, document: Any, data: str) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """What to send in place of a document; `None` to send it as it is."""
        if not isinstance(document, dict | list | str):
            return None
        dialect = self.dialect
        plain = dialect if isinstance(dialect, Plain) else None
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
        text = await self._outputs.finish(self._TEXT)
        return [*rest, Words(text)] if text else rest

    def failed(self) -> list[Any]:
        """What ends them where something went wrong."""
        return [] if self.dialect is None else self.dialect.failed()


class Words(str):
    """Data that is no JSON."""

    __slots__ = ()


def spelled(document: Any) -> str:  # noqa: ANN401  # any JSON value
    """A document as JSON, or the words that take its place."""
    return document if isinstance(document, Words) else written(document)
