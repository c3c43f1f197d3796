"""Documents of no dialect that is known: bare strings, and objects with a piece of a text in a usual place.

What else an object says is no piece of anything: each string is scanned for itself, as are those of documents
without a dialect.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyshield._messages.arguments import is_json
from pyshield.dialects.base import Dialect, Held, name_of
from pyshield.dialects.texts import is_sound

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pyshield.dialects.outputs import Outputs
    from pyshield.dialects.texts import Steps

__all__ = ["Pieces", "Plain", "ends", "is_last", "pieces"]

_NAMES = frozenset(
    {
        "content",
        "text",
        "delta",
        "token",
        "chunk",
        "message",
        "data",
        "response",
        "answer",
        "output",
        "output_text",
        "completion",
        "generation",
        "generated_text",
        "thinking",
        "reasoning",
        "reasoning_content",
        "inputTextDelta",
    }
)
"""Members of objects that hold a piece of text: Ollama's, the AI SDK's, those of home-made services."""

_CHUNK: tuple[Steps, ...] = ((0, "content"), (0, "content", 0, "text"))
"""The same in what LangGraph streams: a chunk of a message, and what is known of it."""

_NESTED: dict[str, tuple[Steps, ...]] = {
    "message": (("content",), ("thinking",), ("reasoning",), ("reasoning_content",)),
    "token": (("text",),),
    "chunk": (("content",), ("text",)),
    "data": (("chunk",), ("chunk", "content"), ("content",), ("delta",), ("text",), ("token",), *_CHUNK),
    "delta": (
        ("content",),
        ("content", 0, "text", "value"),
        ("message", "content", "text"),
        ("message", "content", "thinking"),
        ("reasoning_content",),
        ("text",),
        ("thinking",),
    ),
    "contentBlockDelta": (("delta", "text"), ("delta", "reasoningContent", "text")),
    "outputs": ((0, "text"),),
}
"""The same further inside: of Cohere, Bedrock, OpenAI's threads, LangGraph and LangChain."""

_SAMPLES = ("data", "delta")
"""Members in which an object that is sound holds it."""

_WRAPPERS = ("data", "message")
"""Members in which an event may hold a document of its own as a string, which is no piece."""

_WORD = re.compile(r"[-_.:/ ]")
_GOES_ON = frozenset({"delta", "content", "chunk", "args"})
"""Last words of the types of events that are pieces: such a type tells one text from others."""

_ENDS = frozenset({"end", "done", "stop", "finish", "finished", "complete", "completed", "available"})
"""Last words of the types of events after which the text of the others with its first words has ended."""

_OWNERS = ("toolCallId", "tool_call_id", "run_id")
"""Members that say what a piece is a part of: a call, a run of LangChain's."""

_OF_TYPES = (
    (re.compile("(?:text|reasoning|tool-input)-(?:delta|end)"), ("id",)),
    (re.compile("content-(?:delta|end)"), ("index",)),
    (re.compile(r"thread\.message\.delta"), ("id",)),
    (re.compile(r"(?s).+[-_.:/ ].+"), ("messageId", "message_id")),
)
"""The same in events of some types: of the AI SDK, Cohere, OpenAI's threads and AG-UI. In others an `id` may
be that of the event, and the events of one text have to be scanned together."""

_MOST = 256
"""How many texts are kept apart. Few events say that a text has ended: the one that was written to the
longest time ago ends where another one begins."""


class _Key(NamedTuple):
    """What tells one text from another.

    Attributes:
        place: Where it stands.
        kind: The type of its events, where that says which text it is.
        of: What it is a part of: a call, a message, a run, a candidate.
        event: The name of the events that it comes in, if they have one.
    """

    place: Steps
    kind: str | None = None
    of: str | int | None = None
    event: str | None = None


Pieces: TypeAlias = "list[tuple[_Key, Any, str | int]]"
"""The pieces of a document: of which text, what holds them, and where."""


class Plain(Dialect):
    """See the module."""

    __slots__ = ("_last", "_named", "event")

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The last document of each text that has not ended, the last to be written to at the end.
        self._last: dict[_Key, Any] = {}
        # Of these the last at each place that says what it is a part of.
        self._named: dict[_Key, _Key] = {}
        # The name of the present event.
        self.event: str | None = None

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        return isinstance(document, str | dict | list)

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not isinstance(document, str):
            return await self.put(document, pieces(document))
        key = _Key((), event=self.event)
        before = [] if key in self._last else await self._room(())
        self._last.pop(key, None)
        self._last[key] = ""
        passed = await self.outputs.feed(key, document)
        if passed == document and not before:
            return None
        return [*before, passed] if passed else before

    async def put(self, document: Any, found: Pieces) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """As `document`, where its pieces are known."""
        changed = False
        fed: dict[_Key, tuple[Any, str | int]] = {}
        before: list[Any] = []
        for one, holder, name in found:
            said = one._replace(event=self.event)
            key = self._key(said)
            if key not in self._last:
                before += await self._room(fed)
            text = holder[name]
            holder[name] = passed = await self.outputs.feed(key, text)
            changed |= passed != text
            fed[key] = holder, name
            last = self._last.pop(key, document)
            # What is held is written like one that says whose it is.
            self._last[key] = document if said == key else last
        ended = self._ended(document)
        for key in ended:
            if key in fed:
                holder, name = fed[key]
                held = await self.outputs.finish(key)
                holder[name] += held
                changed |= bool(held)
                self._forget(key)
        before += await self._held([key for key in ended if key not in fed])
        return [*before, document] if changed or before else None

    def _key(self, said: _Key) -> _Key:
        """The text of a piece. One that does not say whose it is goes on with the last that did."""
        begin = said._replace(of=None)
        if said.of is None:
            return self._named.get(begin, said)
        self._named[begin] = said
        return said

    async def _room(self, fed: Container[_Key]) -> list[Any]:
        """Ends texts until another one may begin, but for those of the present document."""
        documents: list[Any] = []
        # Data that is no JSON and a text that is there as a whole have their places as well.
        most = min(_MOST, self.outputs.most - 3)
        while len(self._last) >= max(most, 1) and (oldest := next(iter(self._last))) not in fed:
            documents += await self._held([oldest])
        return documents

    def _forget(self, key: _Key) -> Any:  # noqa: ANN401  # any JSON value
        """Forgets a text that has ended; its last document."""
        begin = key._replace(of=None)
        if self._named.get(begin) == key:
            del self._named[begin]
        return self._last.pop(key, None)

    async def before(self, document: Any) -> list[Any]:  # noqa: ANN401  # any JSON value
        """What comes before a document without a piece."""
        return await self._held(self._ended(document))

    def _ended(self, document: Any) -> list[_Key]:  # noqa: ANN401  # any JSON value
        """The texts that end with a document: all, or those of what it is a part of."""
        if chunk := _last_chunk(document):
            return [key for key in self._last if key.of == _id(chunk) and key.place[:1] != ("candidates",)]
        if not isinstance(document, dict):
            return []
        if "messageStop" in document or isinstance(stop := document.get("contentBlockStop"), dict):
            keys = self._of(None if "messageStop" in document else _id(stop, "contentBlockIndex"))
            return [key for key in keys if key.place[:1] == ("contentBlockDelta",)]
        if finished := _finished(document):
            return [key for key in self._last if key.place[:1] == ("candidates",) and key.of in finished]
        if _is_done(document):
            return self._of(_owner(document))
        *first, last = _words(document)
        if not first or last not in _ENDS:
            return []
        keys = self._of(_owner(document))
        return [key for key in keys if isinstance(one := self._last[key], dict) and _words(one)[:-1] == first]

    def _of(self, owner: str | int | None) -> list[_Key]:
        """The texts that are a part of this, or do not say of what."""
        return [key for key in self._last if owner is None or key.of is None or key.of == owner]

    async def _held(self, keys: list[_Key]) -> list[Any]:
        """Documents with what is held of texts that have ended."""
        documents: list[Any] = []
        for key in keys:
            held, last = await self.outputs.finish(key), self._forget(key)
            if held:
                document = _with(last, key._replace(event=None), held) if key.place else held
                documents.append(Held(document, key.event))
            if self.blocked():
                break
        return documents

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        return await self._held(list(self._last))

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        return []


def _last_chunk(document: Any) -> dict[str, Any] | None:  # noqa: ANN401  # any JSON value
    """The chunk of a message of LangGraph's, if it is the last of its message."""
    value = document.get("data") if isinstance(document, dict) else document
    if isinstance(value, list) and value and not isinstance(value[0], dict):
        value = next((one for one in value[1:3] if isinstance(one, list)), None)
    chunk = value[0] if isinstance(value, list) and value else None
    return chunk if isinstance(chunk, dict) and chunk.get("chunk_position") == "last" else None


def _is_done(document: dict[str, Any]) -> bool:
    return document.get("done") is True or document.get("finish_reason") is not None


def ends(event: str | None) -> bool:
    """Whether the name of an event says that all texts have ended."""
    return event is not None and event.lower() in _ENDS


def is_last(document: Any) -> bool:  # noqa: ANN401  # any JSON value
    """Whether a document says that all texts have ended."""
    return isinstance(document, dict) and (_is_done(document) or _type(document).lower() in _ENDS)


def _finished(document: dict[str, Any]) -> set[str | int | None]:
    """Those of Gemini's candidates after which nothing follows."""
    candidates = document.get("candidates")
    return {
        name_of(one.get("index", 0))
        for one in (candidates if isinstance(candidates, list) else ())
        if isinstance(one, dict) and one.get("finishReason") is not None
    }


def _type(document: dict[str, Any]) -> str:
    """The type of an event, which LangChain's have as a name, and OpenAI's threads as that of an object."""
    return next((one for one in map(document.get, ("type", "event", "object")) if isinstance(one, str)), "")


def _words(document: dict[str, Any]) -> list[str]:
    """The words of a document's type."""
    return _WORD.split(_type(document).lower())


def _owner(document: dict[str, Any]) -> str | int | None:
    """What a document is a part of, if it says so."""
    kind = _type(document)
    names = (*_OWNERS, *next((names for types, names in _OF_TYPES if types.fullmatch(kind)), ()))
    return next((one for one in (_id(document, name) for name in names) if one is not None), None)


def _id(document: Any, name: str = "id") -> str | int | None:  # noqa: ANN401  # any JSON value
    """An id, which an empty one is not."""
    value = document.get(name) if isinstance(document, dict) else None
    return None if value == "" else name_of(value)


def _with(document: Any, key: _Key, text: str) -> Any:  # noqa: ANN401  # any JSON value
    """A copy that says this text, and nothing of what it said."""
    copy = deepcopy(document)
    for other, holder, name in pieces(copy):
        holder[name] = text if other == key else ""
        if other == key:
            text = ""
    return copy


def pieces(document: Any) -> Pieces:  # noqa: ANN401  # any JSON value
    """The pieces of texts in a document."""
    found: Pieces = []
    if isinstance(document, list):
        _note_chunk(found, document)
    elif isinstance(document, dict):
        kind, of = _kind(document), _owner(document)
        sound = is_sound(document.get("type"))
        for name, value in document.items():
            if isinstance(value, str):
                if name not in _NAMES or (sound and name in _SAMPLES) or _is_whole(name, value):
                    continue
                found.append((_Key((name,), kind, of), document, name))
            elif isinstance(value, dict | list):
                for place in _NESTED.get(name, ()):
                    _note(found, value, (name, *place), 1, kind, of)
                if name == "candidates" and isinstance(value, list):
                    found += _parts(value)
    return found


def _note_chunk(found: Pieces, document: list[Any]) -> None:
    """Notes the text of a chunk of LangGraph's, which the name of a part and of its mode may come before."""
    owner = _id(document[0]) if document else None
    for place in _CHUNK:
        _note(found, document, place, 0, None, owner)
        for position, value in enumerate(document[1:3], 1):
            _note(found, value, (position, *place), 1)


def _is_whole(name: str, text: str) -> bool:
    return name in _WRAPPERS and text.startswith("{") and text.endswith("}") and is_json(text)


def _note(
    found: Pieces,
    value: Any,  # noqa: ANN401  # any JSON value
    place: Steps,
    depth: int,
    kind: str | None = None,
    of: str | int | None = None,
) -> None:
    """Notes the text that stands at a place, if there is one; `value` is what its first steps lead to."""
    holder = value
    for step in place[depth:]:
        holder = value
        if of is None and isinstance(value, dict):
            of = _id(value, "id" if value.get("type") == "AIMessageChunk" else "contentBlockIndex")
        if isinstance(step, str):
            value = holder.get(step) if isinstance(holder, dict) else None
        else:
            value = holder[step] if isinstance(holder, list) and len(holder) > step else None
    if isinstance(value, str):
        found.append((_Key(place, kind, of), holder, place[-1]))


def _kind(document: dict[str, Any]) -> str | None:
    """The type of an event, if it says which text the event is a piece of."""
    words = _words(document)
    return _type(document) if len(words) > 1 and words[-1] in _GOES_ON else None


def _parts(candidates: list[Any]) -> Iterator[tuple[_Key, Any, str]]:
    """The pieces in Gemini's chunks: what it says and what it thinks, of each candidate."""
    for candidate in candidates:
        content = candidate.get("content") if isinstance(candidate, dict) else None
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                name = "thought" if part.get("thought") is True else "text"
                yield _Key(("candidates", name), None, name_of(candidate.get("index", 0))), part, "text"
