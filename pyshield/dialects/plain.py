"""Documents of no dialect that is known: bare strings, and objects with a piece of a text in a usual place.

What else an object says is no piece of anything: each string is scanned for itself, as are those of documents
without a dialect.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyshield._messages.arguments import is_json
from pyshield.dialects.base import Dialect, name_of
from pyshield.dialects.texts import is_sound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.dialects.outputs import Outputs
    from pyshield.dialects.texts import Steps

__all__ = ["Pieces", "Plain", "pieces"]

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

_NESTED: dict[str | int, tuple[Steps, ...]] = {
    "message": (("content",), ("thinking",), ("reasoning",), ("reasoning_content",)),
    "token": (("text",),),
    "chunk": (("content",), ("text",)),
    "data": (("chunk", "content"), ("content",), ("delta",), ("text",), ("token",)),
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
    0: (("content",), ("content", 0, "text")),
}
"""The same further inside: of Cohere, Bedrock, OpenAI's threads, LangGraph and LangChain."""

_SAMPLES = ("data", "delta")
"""Members in which an object that is sound holds it."""

_WRAPPERS = ("data", "message")
"""Members in which an event may hold a document of its own as a string, which is no piece."""

_WORD = re.compile(r"[-_.:/ ]")
_GOES_ON = frozenset({"delta", "content", "chunk", "args"})
"""Last words of the types of events that are pieces: such a type tells one text from others."""

_ENDS = frozenset({"end", "done", "stop", "finish", "finished", "complete", "completed"})
"""Last words of the types of events after which the text of the others with its first words has ended."""


class _Key(NamedTuple):
    """What tells one text from another.

    Attributes:
        place: Where it stands.
        kind: The type of its events, where that says which text it is.
        call: The call that it is a part of, if it is one.
    """

    place: Steps
    kind: str | None = None
    call: str | int | None = None


Pieces: TypeAlias = "list[tuple[_Key, Any, str | int]]"
"""The pieces of a document: of which text, what holds them, and where."""


class Plain(Dialect):
    """See the module."""

    __slots__ = ("_last",)

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The last document of each text that has not ended.
        self._last: dict[_Key, Any] = {}

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        return isinstance(document, str | dict | list)

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not isinstance(document, str):
            return await self.put(document, pieces(document))
        passed = await self.outputs.feed((), document)
        if passed == document:
            return None
        return [passed] if passed else []

    async def put(self, document: Any, found: Pieces) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """As `document`, where its pieces are known."""
        changed = False
        fed: dict[_Key, tuple[Any, str | int]] = {}
        for key, holder, name in found:
            text = holder[name]
            holder[name] = passed = await self.outputs.feed(key, text)
            changed |= passed != text
            fed[key] = holder, name
            self._last[key] = document
        ended = self._ended(document)
        for key in ended:
            if key in fed:
                holder, name = fed[key]
                held = await self.outputs.finish(key)
                holder[name] += held
                changed |= bool(held)
                self._last.pop(key, None)
        before = await self._held([key for key in ended if key not in fed])
        return [*before, document] if changed or before else None

    async def before(self, document: Any) -> list[Any]:  # noqa: ANN401  # any JSON value
        """What comes before a document without a piece."""
        return await self._held(self._ended(document))

    def _ended(self, document: Any) -> list[_Key]:  # noqa: ANN401  # any JSON value
        """The texts that end with a document."""
        if not isinstance(document, dict):
            return []
        if _is_last(document):
            return list(self._last)
        *first, last = _words(document)
        if not first or last not in _ENDS:
            return []
        return [key for key, one in self._last.items() if isinstance(one, dict) and _words(one)[:-1] == first]

    async def _held(self, keys: list[_Key]) -> list[Any]:
        """Documents with what is held of texts that have ended."""
        documents = []
        for key in keys:
            held, last = await self.outputs.finish(key), self._last.pop(key, None)
            if held:
                documents.append(_with(last, key, held))
            if self.blocked():
                break
        return documents

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents = await self._held(list(self._last))
        held = "" if self.blocked() else await self.outputs.finish(())
        return [*documents, held] if held else documents

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        return []


def _is_last(document: dict[str, Any]) -> bool:
    """Whether nothing follows a document."""
    if document.get("done") is True or document.get("finish_reason") is not None:
        return True
    candidates = document.get("candidates")
    return isinstance(candidates, list) and any(
        isinstance(one, dict) and one.get("finishReason") is not None for one in candidates
    )


def _words(document: dict[str, Any]) -> list[str]:
    """The words of a document's type."""
    kind = document.get("type")
    return _WORD.split(kind.lower()) if isinstance(kind, str) else [""]


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
        for place in _NESTED[0] if document else ():
            _note(found, document[0], (0, *place), 1)
    elif isinstance(document, dict):
        kind, call = _kind(document), name_of(document.get("toolCallId"))
        sound = is_sound(document.get("type"))
        for name, value in document.items():
            if isinstance(value, str):
                if name not in _NAMES or (sound and name in _SAMPLES) or _is_whole(name, value):
                    continue
                found.append((_Key((name,), kind, call), document, name))
            elif isinstance(value, dict | list):
                for place in _NESTED.get(name, ()):
                    _note(found, value, (name, *place), 1, kind, call)
                if name == "candidates" and isinstance(value, list):
                    found += _parts(value)
    return found


def _is_whole(name: str, text: str) -> bool:
    return name in _WRAPPERS and text.startswith("{") and text.endswith("}") and is_json(text)


def _note(
    found: Pieces,
    value: Any,  # noqa: ANN401  # any JSON value
    place: Steps,
    depth: int,
    kind: str | None = None,
    call: str | int | None = None,
) -> None:
    """Notes the text that stands at a place, if there is one; `value` is what its first steps lead to."""
    holder = value
    for step in place[depth:]:
        holder = value
        if isinstance(step, str):
            value = holder.get(step) if isinstance(holder, dict) else None
        else:
            value = holder[step] if isinstance(holder, list) and len(holder) > step else None
    if isinstance(value, str):
        found.append((_Key(place, kind, call), holder, place[-1]))


def _kind(document: dict[str, Any]) -> str | None:
    """The type of an event, if it says which text the event is a piece of."""
    words = _words(document)
    return document["type"] if len(words) > 1 and words[-1] in _GOES_ON else None


def _parts(candidates: list[Any]) -> Iterator[tuple[_Key, Any, str]]:
    """The pieces in Gemini's chunks: what it says and what it thinks, of each candidate."""
    for candidate in candidates:
        content = candidate.get("content") if isinstance(candidate, dict) else None
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                name = "thought" if part.get("thought") is True else "text"
                yield _Key(("candidates", name), None, name_of(candidate.get("index", 0))), part, "text"
