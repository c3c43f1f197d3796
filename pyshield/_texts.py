"""Texts of JSON documents, each with where it stands, so that another can be put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEEPEST", "Text", "strings"]

DEEPEST = 64
"""Levels of nesting that are followed; what is deeper is refused, not skipped."""


@dataclass(slots=True, eq=False)
class Text:
    """A text, and where it stands.

    Attributes:
        holder: The object or list that holds it.
        key: Where it does.
    """

    holder: Any
    key: str | int

    @property
    def text(self) -> str:
        """The text."""
        return self.holder[self.key]  # type: ignore[no-any-return]  # only strings are noted

    def put(self, text: str) -> None:
        """Puts another in its place."""
        self.holder[self.key] = text

    def __repr__(self) -> str:
        # Of a text nothing should end up in logs.
        return f"{type(self).__name__}(<{len(self.text)} characters>)"


def strings(holder: Any, key: str | int, depth: int = 0) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    """Every string, but empty ones, of what an object or a list holds at one place; keys are none.

    Args:
        holder: The object or list.
        key: A key that it has.
        depth: How deep it is nested itself.

    Raises:
        TextError: If something is nested more than `DEEPEST` levels deep.
    """
    if depth > DEEPEST:
        raise TextError(f"nested more than {DEEPEST} levels deep, so that it cannot be scanned")
    value = holder[key]
    if isinstance(value, str):
        if value:
            yield Text(holder, key)
    elif isinstance(value, dict | list):
        for below in list(value) if isinstance(value, dict) else range(len(value)):
            yield from strings(value, below, depth + 1)
