"""All texts of a conversation, each with who says it and where it stands.

There is one rule and no table of known parts: every string is text, but for those under keys that name things
(`id`, `type`, `url`, …) or hold what is not text (`data`, `signature`, …). In what is handed to a tool, or
comes of one as data, keys are the tool's own: there, every string is scanned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

from pyshield._messages.arguments import PAUSE, is_json, literals, plain_key, text_of_url, unescaped
from pyshield._messages.keys import Under, under
from pyshield._messages.nodes import children, field, is_leaf, is_stream
from pyshield._messages.roles import Role, part_role, role_named, role_of_item
from pyshield.errors import MessageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield._messages.nodes import Path
    from pyshield._messages.policy import MessagePolicy

__all__ = ["Slot", "Walk"]

_DEEPEST = 64
_NODES_PER_TEXT = 16
_TURN = 256
"""Texts and parts after which others have a turn."""
_END: Any = object()

Part: TypeAlias = "Iterator[Part | None]"
"""What is inside of a part, one after the other: parts of its own, or nothing where a text has been taken."""

_TEXTS = {"content", "text"}
"""Keys under which every provider has text."""


def _named(path: Path) -> object:
    """The innermost key that is a name."""
    return next((key for key in reversed(path) if isinstance(key, str)), None)


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
        self._steps = 0

    def message(self, message: object) -> Iterator[None]:
        """Takes the next message; whoever asks has a turn now and then.

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
        # Each is what is left of one part; on top is the innermost.
        open_parts: list[Part] = [self._inside(message, (), role)]
        try:
            while open_parts:
                inner = next(open_parts[-1], _END)
                if inner is _END:
                    open_parts.pop()
                elif inner is not None:
                    open_parts.append(inner)
                self._steps += 1
                if self._steps % _TURN == 0:
                    yield
        except RuntimeError:
            raise MessageError(f"messages[{index}]: was changed while it was scanned", index) from None

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
        at = self._at
        if len(path) > _DEEPEST:
            raise MessageError(f"messages[{at}]: is nested deeper than {_DEEPEST}", at, "limit")
        self._count(1)
        if is_stream(node):
            kind = type(node).__name__
            raise MessageError(f"messages[{at}]: holds a {kind}; expected text, a list or a mapping", at)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._policy.max_texts * _NODES_PER_TEXT:
            self._over("max_texts")

    def _inside(self, node: object, path: Path, role: Role) -> Part:
        """Takes what is inside a message, or inside a part of one."""
        self._enter(path, node)
        kind = field(node, "type")
        if path:
            role = part_role(kind, role)
        for key, child in children(node):
            where = (*path, key)
            what = under(key, kind, role, inside=bool(path))
            if what is Under.URL or what is Under.NAME:
                self._beside(child, where, role, what)
            elif what is Under.ARGUMENTS:
                yield self._arguments(child, where)
            elif what is Under.DATA and not isinstance(child, str):
                yield self._data(child, where, role)
            elif what is not Under.NOTHING:
                yield self._value(child, where, Role.TOOL if what is Under.RETURNED else role)

    def _beside(self, node: object, path: Path, role: Role, what: Under) -> None:
        """Takes a name that does not look like one, or the text that an address is."""
        if what is Under.URL:
            url = node if isinstance(node, str) else field(node, "url")
            if isinstance(url, str):
                self._text(Slot(self._at, role, path, text_of_url(url), None))
        elif isinstance(node, str) and not plain_key(node):
            # Of a call it says what is called: to rewrite it would make that another one.
            calls = role in (Role.TOOL_CALL, Role.ASSISTANT)
            self._text(Slot(self._at, role, path, node, None if calls else path))

    def _value(self, node: object, path: Path, role: Role) -> Part | None:
        if isinstance(node, str):
            self._text(Slot(self._at, role, path, node, path))
        elif isinstance(node, bytes | bytearray | memoryview) and _named(path) in _TEXTS:
            # Pictures stand elsewhere; where text belongs, bytes would be text that nobody has read.
            at, kind = self._at, type(node).__name__
            raise MessageError(f"messages[{at}]: holds {kind} in place of text; decode it", at)
        return None if is_leaf(node) else self._inside(node, path, role)

    def _arguments(self, node: object, path: Path) -> Part | None:
        """Takes what an assistant hands to a tool: JSON in a string, or as data."""
        if not isinstance(node, str):
            return self._data(node, path, Role.TOOL_CALL)
        self._measured(node)
        if is_json(node):
            return self._document(node, path)
        if "\\" in node:
            self._text(Slot(self._at, Role.TOOL_CALL, path, unescaped(node), None))
        return self._value(node, path, Role.TOOL_CALL)

    def _document(self, raw: str, path: Path) -> Part:
        keys: dict[str, None] = {}
        for literal in literals(raw):
            if literal is None:
                self._count(PAUSE)
            elif literal.is_key:
                self._enter((*path, *literal.path))
                keys[literal.text] = None
            else:
                where, span = (*path, *literal.path), (literal.start, literal.end)
                self._enter(where)
                self._text(Slot(self._at, Role.TOOL_CALL, where, literal.text, path, span))
            yield None
        self._keys(keys, path, Role.TOOL_CALL)

    def _data(self, node: object, path: Path, role: Role) -> Part:
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
                self._count(len(inside))
                todo += (((*where, key), child) for key, child in reversed(inside))
                keys |= dict.fromkeys(key for key, _ in inside if isinstance(key, str))
            yield None
        self._keys(keys, path, role)

    def _keys(self, keys: Iterable[str], path: Path, role: Role) -> None:
        # What keys say is scanned but not rewritten, which would make it another call.
        said = "\n".join(key for key in keys if not plain_key(key))
        self._text(Slot(self._at, role, path, said, None))

    def _text(self, slot: Slot) -> None:
        if not slot.text:
            return
        if len(self.slots) >= self._policy.max_texts:
            self._over("max_texts")
        self.charge(self._measured(slot.text))
        # A `str` of a class of its own may say something else elsewhere.
        self.slots.append(slot if type(slot.text) is str else slot._replace(text=str.__str__(slot.text)))

    def _measured(self, text: str) -> int:
        """The bytes of a text."""
        try:
            size = len(text) if text.isascii() else len(text.encode())
        except UnicodeEncodeError:
            reason = "holds half of a surrogate pair"
            raise MessageError(f"messages[{self._at}]: {reason}", self._at, "text") from None
        if size > self._longest:
            reason = f"a text is longer than {self._longest} bytes (limits.max_text_bytes)"
            raise MessageError(f"messages[{self._at}]: {reason}", self._at, "limit")
        return size
