"""What becomes of the texts of a message, and the copy of the message in which it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield._messages.arguments import is_json, replaced
from pyshield._messages.nodes import Path, at, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyshield._messages.policy import Decision

__all__ = ["Edit", "edited"]


class Edit(NamedTuple):
    """What becomes of a text.

    Attributes:
        path: Where the string stands that the text is, or that it is inside of.
        span: Where it stands in that string if that is JSON.
        text: What takes its place; `None` if it stays.
        decision: What is to become of it.
        whole: Whether it is no string that could be replaced, but something about all that stands there.
    """

    path: Path
    span: tuple[int, int] | None
    text: str | None
    decision: Decision
    whole: bool = False

    def withheld(self, notice: str) -> Edit:
        """The edit that puts `notice` there instead."""
        return self._replace(text=notice)


def edited(message: Any, edits: Iterable[Edit], index: int) -> Any:  # noqa: ANN401
    """A copy of the message after the edits; the message itself if there is none.

    Raises:
        MessageError: If it cannot be copied.
    """
    strings: dict[Path, list[tuple[int, int, str]]] = {}
    whole: dict[Path, str] = {}
    changes: dict[Path, Any] = {}
    for edit in edits:
        if edit.text is None:
            continue
        if edit.whole:
            whole[edit.path] = edit.text
        elif edit.span is None:
            changes[edit.path] = edit.text
        else:
            strings.setdefault(edit.path, []).append((*edit.span, edit.text))
    for path, spans in strings.items():
        changes[path] = replaced(at(message, path), spans)
    for path, notice in whole.items():
        changes = {other: text for other, text in changes.items() if other[: len(path)] != path}
        changes[path] = _emptied(at(message, path), notice)
    return rewritten(message, changes, index) if changes else message


def _emptied(value: Any, notice: str) -> Any:  # noqa: ANN401
    """Arguments without what was in them, in the shape they had."""
    if not isinstance(value, str):
        return {}
    return "{}" if is_json(value) else notice
