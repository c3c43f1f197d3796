"""BanSubstrings: outputs that contain fixed strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._declarations.declaration import OutputScanner
from pyshield.input_scanners.ban_substrings import MatchType, declared

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["OUTPUT_STOP_SUBSTRINGS", "BanSubstrings", "MatchType"]

OUTPUT_STOP_SUBSTRINGS = [
    "developer mode enabled",
    "jailbreak successful",
    "my system prompt is",
    "my instructions are as follows",
    "i am no longer bound by",
    "<|im_start|>",
    "<|endoftext|>",
    "![](http",
    "](javascript:",
    "<script",
    "BEGIN PRIVATE KEY",
]
"""A starting point of pyshield's own: signs that a model left its role, chat-template tokens, and markup
that makes a viewer fetch or run something. llm-guard's list of this name differs."""


class BanSubstrings(OutputScanner):
    """Refuses outputs that contain fixed strings.

    Args:
        substrings: What to look for; copied.
        match_type: Whether a string counts anywhere or as a whole word only.
        case_sensitive: Whether upper and lower case differ.
        redact: Whether each occurrence becomes `[REDACTED]`.
        contains_all: Whether all strings must occur, instead of any.

    Raises:
        ConfigError: For a wrong type or value, or an empty string.
    """

    __slots__ = ()
    _type = "BanSubstrings"

    def __init__(
        self,
        substrings: Sequence[str],
        *,
        match_type: MatchType | str = MatchType.STR,
        case_sensitive: bool = False,
        redact: bool = False,
        contains_all: bool = False,
    ) -> None:
        self._declare(**declared(substrings, match_type, case_sensitive, redact, contains_all))
