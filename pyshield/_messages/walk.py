"""All texts of a conversation, each with who says it and where it stands.

There is one rule and no table of known parts: every string is text, but for those under keys that name things
(`id`, `type`, `url`, …) or hold what is not text (`data`, `signature`, …). In what is handed to a tool, or
comes of one as data, keys are the tool's own: there, every string is scanned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pyshield._messages.arguments import is_json, literals, plain_key, unescaped
from pyshield._messages.nodes import children, field, is_leaf, is_stream
from pyshield._messages.roles import Role, part_role, role_named, role_of_item
from pyshield.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyshield._messages.nodes import Path
    from pyshield._messages.policy import MessagePolicy

__all__ = ["Slot", "Walk"]

_OPAQUE = frozenset(
    {
        "type",
        "role",
        "id",
        "index",
        "object",
        "model",
        "created",
        "created_at",
        "status",
        "phase",
        "name",
        "namespace",
        "tool_call_id",
        "tool_use_id",
        "call_id",
        "item_id",
        "response_id",
        "container",
        "container_id",
        "file_id",
        "server_label",
        "server_name",
        "approval_request_id",
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
        "format",
        "detail",
        "signature",
        "thought_signature",
        "thoughtSignature",
        "encrypted_content",
        "encrypted_index",
        "encrypted_stdout",
        "logprobs",
        "finish_reason",
        "stop_reason",
        "stop_sequence",
        "cache_control",
        "usage",
        "usage_metadata",
        "response_metadata",
        "artifact",
        "block_type",
    }
)
_ARGUMENTS = frozenset({"arguments", "args", "input", "action", "code", "operation"})
_RETURNED = frozenset({"output", "outputs", "results", "functionResponse", "function_response"})
_DATA = frozenset({"response", "structuredContent", "structured_content"})
_DEEPEST = 64
_NODES_PER_TEXT = 16


class Slot(NamedTuple):
    """A text of a conversation.

    Attributes:
        message: The index of its message.
        role: Who says it.
        path: Where it stands in the message; within JSON, where in there.
        text: The text.
        home: Where the string stands that it is, or that it is inside of; `None` if it cannot be rewritten.
        span: Where it stands in that string if that is JSON.
    """

    message: int
    role: Role
    path: Path
    text: str
    home: Path | None
    span: tuple[int, int] | None = None


class Walk:
    """Collects the texts of messages, within bounds.

    Args:
        policy: The bounds.
        max_text_bytes: The longest text, in bytes of UTF-8.

    Attributes:
        slots: The texts so far.
        roles: The role of each message so far.
    """

    def __init__(self, policy: MessagePolicy, max_text_bytes: int) -> None:
        self.slots: list[Slot] = []
        self.roles: list[Role] = []
        self._policy = policy
        self._longest = max_text_bytes
        self._bytes = 0
        self._nodes = 0

    def message(self, message: object) -> None:
        """Takes the next message.

        Raises:
            MessageError: If it has no role, or a bound is passed.
        """
        index = len(self.roles)
        if index >= self._policy.max_messages:
            self._over("max_messages")
        name = field(message, "role")
        name = getattr(name, "value", name)
        role = role_named(name) if isinstance(name, str) else role_of_item(field(message, "type"))
        if role is None:
            raise MessageError(
                f"messages[{index}]: expected a message with a role and content,"
                f" got a {type(message).__name__} without a role",
                index,
            )
        self.roles.append(Role.ASSISTANT if role is Role.TOOL_CALL else role)
        self._inside(message, (), role)

    @property
    def _at(self) -> int:
        """The index of the message that is walked."""
        return len(self.roles) - 1

    def charge(self, size: int) -> None:
        """Counts bytes that are to be scanned as well.

        Raises:
            MessageError: If they are too many.
        """
        self._bytes += size
        if self._bytes > self._policy.max_bytes:
            self._over("max_bytes")

    def _over(self, bound: str) -> NoReturn:
        most = getattr(self._policy, bound)
        at = len(self.roles) - (bound != "max_messages")
        raise MessageError(
            f"messages[{at}]: the conversation has more than {most} {bound.removeprefix('max_')}"
            f" (messages.{bound})",
            at,
            "limit",
        )

    def _enter(self, path: Path, node: object = None) -> None:
        self._nodes += 1
        at = self._at
        if len(path) > _DEEPEST:
            raise MessageError(f"messages[{at}]: is nested deeper than {_DEEPEST}", at, "limit")
        if self._nodes > self._policy.max_texts * _NODES_PER_TEXT:
            self._over("max_texts")
        if is_stream(node):
            kind = type(node).__name__
            raise MessageError(f"messages[{at}]: holds a {kind}; expected text, a list or a mapping", at)

    def _inside(self, node: object, path: Path, role: Role) -> None:
        """Takes what is inside a message, or inside a part of one."""
        self._enter(path, node)
        kind = field(node, "type")
        if path:
            role = part_role(kind, role)
        for key, child in children(node):
            where = (*path, key)
            if isinstance(key, str):
                if key in _OPAQUE and not (key == "data" and kind == "text"):
                    continue
                if key in _RETURNED and (
                    role is Role.TOOL_CALL or key not in {"output", "outputs", "results"}
                ):
                    self._value(child, where, Role.TOOL)
                    continue
                if key in _ARGUMENTS and role in {Role.ASSISTANT, Role.TOOL_CALL}:
                    self._arguments(child, where)
                    continue
                if key in _DATA and role is Role.TOOL and not isinstance(child, str):
                    self._data(child, where, role)
                    continue
            self._value(child, where, role)

    def _value(self, node: object, path: Path, role: Role) -> None:
        if isinstance(node, str):
            self._text(Slot(self._at, role, path, node, path))
        elif not is_leaf(node):
            self._inside(node, path, role)

    def _arguments(self, node: object, path: Path) -> None:
        """Takes what an assistant hands to a tool: JSON in a string, or as data."""
        if not isinstance(node, str):
            self._data(node, path, Role.TOOL_CALL)
        elif is_json(node):
            self._document(node, path)
        else:
            self._value(node, path, Role.TOOL_CALL)
            if "\\" in node:
                self._text(Slot(self._at, Role.TOOL_CALL, path, unescaped(node), None))

    def _document(self, raw: str, path: Path) -> None:
        keys: dict[str, None] = {}
        for literal in literals(raw):
            where = (*path, *literal.path)
            self._enter(where)
            if literal.is_key:
                keys[literal.text] = None
            else:
                span = (literal.start, literal.end)
                self._text(Slot(self._at, Role.TOOL_CALL, where, literal.text, path, span))
        self._keys(keys, path, Role.TOOL_CALL)

    def _data(self, node: object, path: Path, role: Role) -> None:
        """Takes data of a tool's own shape, in which every string is text."""
        keys: dict[str, None] = {}
        todo: list[tuple[Path, object]] = [(path, node)]
        while todo:
            where, one = todo.pop()
            if isinstance(one, str):
                self._text(Slot(self._at, role, where, one, where))
            elif not is_leaf(one):
                self._enter(where, one)
                inside = list(children(one))
                todo += (((*where, key), child) for key, child in reversed(inside))
                keys |= dict.fromkeys(key for key, _ in inside if isinstance(key, str))
        self._keys(keys, path, role)

    def _keys(self, keys: Iterable[str], path: Path, role: Role) -> None:
        # What keys say is scanned but not rewritten, which would make it another call.
        said = "\n".join(key for key in keys if not plain_key(key))
        self._text(Slot(self._at, role, path, said, None))

    def _text(self, slot: Slot) -> None:
        if not slot.text:
            return
        self._nodes += 1
        if len(self.slots) >= self._policy.max_texts:
            self._over("max_texts")
        try:
            size = len(slot.text) if slot.text.isascii() else len(slot.text.encode())
        except UnicodeEncodeError:
            reason = "holds half of a surrogate pair"
            raise MessageError(f"messages[{slot.message}]: {reason}", slot.message, "text") from None
        if size > self._longest:
            reason = f"a text is longer than {self._longest} bytes (limits.max_text_bytes)"
            raise MessageError(f"messages[{slot.message}]: {reason}", slot.message, "limit")
        self.charge(size)
        # A `str` of a class of its own may say something else elsewhere.
        self.slots.append(slot if type(slot.text) is str else slot._replace(text=str.__str__(slot.text)))
