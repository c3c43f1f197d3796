"""Who speaks: roles as the providers name them, and what a message holds that is not its speaker's."""

from __future__ import annotations

from enum import Enum
from typing import Any

__all__ = ["Role", "part_role", "role_named", "role_of_item"]


class Role(Enum):
    """Who speaks, which decides what scans the text."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"
    """What a tool returned, and every document: text that nobody in the conversation wrote."""
    TOOL_CALL = "tool_call"
    """What the assistant hands to a tool."""

    def __str__(self) -> str:
        return self.value


_NAMED = {
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "aimessagechunk": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "chatbot": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_DOCUMENTS = frozenset({"document", "search_result", "resource", "input_file", "file", "mcp_list_tools"})
_RETURNED = ("_result", "_output", "_response")
_CALLERS = frozenset({Role.ASSISTANT, Role.TOOL_CALL})
_CALLS = ("_call", "tool_use", "_approval_request")


def role_named(name: str) -> Role:
    """The role of that name; a name that is not known speaks as a user, so that it is scanned."""
    return _NAMED.get(name.lower(), Role.USER)


def role_of_item(kind: Any) -> Role | None:  # noqa: ANN401  # whatever stands under `type`
    """The role of something without one, by its `type`: LangChain's messages, items of OpenAI's Responses."""
    if not isinstance(kind, str):
        return None
    if kind.lower() in _NAMED:
        return _NAMED[kind.lower()]
    if kind in {"reasoning", "compaction", "item_reference"}:
        return Role.ASSISTANT
    found = part_role(kind, Role.ASSISTANT)
    return None if found is Role.ASSISTANT else found


def part_role(kind: Any, role: Role) -> Role:  # noqa: ANN401  # whatever stands under `type`
    """The role of a part of the type `kind` in a message of `role`."""
    if not isinstance(kind, str):
        return role
    if kind in _DOCUMENTS or kind.endswith(_RETURNED):
        return Role.TOOL
    # Only the assistant calls: nobody else gets other scanners by naming a part like a call.
    return Role.TOOL_CALL if kind.endswith(_CALLS) and role in _CALLERS else role
