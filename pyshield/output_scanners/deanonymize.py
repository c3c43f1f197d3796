"""Deanonymize: private data from a vault, back into an output."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._declarations.declaration import OutputScanner
from pyshield._private import declared as private

if TYPE_CHECKING:
    from pyshield._private.declared import NativeVault
    from pyshield.vault import RedisVault, Vault

__all__ = ["Deanonymize", "MatchingStrategy"]


class MatchingStrategy(Enum):
    """How a placeholder is recognised."""

    EXACT = "exact"
    """As it was written."""
    CASE_INSENSITIVE = "case_insensitive"
    """In any case."""
    FUZZY = "fuzzy"
    """In any case, with up to three wrong characters (fewer in short ones); digits must be right."""
    COMBINED_EXACT_FUZZY = "combined_exact_fuzzy"
    """Exactly where possible, fuzzily elsewhere."""


class Deanonymize(OutputScanner):
    """Puts the values of a vault where their placeholders stand.

    Every output passes, at risk -1. Placeholders are also found with Markdown's backslashes and
    percent-encoded in URLs, and a JSON document stays one. Values are put in once: what looks like a
    placeholder in a value is left alone. Values do not appear in findings.

    Args:
        vault: The vault of the conversation.
            `Shield.session` makes the same scanners work with another one.
        matching_strategy: How placeholders are recognised.
        key: The 32 bytes with which `Anonymize` encrypted, to open what it wrote.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ()
    _type = "Deanonymize"

    def __init__(
        self,
        vault: Vault | RedisVault,
        *,
        matching_strategy: MatchingStrategy | str = MatchingStrategy.EXACT,
        key: bytes | None = None,
    ) -> None:
        check = Check("Deanonymize")
        self._declare(
            vault=private.vault_of(check, vault),
            matching_strategy=check.choice("matching_strategy", matching_strategy, MatchingStrategy),
            key=private.key_of(check, key),
        )

    def _vaults(self) -> tuple[NativeVault, ...]:
        return (self._params["vault"]._native,)  # noqa: SLF001  # the vault's own handle

    def _spec(self) -> dict[str, Any]:
        params = self._params
        strategy = params["matching_strategy"].value
        return {"type": self._type, "matching_strategy": strategy, "key": params["key"]}

    def to_config(self) -> dict[str, Any]:
        """As every scanner's, without vault and key: those are no configuration."""
        strategy = self._params["matching_strategy"].value
        return super().to_config() | {"params": {"matching_strategy": strategy}}

    def __repr__(self) -> str:
        strategy = self._params["matching_strategy"]
        more = "" if strategy is MatchingStrategy.EXACT else f", matching_strategy={strategy.value!r}"
        return f"Deanonymize({self._params['vault']!r}{more})"
