"""Documents of no dialect that is known: bare strings, and objects with a piece of a text in a usual place.

What else an object says is no piece of anything: each string is scanned for itself, as are those of documents
without a dialect.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pyshield.dialects.base import Dialect
from pyshield.dialects.texts import is_sound

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Plain"]

_PLACES = (
    ("message", "content"),
    ("message", "thinking"),
    ("message", "reasoning"),
    ("message", "reasoning_content"),
    ("response",),
    ("thinking",),
    ("reasoning",),
    ("reasoning_content",),
    ("completion",),
    ("generation",),
    ("text",),
    ("delta",),
    ("content",),
    ("token",),
    ("token", "text"),
    ("answer",),
    ("output",),
)
"""Where objects hold a piece of text: Ollama's, those of home-made services."""


_DELTA = ("delta",)


class Plain(Dialect):
    """See the module."""

    __slots__ = ("_last",)

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The last document of each text.
        self._last: dict[tuple[str, ...], Any] = {}

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        return isinstance(document, str | dict)

    @staticmethod
    def ends(document: dict[str, Any]) -> bool:
        """Whether nothing follows it."""
        return document.get("done") is True or document.get("finish_reason") is not None

    @staticmethod
    def places(document: dict[str, Any]) -> set[tuple[int, str]]:
        """Where it has pieces: the identity of what holds one, and its name."""
        return {(id(holder), place[-1]) for place, holder in _places(document)}

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if isinstance(document, str):
            passed = await self.outputs.feed((), document)
            if passed == document:
                return None
            return [passed] if passed else []
        if not isinstance(document, dict):
            return None
        ends = self.ends(document)
        changed = False
        for place, holder in _places(document):
            text = holder[place[-1]]
            passed = await self.outputs.feed(place, text)
            holder[place[-1]] = passed + (await self.outputs.finish(place) if ends else "")
            changed |= holder[place[-1]] != text
            self._last[place] = document
        return [document] if changed else None

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents: list[Any] = []
        for place in self.outputs.open:
            if not isinstance(place, tuple):  # data that is no JSON
                continue
            held = await self.outputs.finish(place)
            if held and place == ():
                documents.append(held)
            elif held:
                documents.append(_with(self._last[place], place, held))
        return documents

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        return []


def _with(document: dict[str, Any], place: tuple[str, ...], text: str) -> dict[str, Any]:
    """A copy that says this text, and nothing of what it said."""
    copy = deepcopy(document)
    for other, holder in _places(copy):
        holder[other[-1]] = text if other == place else ""
    return copy


def _places(document: dict[str, Any]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Where it has pieces, and what holds them."""
    sound = is_sound(document.get("type"))
    found: list[tuple[tuple[str, ...], dict[str, Any]]] = []
    for place in _PLACES:
        if place[0] in document and not (sound and place == _DELTA):
            holder = _holder(document, place)
            if holder is not None and isinstance(holder.get(place[-1]), str):
                found.append((place, holder))
    return found


def _holder(document: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any] | None:
    """The object that has the last member of a place."""
    holder: Any = document
    for name in place[:-1]:
        holder = holder.get(name)
        if not isinstance(holder, dict):
            return None
    return holder  # type: ignore[no-any-return]  # a document, or one of its objects
