"""What the log says once: of settings that are taken as they are, and do less than they seem to."""

from __future__ import annotations

__all__ = ["told_if_empty", "told_once"]

_MOST = 256
"""How much is remembered; what is new after that is not said."""

_told: set[str] = set()


def told_once(words: str) -> None:
    """Logs a warning that this process has not logged yet.

    Args:
        words: What it says, of declarations alone.
    """
    if words in _told or len(_told) >= _MOST:
        return
    from logging import getLogger

    _told.add(words)
    getLogger("pyshield").warning("%s", words)


def told_if_empty(owner: str, field: str, given: tuple[str, ...]) -> None:
    """Tells of an empty list that llm-guard takes too, with which every text passes."""
    if not given:
        told_once(f"{owner}: {field}: is empty, so that every text passes")
