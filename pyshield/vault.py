"""Vault: what was taken out of a text, kept so that it can be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield._runtime import Vault as NativeVault

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Vault"]


def _pair(check: Check, field: str, value: object) -> tuple[str, str]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        check.fail(field, f"expected a (placeholder, value) pair, got a {type(value).__name__}")
    return check.text(f"{field}[0]", value[0]), check.text(f"{field}[1]", value[1])


def _pairs(field: str, value: object) -> list[tuple[str, str]]:
    check = Check("Vault")
    if not isinstance(value, tuple | list):
        check.fail(field, f"expected a list of (placeholder, value) pairs, got a {type(value).__name__}")
    return [_pair(check, f"{field}[{index}]", item) for index, item in enumerate(value)]


class Vault:
    """A list of `(placeholder, value)` pairs, owned by the runtime and safe to use from any thread.

    Unlike llm-guard's, `get` returns a copy and the caller's list is copied, so nothing changes behind
    anyone's back. A vault prints without its values, and does not pickle: what it holds is private.

    Args:
        tuples: Pairs to begin with.

    Raises:
        ConfigError: If something is not a pair of strings.
        VaultError: If the vault is full.
    """

    __slots__ = ("_native",)

    def __init__(self, tuples: Sequence[tuple[str, str]] | None = None) -> None:
        self._native = NativeVault(_pairs("tuples", tuples if tuples is not None else []))

    def append(self, new_tuple: tuple[str, str]) -> None:
        """Adds a pair."""
        self._native.append(_pair(Check("Vault"), "new_tuple", new_tuple))

    def extend(self, new_tuples: Sequence[tuple[str, str]]) -> None:
        """Adds several pairs, all or none."""
        self._native.extend(_pairs("new_tuples", new_tuples))

    def remove(self, tuple_to_remove: tuple[str, str]) -> None:
        """Removes the first pair equal to this one.

        Raises:
            ValueError: If there is none.
        """
        self._native.remove(_pair(Check("Vault"), "tuple_to_remove", tuple_to_remove))

    def get(self) -> list[tuple[str, str]]:
        """All pairs, in the order they came, as a new list."""
        return self._native.get()

    def placeholder_exists(self, placeholder: str) -> bool:
        """Whether a pair has this placeholder."""
        return self._native.placeholder_exists(Check("Vault").text("placeholder", placeholder))

    def __len__(self) -> int:
        return len(self._native)

    def __repr__(self) -> str:
        return f"<Vault of {len(self)} pairs>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError(
            "a Vault holds private values and does not pickle; send its pairs yourself if you must"
        )
