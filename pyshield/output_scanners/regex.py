"""Regex: outputs that match patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._declarations.declaration import OutputScanner
from pyshield.input_scanners.regex import MatchType, declared

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MatchType", "Regex"]


class Regex(OutputScanner):
    """Refuses outputs that match a pattern, or that match none.

    Patterns are Python's `re` syntax, look-around and back-references included. A pattern that backtracks
    without end runs into a step limit and becomes a `ScannerError`.

    Args:
        patterns: The patterns; copied.
        is_blocked: Whether a match refuses the output; otherwise the lack of one does.
        match_type: Which matches count; the first alone by default, unlike in prompts.
        redact: Whether each match becomes `[REDACTED]`; only where matches refuse the output.

    Raises:
        ConfigError: For a wrong type or value, or a pattern that is no pattern.
    """

    __slots__ = ()
    _type = "Regex"

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        is_blocked: bool = True,
        match_type: MatchType | str = MatchType.SEARCH,
        redact: bool = True,
    ) -> None:
        self._declare(**declared(patterns, is_blocked, match_type, redact))
        self._compile()
