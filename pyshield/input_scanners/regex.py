"""Regex: texts that match patterns."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._declarations.declaration import PromptScanner
from pyshield._told import told_if_empty

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MatchType", "Regex"]


class MatchType(Enum):
    """Which matches of a pattern count."""

    SEARCH = "search"
    """The first."""
    FULL_MATCH = "fullmatch"
    """One that covers the whole text."""
    ALL = "all"
    """All of them."""


def declared(
    patterns: Sequence[str],
    is_blocked: bool,
    match_type: MatchType | str,
    redact: bool,
) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("Regex")
    texts = check.texts("patterns", patterns)
    if is_blocked is True:
        told_if_empty("Regex", "patterns", texts)
    return {
        "patterns": texts,
        "is_blocked": check.boolean("is_blocked", is_blocked),
        "match_type": check.choice("match_type", match_type, MatchType),
        "redact": check.boolean("redact", redact),
    }


class Regex(PromptScanner):
    """Refuses prompts that match a pattern, or that match none.

    Patterns are Python's `re` syntax, look-around and back-references included. A pattern that backtracks
    without end runs into a step limit and becomes a `ScannerError`.

    Args:
        patterns: The patterns; copied. Of none, with which every prompt passes, the log has a warning.
        is_blocked: Whether a match refuses the prompt; otherwise the lack of one does.
        match_type: Which matches count.
        redact: Whether each match becomes `[REDACTED]`; only where matches refuse the prompt.

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
        match_type: MatchType | str = MatchType.ALL,
        redact: bool = True,
    ) -> None:
        self._declare(**declared(patterns, is_blocked, match_type, redact))
        self._compile()
