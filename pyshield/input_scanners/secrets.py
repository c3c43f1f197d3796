"""Secrets: keys, tokens and passwords."""

from __future__ import annotations

from typing import Any

from pyshield._check import Check, shown
from pyshield._declarations.declaration import PromptScanner

__all__ = ["REDACT_ALL", "REDACT_HASH", "REDACT_PARTIAL", "Secrets"]

REDACT_PARTIAL = "partial"
"""The first and the last two characters stay."""
REDACT_ALL = "all"
"""Six asterisks."""
REDACT_HASH = "hash"
"""The MD5 of the secret, without salt: whoever guesses it can verify the guess."""

_MODES = (REDACT_ALL, REDACT_PARTIAL, REDACT_HASH)


def declared(redact_mode: object, allow_pragma: object) -> dict[str, Any]:
    """The checked parameters, shared by the input and the output scanner."""
    check = Check("Secrets")
    if redact_mode not in _MODES:
        allowed = ", ".join(map(repr, _MODES))
        check.fail("redact_mode", f"expected one of {allowed}, got {shown(redact_mode)}")
    return {"redact_mode": redact_mode, "allow_pragma": check.boolean("allow_pragma", allow_pragma)}


class Secrets(PromptScanner):
    """Refuses prompts with secrets, and redacts every occurrence of them.

    Secrets are the tokens of some 250 services, private keys, passwords in URLs and assignments, and strings
    that look drawn at random and are quoted or set. docs/secrets.md lists the kinds. A finding carries the
    kind as its label and never the secret.

    Args:
        redact_mode: What takes the place of a secret: `"all"` (`******`), `"partial"` (`ab..yz`) or
            `"hash"` (its MD5). A secret that several kinds describe is replaced once for each, as in
            llm-guard.
        allow_pragma: Whether the secrets of a line with `pragma: allowlist secret` may stay.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "Secrets"

    def __init__(self, *, redact_mode: str = REDACT_ALL, allow_pragma: bool = False) -> None:
        self._declare(**declared(redact_mode, allow_pragma))

    @staticmethod
    def redact_value(value: str, mode: str) -> str:
        """What takes the place of `value`.

        Raises:
            ValueError: For an unknown mode.
        """
        if mode == REDACT_PARTIAL:
            return f"{value[:2]}..{value[-2:]}"
        if mode == REDACT_HASH:
            from hashlib import md5

            return md5(value.encode(), usedforsecurity=False).hexdigest()
        if mode == REDACT_ALL:
            return "******"
        raise ValueError(f"redact mode {shown(mode)} is none of {', '.join(map(repr, _MODES))}")
