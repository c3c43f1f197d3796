"""ReadingTime: outputs that take too long to read."""

from __future__ import annotations

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner

__all__ = ["ReadingTime"]

_MOST_MINUTES = 1e9


class ReadingTime(OutputScanner):
    """Refuses outputs that take longer to read than allowed, at 200 words a minute.

    Args:
        max_time: Minutes allowed.
        truncate: Whether the returned text is cut to what can be read in that time, its words joined by
            single spaces.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "ReadingTime"

    def __init__(self, max_time: float, *, truncate: bool = False) -> None:
        check = Check("ReadingTime")
        self._declare(
            max_time=check.number("max_time", max_time, least=0.0, most=_MOST_MINUTES),
            truncate=check.boolean("truncate", truncate),
        )
