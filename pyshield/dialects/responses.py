"""OpenAI's responses: typed events with deltas, and events that repeat whole texts.

What a `….done`, `output_item.done` or `response.completed` event repeats is scanned again as a whole, which
gives what the deltas gave; so is every other text of every event. A response that was cut off ends with
`response.incomplete`.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield.dialects.base import Dialect, Document, name_of
from pyshield.dialects.texts import SETTINGS, at, forget_logprobs, is_name, is_sound, members, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.dialects.outputs import Outputs
    from pyshield.dialects.texts import Place, Steps

__all__ = ["Responses"]

_Key: TypeAlias = "tuple[str, frozenset[tuple[str, Any]], Steps]"
"""A text: the event's name without `.delta`, what tells its place, the steps within its delta."""

_DELTA, _RESPONSE = ("delta",), ("response",)

_ITS_OWN = frozenset({"event_id", "request_id", "trace_id"})
"""Ids that an event has for itself, as in realtime sessions: the next piece of its text has another one."""

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.done"})
"""Events after which nothing comes."""

_HOLDERS = frozenset({"response.output_item", "response.content_part", "response.reasoning_summary_part"})
"""What holds texts of other events, which have ended when it is done."""


class Responses(Dialect):
    """See the module."""

    __slots__ = ("_changed", "_inserted", "_last", "_response")

    typed = True

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        self._response: Document = {}
        # The last delta of each text, to write what is held of it like.
        self._last: dict[_Key, Document] = {}
        # By how much events are numbered higher because of those that were put in or left out.
        self._inserted = 0
        # Whether the present event is not what it was.
        self._changed = False

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        kind = document.get("type") if isinstance(document, dict) else None
        return isinstance(kind, str) and kind.startswith("response.")

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not self.speaks(document):
            return None
        kind: str = document["type"]
        self._changed = False
        if kind.endswith(".delta") and isinstance(document.get("delta"), str | dict | list):
            documents = await self._delta(kind.removesuffix(".delta"), document)
        else:
            documents = await self._other(kind, document)
        if self.blocked():
            documents += self.cut()
        elif len(documents) == 1 and not self._changed and not self._inserted:
            return None
        number = document.get("sequence_number")
        if isinstance(number, int):
            for position, one in enumerate(documents):
                one["sequence_number"] = number + self._inserted + position
            self._inserted += len(documents) - 1
        return documents

    async def _delta(self, text: str, document: Document) -> list[Any]:
        if document.get("logprobs"):
            self._changed |= forget_logprobs(document)
        self._changed |= await self.outputs.put(members(document, _DELTA))
        if self.blocked():
            return []
        if is_sound(text):
            return [document]
        place = _place(document)
        said = [((text, place, steps), holder, member) for steps, holder, member in placed(document, "delta")]
        if not said:
            return [document]
        passed = ""
        for key, holder, member in said:
            before = holder[member]
            holder[member] = now = await self.outputs.feed(key, before)
            self._changed |= now != before
            passed += now
            self._last[key] = document
        return [document] if passed else []

    async def _other(self, kind: str, document: Document) -> list[Any]:
        held: list[Any] = []
        if kind in _ENDS:
            held = await self._rest(_response_id(document))
        elif kind.endswith(".done"):
            held = await self._ended(kind.removesuffix(".done"), _place(document))
        if self.blocked():
            return held
        self._changed |= forget_logprobs(document)
        self._changed |= await self.outputs.put(_wholes(document))
        if self.blocked():
            return held
        response = document.get("response")
        if isinstance(response, dict):
            # What it is ended with says nothing that was written.
            self._response = {
                name: value
                for name, value in response.items()
                if name in SETTINGS or is_name(name) or not isinstance(value, str | list | dict)
            }
        return [*held, document]

    async def _ended(self, text: str, place: frozenset[tuple[str, Any]]) -> list[Any]:
        """What is held of the texts that end with an event: it may tell more of their place, or less."""
        named = dict(place)
        held: list[Any] = []
        for key in list(self._last):
            if (key[0] == text or text in _HOLDERS) and all(
                named.get(name, value) == value for name, value in key[1]
            ):
                held += await self._held(key)
                if self.blocked():
                    break
        return held

    async def _held(self, key: _Key) -> list[Any]:
        held = await self.outputs.finish(key)
        last = self._last.pop(key, None)
        return [{**last, "delta": at(key[2], held)}] if held and last is not None else []

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents = await self._rest()
        return documents + self.cut() if self.blocked() else documents

    async def _rest(self, response: Any = None) -> list[Any]:  # noqa: ANN401  # an id
        """What is held of a response, or of all: a session may have several under way."""
        documents: list[Any] = []
        for key in list(self._last):
            if response is not None and dict(key[1]).get("response_id", response) != response:
                continue
            documents += await self._held(key)
            if self.blocked():
                break
        return documents

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        details = {"reason": "content_filter"}
        # Its output would repeat what was cut off.
        response = {**self._response, "status": "incomplete", "incomplete_details": details, "output": []}
        return [{"type": "response.incomplete", "response": response}]

    def failed(self) -> list[Any]:
        """See `Dialect`."""
        return [
            {
                "type": "error",
                "code": "server_error",
                "message": "The response was interrupted.",
                "param": None,
            }
        ]


def _place(document: Document) -> frozenset[tuple[str, Any]]:
    """What tells one text of a response from another: every index, and every id but the event's own."""
    return frozenset(
        (name, name_of(value))
        for name, value in document.items()
        if value is not None and name.endswith(("_index", "_id")) and name not in _ITS_OWN
    )


def _response_id(document: Document) -> Any:  # noqa: ANN401  # an id
    """Which response an event is about, if it says so."""
    response = document.get("response")
    return name_of(response.get("id")) if isinstance(response, dict) else None


def _wholes(document: Document) -> Iterator[Place]:
    """The texts of an event, but what it repeats of the request."""
    response = document.get("response")
    if not isinstance(response, dict):
        return members(document)
    return chain(members(document, _RESPONSE), members(response, SETTINGS))
