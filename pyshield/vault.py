"""Vault: what was taken out of a text, kept so that it can be put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._pairs import MAX_KEYS, pair, pairs, sealing_key, session_name
from pyshield._runtime import RedisVault as NativeRedisVault
from pyshield._runtime import RedisVaults as NativeRedisVaults
from pyshield._runtime import Vault as NativeVault
from pyshield.errors import ConfigError, ShieldError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

__all__ = ["RedisVault", "RedisVaults", "Vault"]


class Vault:
    """A list of `(placeholder, value)` pairs, owned by the runtime and safe to use from any thread.

    Unlike llm-guard's, `get` returns a copy and the caller's list is copied, so nothing changes behind
    anyone's back. A vault prints without its values, and does not pickle: what it holds is private.

    Args:
        tuples: Pairs to begin with.
        max_entries: Most pairs; 100,000 if not given.
        max_bytes: Most bytes; a pair counts its texts and 320 bytes. 16 MiB if not given. All vaults of a
            process together, but for sessions', hold 256 MiB.
        ttl: Seconds the vault lives after its last use. Then its entries are wiped, and whoever still holds
            it gets a `VaultError`, reason `"expired"`.

    Raises:
        ConfigError: If something is not a pair of strings, or a limit is no number.
        VaultError: If the vault is full.
    """

    __slots__ = ("_apart", "_native")

    _apart: bool
    """Set where no other object stands for the same vault."""

    def __init__(
        self,
        tuples: Sequence[tuple[str, str]] | None = None,
        *,
        max_entries: int | None = None,
        max_bytes: int | None = None,
        ttl: float | None = None,
    ) -> None:
        check = Check("Vault")
        self._apart = True
        self._native = NativeVault(
            pairs("tuples", tuples if tuples is not None else []),
            None if max_entries is None else check.integer("max_entries", max_entries, least=1),
            None if max_bytes is None else check.integer("max_bytes", max_bytes, least=1),
            None if ttl is None else check.number("ttl", ttl, least=0.001, most=1e9),
        )

    @classmethod
    def _of(cls, native: NativeVault) -> Vault:
        """The vault of a handle."""
        vault = cls.__new__(cls)
        vault._native = native  # noqa: SLF001  # of this class
        return vault

    def export(self, key: bytes) -> bytes:
        """All pairs as bytes to keep elsewhere, sealed with XChaCha20-Poly1305; `load` takes them back.

        Args:
            key: 32 bytes.

        Raises:
            ConfigError: If the key is none.
        """
        return self._native.export(sealing_key("key", key))

    @classmethod
    def load(
        cls,
        sealed: bytes,
        *,
        keys: Sequence[bytes],
        max_entries: int | None = None,
        max_bytes: int | None = None,
        ttl: float | None = None,
    ) -> Vault:
        """A new vault of what `export` gave. The numbers of its placeholders are not given again.

        Args:
            sealed: The bytes.
            keys: One to eight keys of 32 bytes, of which one opens it.
            max_entries: As for a new vault.
            max_bytes: As for a new vault.
            ttl: As for a new vault.

        Raises:
            ConfigError: If a key is none.
            VaultError: If none of the keys opens it, or it was altered (`"sealed"`), or it is too large
                (`"full"`).
        """
        check = Check("Vault")
        given: object = keys
        if not isinstance(given, list | tuple) or not 1 <= len(given) <= MAX_KEYS:
            check.fail("keys", f"expected a list of 1 to {MAX_KEYS} keys")
        if not isinstance(sealed, bytes):
            check.fail("sealed", f"expected bytes, got a {type(sealed).__name__}")
        checked = [sealing_key(f"keys[{index}]", key) for index, key in enumerate(keys)]
        vault = cls(max_entries=max_entries, max_bytes=max_bytes, ttl=ttl)
        vault._native.load(sealed, checked)
        return vault

    def append(self, new_tuple: tuple[str, str]) -> None:
        """Adds a pair."""
        self._native.append(pair(Check("Vault"), "new_tuple", new_tuple))

    def extend(self, new_tuples: Sequence[tuple[str, str]]) -> None:
        """Adds several pairs, all or none."""
        self._native.extend(pairs("new_tuples", new_tuples))

    def remove(self, tuple_to_remove: tuple[str, str]) -> None:
        """Removes the first pair equal to this one.

        Raises:
            ValueError: If there is none.
        """
        self._native.remove(pair(Check("Vault"), "tuple_to_remove", tuple_to_remove))

    def get(self) -> list[tuple[str, str]]:
        """All pairs, in the order they came, as a new list."""
        return self._native.get()

    def placeholder_exists(self, placeholder: str) -> bool:
        """Whether a pair has this placeholder."""
        return self._native.placeholder_exists(Check("Vault").text("placeholder", placeholder))

    def reserve(self, texts: Sequence[str]) -> None:
        """Keeps the numbers of placeholders in texts from being given to any value.

        For texts that outlive their vault. New placeholders have numbers above the highest in them that a
        vault gives of itself, which is 2**32 - 1; higher ones are left out.

        Args:
            texts: What may hold placeholders, in any form in which `Deanonymize` would find them.
        """
        self._native.reserve(list(Check("Vault").private_texts("texts", texts)))

    def unknown(self, text: str) -> list[str]:
        """The placeholders in a text that no pair of the vault has, each once, as a vault writes them.

        A text with one of them has something of a vault that is gone, or made up: do not act on it.
        They are found in any case and dressed for Markdown or a URL.
        """
        return self._native.unknown(Check("Vault").text("text", text))

    def __len__(self) -> int:
        return len(self._native)

    def __bool__(self) -> bool:
        """True, also of an empty one: `vault or Vault()` must not lose it."""
        return True

    def __repr__(self) -> str:
        try:
            return f"<Vault of {len(self)} pairs>"
        except ShieldError:  # it is no more
            return "<Vault>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError(
            "a Vault holds private values and does not pickle; send its pairs yourself if you must"
        )


class RedisVaults:
    """Vaults that outlive the process: in Redis, encrypted, shared by any number of processes.

    Every vault belongs to one session, and a handle reaches no other. What is stored is sealed with
    XChaCha20-Poly1305 under your key and bound to its session and its place, so a server that is read or
    written by someone else gives nothing away and nothing wrong. Only the names of the sessions are visible.

    An operation that has returned is in Redis; two processes that change one vault at the same time do so one
    after the other. Whether it then survives a crash of Redis is Redis' own setting: `appendfsync always` for
    every one of them, and `maxmemory-policy noeviction` so that nothing is evicted before its time.

    A server that is gone is tried again until `timeout` has passed.

    Args:
        url: `redis://host:6379/0`, `rediss://…` (TLS) or `redis+unix:///path`, with user and password if any.
        keys: One to eight keys of 32 bytes. The first seals, all of them open; see `rotate`.
        prefix: What the names of the lists in Redis begin with.
        ttl: Seconds a vault lives after it was last used; for ever if `None`.
        timeout: Seconds one operation may take.
        root_certificates: Certificates in PEM to check a TLS server against, instead of the system's.
        max_entries: Most pairs in one vault.
        max_bytes: Most bytes in one vault; a pair counts its texts and 320 bytes.

    Raises:
        ConfigError: If an argument is not as described. The server is not asked yet.
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        url: str,
        *,
        keys: Sequence[bytes],
        prefix: str = "pyshield",
        ttl: float | None = None,
        timeout: float = 5.0,
        root_certificates: bytes | None = None,
        max_entries: int = 100_000,
        max_bytes: int = 16 << 20,
    ) -> None:
        check = Check("RedisVaults")
        given: object = keys
        if not isinstance(given, list | tuple) or not all(isinstance(key, bytes) for key in given):
            check.fail("keys", "expected a list of keys of 32 bytes each")
        if root_certificates is not None and not isinstance(root_certificates, bytes):
            check.fail("root_certificates", f"expected bytes, got a {type(root_certificates).__name__}")
        if ttl is not None:
            ttl = check.number("ttl", ttl, least=0.001, most=1e9)
        try:
            self._native = NativeRedisVaults(
                check.text("url", url),
                list(keys),
                check.text("prefix", prefix),
                ttl,
                check.number("timeout", timeout, least=0.001, most=3600.0),
                root_certificates,
                check.integer("max_entries", max_entries, least=1),
                check.integer("max_bytes", max_bytes, least=1),
            )
        except ConfigError:
            raise
        except ValueError as error:
            field = "keys" if "key" in str(error) else "url"
            raise ConfigError(f"RedisVaults: {error}", "RedisVaults", field) from None

    def vault(self, session: str) -> RedisVault:
        """The vault of a session, empty if it has none yet. Nothing is asked of the server.

        Args:
            session: A name of at most 512 bytes. It is visible in Redis: take one that says nothing.

        Raises:
            ConfigError: If the name is blank.
            VaultError: If the name is too long.
        """
        return RedisVault(self._native.vault(session_name("RedisVaults", session)))

    def __getitem__(self, session: str) -> RedisVault:
        """As `vault`."""
        return self.vault(session)

    def rotate(self) -> int:
        """Seals every vault anew with the first key, after which the others can be left out.

        Vaults may be used meanwhile. A process that has not the new key first yet goes on sealing with its
        own: give the new key to every process, as its last, before making it the first anywhere.

        Returns:
            How many vaults there were.

        Raises:
            VaultError: If the server is gone or refuses, or a vault opens with none of the keys.
            DeadlineExceeded: If one vault took longer than the timeout.
        """
        return self._native.rotate()

    def arotate(self) -> Coroutine[Any, Any, int]:
        """Awaitable `rotate`."""
        return self._native.arotate()

    def __repr__(self) -> str:
        return "<RedisVaults>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("RedisVaults hold keys and do not pickle; make them anew where they are needed")


class RedisVault:
    """One session's pairs in Redis: a `Vault` whose methods also come awaitable, with an `a` before the name.

    The methods without `a` wait for the server: do not call them on the thread of an event loop.

    Each raises `VaultError` if the server is gone for longer than the timeout, refuses, or holds what none of
    the keys opens, and `DeadlineExceeded` if it does not answer in time; a change may then have been stored
    or not.
    """

    __slots__ = ("_native",)

    def __init__(self, native: NativeRedisVault, /) -> None:
        self._native = native

    def append(self, new_tuple: tuple[str, str]) -> None:
        """Adds a pair."""
        self._native.extend([pair(Check("Vault"), "new_tuple", new_tuple)])

    def aappend(self, new_tuple: tuple[str, str]) -> Coroutine[Any, Any, None]:
        """Awaitable `append`."""
        return self._native.aextend([pair(Check("Vault"), "new_tuple", new_tuple)])

    def extend(self, new_tuples: Sequence[tuple[str, str]]) -> None:
        """Adds several pairs, all or none."""
        self._native.extend(pairs("new_tuples", new_tuples))

    def aextend(self, new_tuples: Sequence[tuple[str, str]]) -> Coroutine[Any, Any, None]:
        """Awaitable `extend`."""
        return self._native.aextend(pairs("new_tuples", new_tuples))

    def remove(self, tuple_to_remove: tuple[str, str]) -> None:
        """Removes the first pair equal to this one; `ValueError` if there is none."""
        self._native.remove(pair(Check("Vault"), "tuple_to_remove", tuple_to_remove))

    def aremove(self, tuple_to_remove: tuple[str, str]) -> Coroutine[Any, Any, None]:
        """Awaitable `remove`."""
        return self._native.aremove(pair(Check("Vault"), "tuple_to_remove", tuple_to_remove))

    def get(self) -> list[tuple[str, str]]:
        """All pairs, in the order they came, as a new list."""
        return self._native.get()

    def aget(self) -> Coroutine[Any, Any, list[tuple[str, str]]]:
        """Awaitable `get`."""
        return self._native.aget()

    def placeholder_exists(self, placeholder: str) -> bool:
        """Whether a pair has this placeholder."""
        return self._native.placeholder_exists(Check("Vault").text("placeholder", placeholder))

    def aplaceholder_exists(self, placeholder: str) -> Coroutine[Any, Any, bool]:
        """Awaitable `placeholder_exists`."""
        return self._native.aplaceholder_exists(Check("Vault").text("placeholder", placeholder))

    def reserve(self, texts: Sequence[str]) -> None:
        """As `Vault.reserve`."""
        self._native.reserve(list(Check("Vault").private_texts("texts", texts)))

    def areserve(self, texts: Sequence[str]) -> Coroutine[Any, Any, None]:
        """Awaitable `reserve`."""
        return self._native.areserve(list(Check("Vault").private_texts("texts", texts)))

    def unknown(self, text: str) -> list[str]:
        """As `Vault.unknown`."""
        return self._native.unknown(Check("Vault").text("text", text))

    def aunknown(self, text: str) -> Coroutine[Any, Any, list[str]]:
        """Awaitable `unknown`."""
        return self._native.aunknown(Check("Vault").text("text", text))

    def count(self) -> int:
        """How many pairs there are."""
        return self._native.count()

    def acount(self) -> Coroutine[Any, Any, int]:
        """Awaitable `count`."""
        return self._native.acount()

    def clear(self) -> None:
        """Removes all pairs, and the vault from the server."""
        self._native.clear()

    def aclear(self) -> Coroutine[Any, Any, None]:
        """Awaitable `clear`."""
        return self._native.aclear()

    def __len__(self) -> int:
        return self._native.count()

    def __bool__(self) -> bool:
        """True, also of an empty one, and without asking the server."""
        return True

    def __repr__(self) -> str:
        return "<RedisVault>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a RedisVault does not pickle; make its RedisVaults where it is needed")
