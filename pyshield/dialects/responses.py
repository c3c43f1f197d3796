"""OpenAI's responses: typed events with deltas, and events that repeat whole texts.

What a `….done`, `output_item.done` or `response.completed` event repeats is scanned again as a whole, which
gives what the deltas gave. A response that was cut off ends with `response.incomplete`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield._texts import DEEPEST
from pyshield.dialects.base import Dialect, Document, name_of
from pyshield.errors import TextError

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Responses"]

_Key: TypeAlias = "tuple[Any, ...]"

_PLACE = ("item_id", "output_index", "content_index", "summary_index")
"""Members that tell one text of a response from another."""

_TEXTS = frozenset({"text", "arguments", "refusal", "transcript", "input", "code"})
"""Members of items and parts that are text."""


class Responses(Dialect):
    """See the module."""

    __slots__ = ("_inserted", "_last", "_response")

    typed = True

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        self._response: Document = {}
        # The last delta of each text, to write what is held of it like.
        self._last: dict[_Key, Document] = {}
        # By how much events are numbered higher because of those that were put in or left out.
        self._inserted = 0

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
        if kind.endswith(".delta") and isinstance(document.get("delta"), str):
            documents = await self._delta(kind.removesuffix(".delta"), document)
        else:
            documents = await self._other(kind, document)
        if self.outputs.blocked:
            documents += self.cut()
        number = document.get("sequence_number")
        if isinstance(number, int):
            for position, one in enumerate(documents):
                one["sequence_number"] = number + self._inserted + position
            self._inserted += len(documents) - 1
        return documents

    async def _delta(self, text: str, document: Document) -> list[Any]:
        key = (text, *(name_of(document.get(member)) for member in _PLACE))
        document["delta"] = await self.outputs.feed(key, document["delta"])
        document.pop("logprobs", None)  # they spell the text out once more
        self._last[key] = {**document, "delta": ""}
        return [document] if document["delta"] else []

    async def _other(self, kind: str, document: Document) -> list[Any]:
        response = document.get("response")
        if isinstance(response, dict):
            self._response = response
        text = kind.removesuffix(".done")
        held = []
        if text != kind:
            key = (text, *(name_of(document.get(member)) for member in _PLACE))
            held = await self._held(key)
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            held = await self._rest()
        if self.outputs.blocked:
            return held
        return held + await self._with_repeated(document)

    async def _with_repeated(self, document: Document) -> list[Any]:
        await self._repeated(document, 0)
        return [] if self.outputs.blocked else [document]

    async def _held(self, key: _Key) -> list[Any]:
        held = await self.outputs.finish(key)
        last = self._last.pop(key, None)
        return [{**last, "delta": held}] if held and last is not None else []

    async def _repeated(self, value: Any, depth: int) -> None:  # noqa: ANN401  # any JSON value
        """Scans the texts that an event repeats."""
        if self.outputs.blocked:
            return
        if depth > DEEPEST:
            raise TextError(
                f"an event is nested more than {DEEPEST} levels deep, so that it cannot be scanned"
            )
        if isinstance(value, list):
            for item in value:
                await self._repeated(item, depth + 1)
        elif isinstance(value, dict):
            value.pop("logprobs", None)
            for name, member in value.items():
                if name in _TEXTS and isinstance(member, str):
                    value[name] = await self.outputs.whole(member)
                elif name not in ("instructions", "tools", "metadata"):
                    await self._repeated(member, depth + 1)

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents = await self._rest()
        return documents + self.cut() if self.outputs.blocked else documents

    async def _rest(self) -> list[Any]:
        documents: list[Any] = []
        for key in list(self._last):
            documents += await self._held(key)
            if self.outputs.blocked:
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
