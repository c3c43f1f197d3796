"""Paths: where a value is in a JSON document, and how that is written."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Path", "clipped_pointer", "pointer"]

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Keys and indices from the innermost outwards: shared between fields, so a long key is held once."""

_LONGEST_POINTER = 256
"""Code points of a pointer in an answer: its keys are the client's, and as long as the client likes."""


def pointer(path: Path) -> str:
    """The path as a JSON pointer (RFC 6901)."""
    segments: list[str] = []
    while path is not None:
        path, segment = path
        segments.append(str(segment).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{segment}" for segment in reversed(segments))


def clipped_pointer(path: Path) -> str:
    """The path as a JSON pointer, at most 256 code points of it."""
    whole = pointer(path)
    return whole if len(whole) <= _LONGEST_POINTER else whole[: _LONGEST_POINTER - 1] + "…"
