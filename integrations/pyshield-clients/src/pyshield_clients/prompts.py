"""Prompts: the texts of a request, wherever the providers' APIs have them.

One walk serves all of them, because what they send is named alike: messages or items with a role, in them
content, which is a text or a list of parts. What is no text (images, sound, files) is not looked into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyshield._texts import DEEPEST, Text
from pyshield_clients.errors import NotGuardable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Said", "last_user", "texts_of"]

_TOP: dict[str, str] = {
    "messages": "user",
    "additional_messages": "user",
    "input": "user",
    "items": "user",
    "prompt": "user",
    "suffix": "user",
    "query": "user",
    "tool_outputs": "tool",
    "instructions": "developer",
    "additional_instructions": "developer",
    "system": "system",
    "prediction": "assistant",
}
"""Members of a request that hold prompts, and the role of a text in them that has none of its own."""

_BELOW = ("thread", "params", "requests", "body")
"""Members of a request that hold requests (batches, runs)."""

_MEMBERS = frozenset(
    {
        *("content", "text", "output", "outputs", "refusal", "thinking", "reasoning", "reasoning_content"),
        *("summary", "arguments", "tool_calls", "function", "function_call", "custom", "code", "logs"),
        *("stdout", "stderr", "results", "queries", "context", "title", "transcript", "error"),
    }
)
"""Members of messages, items and parts that are texts or hold some."""

_ROLES = {"function": "tool", "computer": "tool"}


@dataclass(slots=True, eq=False)
class Said(Text):
    """A text of a request.

    Attributes:
        role: Who says it: `user`, `tool`, `assistant`, `system`, `developer`.
        pointer: Where it is in the request, as a JSON pointer.
    """

    role: str
    pointer: str


def texts_of(body: Any) -> Iterator[Said]:  # noqa: ANN401  # any JSON value
    """The texts of a request.

    Raises:
        NotGuardable: If it is nested too deeply.
    """
    yield from _request(body, "", 0)


def last_user(texts: list[Said]) -> str:
    """What the answer answers: the last text that a user wrote."""
    return next((text.text for text in reversed(texts) if text.role == "user"), "")


def _request(body: Any, pointer: str, depth: int) -> Iterator[Said]:  # noqa: ANN401
    if depth > DEEPEST:
        raise NotGuardable("the request is nested too deeply to be scanned")
    if isinstance(body, list):
        for index, request in enumerate(body):
            yield from _request(request, f"{pointer}/{index}", depth + 1)
    if not isinstance(body, dict):
        return
    for name, role in _TOP.items():
        if name in body:
            yield from _member(body, name, role, pointer, depth)
    if "messages" not in body and isinstance(body.get("role"), str) and "content" in body:
        yield from _member(body, "content", body["role"], pointer, depth)
    for name in _BELOW:
        if isinstance(body.get(name), dict | list):
            yield from _request(body[name], f"{pointer}/{name}", depth + 1)


def _member(holder: Any, key: str | int, role: str, pointer: str, depth: int) -> Iterator[Said]:  # noqa: ANN401
    """The texts of what an object or a list holds at one place."""
    value = holder[key]
    pointer = f"{pointer}/{_escaped(key)}"
    if isinstance(value, str):
        if value:
            yield Said(holder, key, role, pointer)
        return
    if depth > DEEPEST:
        raise NotGuardable("the request is nested too deeply to be scanned")
    if isinstance(value, list):
        for index in range(len(value)):
            yield from _member(value, index, role, pointer, depth + 1)
    elif isinstance(value, dict):
        yield from _object(value, _role(value, role), pointer, depth + 1)


def _object(value: dict[str, Any], role: str, pointer: str, depth: int) -> Iterator[Said]:
    for name, member in value.items():
        if name == "variables" and isinstance(member, dict):  # of a prompt that the provider keeps
            for variable in member:
                yield from _member(member, variable, role, f"{pointer}/variables", depth + 1)
        elif name in _MEMBERS:
            yield from _member(value, name, role, pointer, depth)
        elif name == "input":  # of a tool: any value
            yield from _every(value, name, "assistant" if role == "user" else role, pointer, depth)
        elif name == "source" and isinstance(member, dict):  # of a document
            where = f"{pointer}/source"
            if member.get("type") == "text" and isinstance(member.get("data"), str):
                yield Said(member, "data", role, f"{where}/data")
            elif "content" in member:
                yield from _member(member, "content", role, where, depth + 1)


def _every(holder: Any, key: str | int, role: str, pointer: str, depth: int) -> Iterator[Said]:  # noqa: ANN401
    """Every string of a value."""
    if depth > DEEPEST:
        raise NotGuardable("the request is nested too deeply to be scanned")
    value = holder[key]
    pointer = f"{pointer}/{_escaped(key)}"
    if isinstance(value, str):
        if value:
            yield Said(holder, key, role, pointer)
    elif isinstance(value, dict | list):
        keys: Any = list(value) if isinstance(value, dict) else range(len(value))
        for below in keys:
            yield from _every(value, below, role, pointer, depth + 1)


def _role(value: dict[str, Any], role: str) -> str:
    """Who says what an object holds; what a tool gave back is the tool's, whoever sends it on."""
    named, kind = value.get("role"), value.get("type")
    if isinstance(named, str):
        return _ROLES.get(named, named)
    if not isinstance(kind, str):
        return role
    if kind.endswith(("_output", "tool_result")):
        return "tool"
    if kind.endswith(("_call", "tool_use")) or kind == "reasoning":
        return "assistant"
    return role


def _escaped(key: str | int) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
