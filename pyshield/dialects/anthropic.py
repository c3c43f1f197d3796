"""Anthropic's messages: blocks of content, each with deltas of its own kind.

A message that was cut off ends its open blocks, says `refusal` for a reason, and stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._texts import strings
from pyshield.dialects.base import Dialect, Document, name_of

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Anthropic"]

_DELTAS = {"text_delta": "text", "input_json_delta": "partial_json", "thinking_delta": "thinking"}
"""Kinds of deltas that are text, and the member that is."""

_WHOLE = ("text", "thinking", "input")
"""Members of blocks that hold texts."""

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
        if not isinstance(document, dict):
            return None
        index = name_of(document.get("index", 0))
        match document.get("type"):
            case "message_start":
                return await self._message(document)
            case "content_block_start":
                self._blocks[index] = None
                return await self._begin(index, document)
            case "content_block_delta":
                return await self._delta(index, document)
            case "content_block_stop":
                documents = await self._held(index)
                if self.outputs.blocked:
                    return documents + self.cut()
                self._blocks.pop(index, None)
                return [*documents, document]
            case "message_delta" | "message_stop" if self.outputs.open:
                rest = await self.rest()
                return rest if self.outputs.blocked else [*rest, document]
        return None

    async def _message(self, document: Document) -> list[Any] | None:
        """What a message says that begins with its content."""
        message = document.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not content:
            return None
        for block in content if isinstance(content, list) else ():
            for member in _WHOLE if isinstance(block, dict) else ():
                await self._whole(block, member)
        if isinstance(content, str):
            await self._whole(message, "content")
        if not self.outputs.blocked:
            return [document]
        message["content"] = []
        return [document, *self.cut()]

    async def _whole(self, holder: Document, member: str) -> None:
        """Scans every string of a member, at its place."""
        for text in strings(holder, member) if member in holder else ():
            text.put(await self.outputs.whole(text.text))

    async def _begin(self, index: Any, document: Document) -> list[Any] | None:  # noqa: ANN401  # a number
        block = document.get("content_block")
        if not isinstance(block, dict):
            return None
        if block.get("input"):  # a call that is there as a whole
            await self._whole(block, "input")
            if self.outputs.blocked:
                self._blocks.pop(index, None)
                return self.cut()
        for kind, member in _DELTAS.items():
            if isinstance(block.get(member), str) and block[member]:
                block[member] = await self.outputs.feed((index, kind), block[member])
        return [document, *self.cut()] if self.outputs.blocked else [document]

    async def _delta(self, index: Any, document: Document) -> list[Any] | None:  # noqa: ANN401  # a number
        delta = document.get("delta")
        if not isinstance(delta, dict):
            return None
        kind = delta.get("type")
        member = _DELTAS.get(kind) if isinstance(kind, str) else None
        if member is None or not isinstance(delta.get(member), str):
            return None
        self._blocks[index] = None
        if not delta[member]:
            return None
        delta[member] = await self.outputs.feed((index, kind), delta[member])
        documents = [document] if delta[member] else []
        return documents + self.cut() if self.outputs.blocked else documents

    async def _held(self, index: Any) -> list[Any]:  # noqa: ANN401  # as the server numbers
        documents = []
        for key in self.outputs.open:
            if not isinstance(key, tuple) or key[0] != index:
                continue
            held = await self.outputs.finish(key)
            if held:
                delta = {"type": key[1], _DELTAS[key[1]]: held}
                documents.append({"type": "content_block_delta", "index": index, "delta": delta})
        return documents

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents: list[Any] = []
        for index in list(self._blocks):
            documents += await self._held(index)
            if self.outputs.blocked:
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
