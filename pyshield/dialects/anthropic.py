"""Anthropic's messages: blocks of content, each with deltas of its own kind.

A message that was cut off ends its open blocks, says `refusal` for a reason, and stops.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from pyshield.dialects.base import Dialect, Document, name_of
from pyshield.dialects.texts import at, is_name, members, placed

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Anthropic"]

_BEGUN = {"text": "text_delta", "partial_json": "input_json_delta", "thinking": "thinking_delta"}
"""Members with which a block may begin, and the kind of the deltas that go on with them."""

_WHOLE = "citations_delta"
"""The kind of deltas that are no pieces: each is a citation."""

_PARTS = ("content_block", "delta")
"""Members of events that are blocks, or pieces of them."""

_BESIDE = ("type", "estimated_tokens")
"""Members of deltas that say nothing."""

_TYPES = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
    }
)


class Anthropic(Dialect):
    """See the module."""

    __slots__ = ("_blocks",)

    typed = True

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The blocks that have begun and not ended.
        self._blocks: dict[Any, None] = {}

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        kind = document.get("type") if isinstance(document, dict) else None
        return isinstance(kind, str) and kind in _TYPES

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not self.speaks(document):
            return None
        index = name_of(document.get("index", 0))
        kind = document["type"]
        if kind == "content_block_delta" and isinstance(document.get("delta"), dict):
            return await self._delta(index, document)
        if kind == "content_block_start" and isinstance(document.get("content_block"), dict):
            return await self._begin(index, document)
        held: list[Any] = []
        if kind == "content_block_stop":
            held = await self._held(index)
        elif kind in ("message_delta", "message_stop"):
            held = await self.rest()
            if self.blocked():
                return held
        if self.blocked():
            return held + self.cut()
        changed = await self.outputs.put(members(document))
        if self.blocked():
            return held + self._without(document) + self.cut()
        if kind == "content_block_stop":
            self._blocks.pop(index, None)
        return [*held, document] if held or changed else None

    @staticmethod
    def _without(document: Document) -> list[Any]:
        """What is left of an event in which a text was refused: that a message begins."""
        message = document.get("message")
        if document["type"] != "message_start" or not isinstance(message, dict):
            return []
        kept = {name: value for name, value in message.items() if is_name(name)}
        return [{"type": "message_start", "message": {**kept, "content": []}}]

    async def _begin(self, index: Any, document: Document) -> list[Any] | None:  # noqa: ANN401  # a number
        self._blocks[index] = None
        block = document["content_block"]
        begun = [name for name in _BEGUN if isinstance(block.get(name), str)]
        changed = await self.outputs.put(chain(members(document, _PARTS), members(block, begun)))
        if self.blocked():
            self._blocks.pop(index, None)
            return self.cut()
        for name in begun:
            text = block[name]
            block[name] = await self.outputs.feed((index, _BEGUN[name], (name,)), text)
            changed |= block[name] != text
        if self.blocked():
            return [document, *self.cut()]
        return [document] if changed else None

    async def _delta(self, index: Any, document: Document) -> list[Any] | None:  # noqa: ANN401  # a number
        delta: Document = document["delta"]
        kind = name_of(delta.get("type"))
        pieces = list(placed(document, "delta")) if kind != _WHOLE else []
        changed = await self.outputs.put(members(document, () if kind == _WHOLE else _PARTS))
        if self.blocked():
            return self.cut()
        for steps, holder, member in pieces:
            self._blocks[index] = None
            text = holder[member]
            holder[member] = await self.outputs.feed((index, kind, steps), text)
            changed |= holder[member] != text
        if pieces and not any(value for name, value in delta.items() if name not in _BESIDE):
            return self.cut() if self.blocked() else []
        if self.blocked():
            return [document, *self.cut()]
        return [document] if changed else None

    async def _held(self, index: Any) -> list[Any]:  # noqa: ANN401  # as the server numbers
        documents = []
        for key in self.outputs.open:
            if not isinstance(key, tuple) or key[0] != index:
                continue
            held = await self.outputs.finish(key)
            if held:
                delta = {"type": key[1], **at(key[2], held)}
                documents.append({"type": "content_block_delta", "index": index, "delta": delta})
        return documents

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents: list[Any] = []
        for index in list(self._blocks):
            documents += await self._held(index)
            if self.blocked():
                return documents + self.cut()
        return documents

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        blocks, self._blocks = list(self._blocks), {}
        return [
            *({"type": "content_block_stop", "index": index} for index in blocks),
            {
                "type": "message_delta",
                "delta": {"stop_reason": "refusal", "stop_sequence": None},
                "usage": {"output_tokens": 0},
            },
            {"type": "message_stop"},
        ]

    def failed(self) -> list[Any]:
        """See `Dialect`."""
        error = {"type": "api_error", "message": "The response was interrupted."}
        return [{"type": "error", "error": error}]
