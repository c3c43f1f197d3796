"""The texts in a message, in the arguments of a tool call or in a structured answer, and what replaces them.

`texts` lists the strings of a value, `rebuilt` returns the value with others in their place. What does not
change is the same object afterwards, and nothing is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from langchain_core.messages import BaseMessage

__all__ = [
    "ANSWER",
    "CALLED",
    "CONTENT",
    "REASONED",
    "VALUES",
    "Reading",
    "aside",
    "rebuilt",
    "texts",
    "with_aside",
]

_DEEPEST = 100
"""Levels of nesting that are followed; deeper values are refused, not passed over."""


class Reading(NamedTuple):
    """What of a value is text.

    Attributes:
        unread: Keys that name or hold something that is no text.
        without: Types of content blocks that are left out.
    """

    unread: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()


VALUES = Reading()
"""Arguments and structured answers: every string."""

CONTENT = Reading(
    frozenset({
        "type", "id", "index", "mime_type", "media_type", "base64", "file_id", "url", "image_url",
        "signature", "encrypted_content", "cache_control", "tool_use_id", "tool_call_id",
    })
)  # fmt: skip
"""The content of a message: a string, or blocks."""

ANSWER = CONTENT._replace(
    without=frozenset({
        "tool_use", "tool_call", "tool_call_chunk", "function_call", "invalid_tool_call", "input_json_delta",
        "server_tool_use", "server_tool_call", "server_tool_call_chunk",
    })
)  # fmt: skip
"""The content of an answer, without the tool calls that some providers repeat in it."""


REASONED = frozenset({"reasoning_content", "reasoning", "refusal"})
"""What some providers' answers say beside their content, in `additional_kwargs`."""

CALLED = frozenset({"tool_calls", "function_call"})
"""Calls as some providers wrote them, there too."""


def aside(message: BaseMessage, names: frozenset[str]) -> dict[str, Any]:
    """What an answer says beside its content."""
    return {name: value for name, value in message.additional_kwargs.items() if name in names}


def with_aside(message: BaseMessage, said: Mapping[str, Any]) -> BaseMessage:
    """The message with something else said beside its content; itself if that is what it said."""
    now = message.additional_kwargs
    if all(now.get(name) is value for name, value in said.items()):
        return message
    return message.model_copy(update={"additional_kwargs": {**now, **said}})


def texts(value: Any, reading: Reading) -> list[str]:  # noqa: ANN401  # whatever a tool or a model made
    """The strings in a value, in order, empty ones left out.

    Args:
        value: A string, or anything nested of mappings, lists, tuples, sets, pydantic models and dataclasses.
        reading: What of it is text.

    Raises:
        TextError: If it is nested too deeply to be scanned.
    """
    if isinstance(value, str):  # as most contents are
        return [value] if value else []
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _Walk(note, reading).value(value, 0)
    return found


def rebuilt(value: Any, passed: Mapping[str, str], reading: Reading) -> Any:  # noqa: ANN401
    """The value with each of the strings that `texts` lists replaced by what passed of it.

    Args:
        value: As for `texts`.
        passed: What passed, by text; a text that is not in it stays.
        reading: As for `texts`.
    """

    def swap(text: str) -> str:
        new = passed.get(text, text)
        return text if new == text else new

    return _Walk(swap, reading).value(value, 0)


class _Walk:
    """A way through a value that gives each string to `take` and puts what that returns in its place."""

    __slots__ = ("_reading", "_take")

    def __init__(self, take: Callable[[str], str], reading: Reading) -> None:
        self._take = take
        self._reading = reading

    def value(self, value: Any, depth: int) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return self._take(value) if value else value
        if depth > _DEEPEST:
            raise TextError(f"a value is nested more than {_DEEPEST} levels deep and cannot be scanned")
        if isinstance(value, Mapping):
            changed = self._items(self._read(value), depth)
            return {**value, **changed} if changed else value
        if isinstance(value, list | tuple):
            return self._sequence(value, depth)
        if isinstance(value, set | frozenset):
            members = {item: self.value(item, depth + 1) for item in value}
            same = all(new is old for old, new in members.items())
            return value if same else type(value)(members.values())
        if isinstance(value, BaseModel):
            names = [*type(value).model_fields, *(value.model_extra or ())]
            changed = self._items(self._attributes(value, names), depth)
            return value.model_copy(update=changed) if changed else value
        if is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in fields(value)]
            changed = self._items(self._attributes(value, names), depth)
            return _copied(value, changed) if changed else value
        return value

    def _read(self, value: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
        unread, without = self._reading
        if not unread:
            return value.items()
        kind = value.get("type")
        if isinstance(kind, str) and kind in without:
            return ()
        # `data` is bytes in base64, but for the plain text of a document.
        return (
            (key, item)
            for key, item in value.items()
            if key not in unread and (key != "data" or kind == "text")
        )

    def _attributes(self, value: object, names: Iterable[str]) -> Iterable[tuple[str, Any]]:
        return ((name, getattr(value, name, None)) for name in names if name not in self._reading.unread)

    def _items(self, items: Iterable[tuple[Any, Any]], depth: int) -> dict[Any, Any]:
        """Those that change."""
        changed = {}
        for key, old in items:
            new = self.value(old, depth + 1)
            if new is not old:
                changed[key] = new
        return changed

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any] | tuple[Any, ...]:
        items = [self.value(item, depth + 1) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        if isinstance(value, list):
            return items
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def _copied(value: Any, changed: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """A copy of a dataclass with other fields, also where it is frozen or does not take them."""
    other = copy(value)
    for name, item in changed.items():
        object.__setattr__(other, name, item)
    return other
