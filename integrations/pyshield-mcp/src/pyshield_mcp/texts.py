"""The texts of requests and results, where MCP has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Text", "TooDeepError", "of_request", "of_result"]

_DEEPEST = 64


class TooDeepError(ValueError):
    """A value is nested more deeply than is scanned."""


class Text(NamedTuple):
    """A text, and where it stands.

    Attributes:
        holder: The object or list that holds it.
        key: Where it does.
    """

    holder: Any
    key: Any

    @property
    def text(self) -> str:
        """The text."""
        return self.holder[self.key]  # type: ignore[no-any-return]  # only strings are noted

    def put(self, text: str) -> None:
        """Puts another in its place."""
        self.holder[self.key] = text


def of_request(params: Mapping[str, Any]) -> Iterator[Text]:
    """What a tool or a prompt is called with: every string of its arguments, at any depth.

    Raises:
        TooDeepError: If they are nested too deeply.
    """
    yield from _strings(params, "arguments", 0)


def of_result(method: str, result: dict[str, Any]) -> Iterator[Text]:
    """What a model may be given of a result.

    Raises:
        TooDeepError: If it is nested too deeply.
    """
    match method:
        case "tools/call":
            yield from _blocks(result.get("content"))
            yield from _strings(result, "structuredContent", 0)
        case "prompts/get":
            yield from _strings(result, "description", 0)
            for message in _list(result.get("messages")):
                if isinstance(message, dict):
                    yield from _blocks([message.get("content")])
        case "resources/read":
            for contents in _list(result.get("contents")):
                if isinstance(contents, dict):
                    yield from _strings(contents, "text", 0)


def _blocks(blocks: Any) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    """The texts of content blocks: text, embedded resources, and what links say of what they lead to."""
    for block in _list(blocks):
        if not isinstance(block, dict):
            continue
        for name in ("text", "title", "description"):
            yield from _strings(block, name, 0)
        if isinstance(block.get("resource"), dict):
            yield from _strings(block["resource"], "text", 0)
        # What a tool gave back in a conversation that the server asks a model to go on with.
        if block.get("type") in ("tool_result", "tool_use"):
            for name in ("structuredContent", "input"):
                yield from _strings(block, name, 0)
            yield from _blocks(block.get("content"))


def _list(value: Any) -> list[Any]:  # noqa: ANN401  # any JSON value
    return value if isinstance(value, list) else []


def _strings(holder: Any, key: Any, depth: int) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    if depth > _DEEPEST:
        raise TooDeepError("nested too deeply to be scanned")
    value = holder[key] if isinstance(holder, list) else holder.get(key)
    if isinstance(value, str):
        if value:
            yield Text(holder, key)
    elif isinstance(value, dict | list):
        for below in list(value) if isinstance(value, dict) else range(len(value)):
            yield from _strings(value, below, depth + 1)
