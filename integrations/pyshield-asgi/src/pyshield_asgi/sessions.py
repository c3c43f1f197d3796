"""Sessions: which conversation a request belongs to, and the vault in which its private values are kept."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyshield_asgi._types import Scope

__all__ = ["SessionChoice", "VaultsBySession", "cookie", "header", "name_of"]

SessionChoice: TypeAlias = "Callable[[Scope], str | None]"
"""Tells the session of a request by its scope; `None` if it has none."""

_LONGEST = 128
"""Characters of a session's name that are kept as they are; it comes from the client."""


class VaultsBySession(Protocol):
    """Where vaults are kept: `pyshield.Sessions`, `pyshield.vault.RedisVaults`, or a mapping of your own."""

    def __getitem__(self, session: str, /) -> Any:  # noqa: ANN401  # a vault, of whichever kind
        """The vault of a session, a new one for a new session."""
        ...


def header(name: str) -> SessionChoice:
    """The session is what a header says; of two that say different things, none."""
    wanted = name.lower().encode("latin-1")

    def session(scope: Scope) -> str | None:
        return _only(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == wanted)

    return session


def cookie(name: str) -> SessionChoice:
    """The session is what a cookie says; of two that say different things, none."""

    def session(scope: Scope) -> str | None:
        said = []
        for key, value in scope["headers"]:
            if key.lower() != b"cookie":
                continue
            text: str = value.decode("latin-1")
            for pair in text.split(";"):
                found, _, named = pair.strip().partition("=")
                if found == name:
                    said.append(named.strip('"'))
        return _only(said)

    return session


def _only(said: Iterable[str]) -> str | None:
    """What all say, if they agree.

    Which of several counts, servers and frameworks do not agree on (RFC 6265, 4.2.2: none should rely on
    their order), and whoever may set a cookie for a part of a domain could choose another one's session.
    """
    different = set(said)
    return different.pop() if len(different) == 1 else None


def name_of(choice: SessionChoice, scope: Scope) -> str | None:
    """The name of a request's session as vaults are kept by; `None` if it has none.

    Raises:
        TypeError: If the choice is neither a string nor `None`.
    """
    name: object = choice(scope)
    if name is None:
        return None
    if not isinstance(name, str):
        raise TypeError(f"session: expected a string or None, got {type(name).__name__}")
    if not name.strip():
        return None
    if len(name) <= _LONGEST and name.isascii():
        return name
    return "sha256-" + sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
