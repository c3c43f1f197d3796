"""Secrets: keys, tokens and passwords in outputs. llm-guard has this scanner for prompts alone."""

from __future__ import annotations

from pyshield._declarations.declaration import OutputScanner
from pyshield.input_scanners.secrets import REDACT_ALL, REDACT_HASH, REDACT_PARTIAL, declared

__all__ = ["REDACT_ALL", "REDACT_HASH", "REDACT_PARTIAL", "Secrets"]


class Secrets(OutputScanner):
    """Refuses outputs with secrets, and redacts every occurrence of them.

    Args:
        redact_mode: What takes the place of a secret: `"all"` (`******`), `"partial"` (`ab..yz`) or
            `"hash"` (its MD5).
        allow_pragma: Whether the secrets of a line with `pragma: allowlist secret` may stay.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "Secrets"

    def __init__(self, *, redact_mode: str = REDACT_ALL, allow_pragma: bool = False) -> None:
        self._declare(**declared(redact_mode, allow_pragma))
