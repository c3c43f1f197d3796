"""Prompts: the texts of a request, wherever the providers' APIs have them.

One walk serves all of them, because what they send is named alike: messages or items with a role, in them
content, which is a text or a list of parts. In these every string is a text, by the rule of conversations,
but for those under keys that name things or hold what is no text (images, sound, files): what was put back
into any part of an answer would else go out as it is when the answer is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyshield._messages.arguments import plain_key
from pyshield._messages.keys import Under, under
from pyshield._messages.roles import Role, part_role, role_named
from pyshield._texts import DEEPEST, Text
from pyshield_clients.errors import NotGuardable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Said", "holds_prompts", "last_user", "texts_of"]

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

_BELOW = ("thread", "params", "requests", "body", "session")
"""Members of a request that hold requests (batches, runs, calls)."""

_WRITTEN = frozenset({"content", "text", "input", "prompt", "suffix", "query"})
"""Keys of what a user writes; others hold names, titles and the like."""

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


def holds_prompts(name: str) -> bool:
    """Whether prompts stand in the member of a request that has this name, or below it."""
    return name in _TOP or name in _BELOW


def last_user(texts: list[Said]) -> str:
    """What the answer answers: the last text that a user wrote, not a name or a title beside it."""
    said = [text for text in texts if text.role == "user"]
    written = [text for text in said if isinstance(text.key, int) or text.key in _WRITTEN]
    return next((text.text for text in reversed(written or said)), "")


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
        yield from _member(body, "content", body["role"], pointer, depth, inside=True)
    for name in _BELOW:
        if isinstance(body.get(name), dict | list):
            yield from _request(body[name], f"{pointer}/{name}", depth + 1)


def _member(
    holder: Any,  # noqa: ANN401
    key: str | int,
    role: str,
    pointer: str,
    depth: int,
    *,
    inside: bool = False,
) -> Iterator[Said]:
    """The texts of what an object or a list holds at one place; `inside`: of a message."""
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
            yield from _member(value, index, role, pointer, depth + 1, inside=inside)
    elif isinstance(value, dict):
        yield from _object(value, _role(value, role), pointer, depth + 1, inside=inside)


def _object(value: dict[str, Any], role: str, pointer: str, depth: int, *, inside: bool) -> Iterator[Said]:
    who, kind = role_named(role), value.get("type")
    if part_role(kind, who) is Role.TOOL_CALL:
        who = Role.TOOL_CALL  # which holds what came of it, too
    for name, member in value.items():
        what = under(name, kind, who, inside=inside)
        if name == "variables" and isinstance(member, dict):  # of a prompt that the provider keeps
            for variable in member:
                yield from _member(member, variable, role, f"{pointer}/variables", depth + 1, inside=True)
        elif what is Under.NAME:
            # To rewrite what an assistant calls would make it another call.
            if role != "assistant" and isinstance(member, str) and member and not plain_key(member):
                yield Said(value, name, role, f"{pointer}/{_escaped(name)}")
        elif what in (Under.URL, Under.NOTHING) or name.endswith(("_id", "_ids")):
            continue
        elif what is Under.RETURNED:
            yield from _member(value, name, "tool", pointer, depth, inside=True)
        elif name == "input" or what in (Under.ARGUMENTS, Under.DATA):  # a tool's own: any value
            calls = name == "input" and role == "user"
            yield from _every(value, name, "assistant" if calls else role, pointer, depth)
        else:
            yield from _member(value, name, role, pointer, depth, inside=True)


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
    if kind.endswith(("_output", "tool_result")) or kind == "mcp_list_tools":
        return "tool"
    if kind.endswith(("_call", "tool_use")) or kind == "reasoning":
        return "assistant"
    return role


def _escaped(key: str | int) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
