"""The texts of requests and results, where MCP has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._texts import DEEPEST, strings
from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyshield._texts import Text

__all__ = ["of_error", "of_request", "of_result"]


def of_request(params: Mapping[str, Any]) -> Iterator[Text]:
    """What a tool or a prompt is called with: every string of its arguments, at any depth.

    Raises:
        TextError: If they are nested too deeply.
    """
    yield from _strings(params, "arguments")


def of_error(error: Mapping[str, Any]) -> Iterator[Text]:
    """What an error says: its message, and every string of its data.

    Raises:
        TextError: If they are nested too deeply.
    """
    yield from _strings(error, "message")
    yield from _strings(error, "data")


def of_result(method: str, result: dict[str, Any]) -> Iterator[Text]:
    """What a model may be given of a result.

    Raises:
        TextError: If it is nested too deeply.
    """
    match method:
        case "tools/call":
            yield from _blocks(result.get("content"))
            yield from _strings(result, "structuredContent")
        case "prompts/get":
            yield from _strings(result, "description")
            for message in _list(result.get("messages")):
                if isinstance(message, dict):
                    yield from _blocks([message.get("content")])
        case "resources/read":
            for contents in _list(result.get("contents")):
                if isinstance(contents, dict):
                    yield from _strings(contents, "text")


def _blocks(blocks: Any, depth: int = 0) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    """The texts of content blocks: text, embedded resources, and what links say of what they lead to."""
    if depth > DEEPEST:
        raise TextError("content is nested too deeply to be scanned")
    for block in _list(blocks):
        if not isinstance(block, dict):
            continue
        for name in ("text", "title", "description"):
            yield from _strings(block, name)
        if block.get("type") == "resource_link":
            yield from _strings(block, "name")
        if isinstance(block.get("resource"), dict):
            yield from _strings(block["resource"], "text")
        # What a tool gave back in a conversation that the server asks a model to go on with.
        if block.get("type") in ("tool_result", "tool_use"):
            for name in ("structuredContent", "input"):
                yield from _strings(block, name)
            yield from _blocks(block.get("content"), depth + 1)


def _list(value: Any) -> list[Any]:  # noqa: ANN401  # any JSON value
    return value if isinstance(value, list) else []


def _strings(holder: Mapping[str, Any], key: str) -> Iterator[Text]:
    if key in holder:
        yield from strings(holder, key)
