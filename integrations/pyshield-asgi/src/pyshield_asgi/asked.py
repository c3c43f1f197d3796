"""What was asked: the prompt that an answer answers, in the usual shapes of requests.

Some scanners of outputs compare an answer with its prompt. A request says more than that: a system's
instructions, earlier turns. What the last user said is the prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield_asgi._types import Scope

__all__ = ["asked"]

_CONVERSATIONS = ("messages", "input")
_PLACES = ("prompt", "input", "question", "query", "message", "text", "content", "q")
"""Members of objects that are a prompt, the likeliest first."""


def asked(scope: Scope, document: Any) -> str:  # noqa: ANN401, ARG001  # any JSON value
    """What the request asks: its last user's message, else its `prompt`, `question` or the like; or nothing.

    Args:
        scope: The request's scope; not looked at.
        document: The parsed body, the text of a body that is text, or `None`.
    """
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        return ""
    for name in _CONVERSATIONS:
        if isinstance(document.get(name), list):
            said = _last(document[name])
            if said:
                return said
    for name in _PLACES:
        said = _text(document.get(name))
        if said:
            return said
    return ""


def _last(turns: list[Any]) -> str:
    """The last thing that a user said; without roles, the last that anybody did."""
    said = ""
    for turn in turns:
        if isinstance(turn, str):
            said = turn
        elif isinstance(turn, dict) and turn.get("role", "user") == "user":
            said = _text(turn.get("content")) or said
    return said


def _text(content: Any) -> str:  # noqa: ANN401  # any JSON value
    """A string, or the texts of the parts that it is made of."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        return _text(content.get("content")) or _text(content.get("text"))
    if not isinstance(content, list):
        return ""
    parts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(part for part in parts if isinstance(part, str))
