"""What the keys of messages and their parts say about what stands under them."""

from __future__ import annotations

from enum import Enum, auto

from pyshield._messages.roles import Role

__all__ = ["Under", "under"]

_RETURNED_OPAQUE = frozenset(
    {
        "name",
        "type",
        "role",
        "id",
        "index",
        "tool_call_id",
        "tool_use_id",
        "toolUseId",
        "call_id",
        "item_id",
        "response_id",
        "file_id",
        "container_id",
        "url",
        "uri",
        "image_url",
        "file_url",
        "file_uri",
        "fileUri",
        "data",
        "blob",
        "b64_json",
        "file_data",
        "mime_type",
        "mimeType",
        "media_type",
        "signature",
        "encrypted_content",
        "encrypted_index",
        "encrypted_stdout",
        "cache_control",
    }
)
"""Keys of what is no text inside of what a tool returned, where a status, say, is the tool's word."""

_OPAQUE = _RETURNED_OPAQUE | {
    "object",
    "model",
    "created",
    "created_at",
    "status",
    "phase",
    "namespace",
    "container",
    "server_label",
    "server_name",
    "approval_request_id",
    "format",
    "detail",
    "thought_signature",
    "thoughtSignature",
    "logprobs",
    "finish_reason",
    "stop_reason",
    "stop_sequence",
    "usage",
    "usage_metadata",
    "response_metadata",
    "artifact",
    "block_type",
}

_URLS = frozenset({"url", "uri", "image_url", "file_url", "file_uri", "fileUri", "data", "file_data"})

_ARGUMENTS = frozenset({"arguments", "args", "input", "action", "code", "operation"})
_RETURNED = frozenset({"functionResponse", "function_response", "toolResult"})
_DATA = frozenset({"response", "structuredContent", "structured_content", "json"})
_CALL_RETURNED = frozenset({"output", "outputs", "results", "error"})


class Under(Enum):
    """What stands under a key."""

    PART = auto()
    """More of the message."""
    NOTHING = auto()
    """No text."""
    NAME = auto()
    """A name: text if it does not look like one."""
    URL = auto()
    """An address, which may hold a text itself."""
    ARGUMENTS = auto()
    """What is handed to a tool."""
    DATA = auto()
    """Data in a tool's own shape."""
    RETURNED = auto()
    """What a tool returned."""


def under(key: object, kind: object, role: Role, *, inside: bool = False) -> Under:
    """What stands under a key.

    Args:
        key: The key.
        kind: The `type` of what has the key.
        role: Whose it is.
        inside: Whether that is a part of a message.
    """
    if not isinstance(key, str):
        return Under.PART
    if key in (_RETURNED_OPAQUE if inside and role is Role.TOOL else _OPAQUE):
        return _opaque(key, kind)
    if key in _RETURNED or (key in _CALL_RETURNED and role is Role.TOOL_CALL):
        return Under.RETURNED
    if key in _ARGUMENTS and role in {Role.ASSISTANT, Role.TOOL_CALL}:
        return Under.ARGUMENTS
    return Under.DATA if key in _DATA and role is Role.TOOL else Under.PART


def _opaque(key: str, kind: object) -> Under:
    """What stands under a key that no text stands under as a rule."""
    if key == "data" and kind == "text":
        # Documents of Anthropic's hold text there, pictures and files what is none.
        return Under.PART
    if key == "name":
        return Under.NAME
    return Under.URL if key in _URLS else Under.NOTHING
