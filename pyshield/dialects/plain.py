"""Documents of no dialect that is known: bare strings, and objects with a text in a usual place."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pyshield.dialects.base import Dialect

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Plain"]

_PLACES = (
    ("message", "content"),
    ("response",),
    ("text",),
    ("delta",),
    ("content",),
    ("token",),
    ("token", "text"),
    ("answer",),
    ("output",),
)
"""Where objects hold a piece of text: Ollama's, those of home-made services."""


class Plain(Dialect):
    """See the module. An object with none of these places passes as it is."""

    __slots__ = ("_last",)

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The last document of each text.
        self._last: dict[tuple[str, ...], Any] = {}

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401, ARG004  # any JSON value
        """Whether it is one of these."""
        return True

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if isinstance(document, str):
            passed = await self.outputs.feed((), document)
            return [passed] if passed else []
        if not isinstance(document, dict):
            return None
        ends = document.get("done") is True or document.get("finish_reason") is not None
        touched = False
        for place in _PLACES:
            holder = _holder(document, place)
            if holder is None or not isinstance(holder.get(place[-1]), str):
                continue
            touched = True
            passed = await self.outputs.feed(place, holder[place[-1]])
            holder[place[-1]] = passed + (await self.outputs.finish(place) if ends else "")
            self._last[place] = document
        if not touched:
            return await self.rest() + [document] if ends else None
        return [document]

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
    for other in _PLACES:
        holder = _holder(copy, other)
        if holder is not None and isinstance(holder.get(other[-1]), str):
            holder[other[-1]] = text if other == place else ""
    return copy


def _holder(document: dict[str, Any], place: tuple[str, ...]) -> dict[str, Any] | None:
    """The object that has the last member of a place."""
    holder: Any = document
    for name in place[:-1]:
        holder = holder.get(name)
        if not isinstance(holder, dict):
            return None
    return holder  # type: ignore[no-any-return]  # a document, or one of its objects
