"""What is raised where something is refused and the caller asked for an error instead of an answer."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pyshield.errors import ShieldError

__all__ = ["Place", "Refused"]

Place: TypeAlias = Literal["prompt", "answer", "tool_call", "tool_result"]
"""Where a text stands in a conversation."""


class Refused(ShieldError):  # noqa: N818  # the name of the outcome, as pyshield names its errors
    """A text must not pass.

    Args:
        message: Where it stood and who refused it, without a word of it.
        place: Where it stood: `"prompt"`, `"answer"`, `"tool_call"` or `"tool_result"`.
        scanners: Who refused it: class names, with `#2` for the second of a class.
    """

    _details = ("place", "scanners")

    def __init__(self, message: str, place: Place | None = None, scanners: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.place = place
        self.scanners = scanners

    @classmethod
    def at(cls, place: Place, scanners: tuple[str, ...]) -> Refused:
        """The error for a text at a place."""
        who = ", ".join(scanners) or "the policy"
        return cls(f"{place.replace('_', ' ')} refused by {who}", place, scanners)
