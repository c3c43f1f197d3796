"""A vault in a file: sealed under a key file or a passphrase, replaced as a whole, never half written.

The file is a line that names the format, a line of JSON that says how the key is derived, and what
`Vault.export` gave. Other users cannot read it (mode 0600).
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from hashlib import scrypt
from pathlib import Path
from typing import IO, Any

from pyshield.cli.escape import visible
from pyshield.errors import ConfigError, VaultError
from pyshield.vault import Vault

__all__ = ["Secret", "VaultFile", "files_of", "secret_of"]

_MAGIC = b"pyshield vault file 1\n"
_KEY_BYTES = 32
_MOST_BYTES = 512 << 20
_MOST_VAULT = 256 << 20
"""What all vaults of a process hold together: some 700,000 pairs."""
_MOST_SECRET = 64 << 10
_FORMAT = "the vault file is of another format, or altered"
_WRONG = "the key or passphrase is wrong, or the vault was altered"

_COST = {"n": 1 << 17, "r": 8, "p": 1}
"""OWASP's choice for scrypt: 128 MiB and some tenths of a second for each guess."""
_MOST = {"n": 1 << 20, "r": 8, "p": 4}
"""What is accepted of a file, so that a forged one takes no more than a gigabyte and some ten seconds."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """What a vault file is sealed under: a key, or a passphrase to derive one from."""

    key: bytes | None = None
    passphrase: bytes | None = None


def files_of(vault: str, *secrets: str | None) -> frozenset[str]:
    """The vault's files and the secrets', as real paths: neither read nor written as texts."""
    real = os.path.realpath(vault)
    return frozenset(
        (real, f"{real}.lock", f"{real}.new", *(os.path.realpath(path) for path in secrets if path))
    )


def _read(path: str, option: str) -> bytes:
    with Path(path).open("rb") as file:
        content = file.read(_MOST_SECRET + 1)
    if len(content) > _MOST_SECRET:
        raise ConfigError(f"{option}: {visible(path)} is too large to be one")
    return content


def secret_of(key_file: str | None, passphrase_file: str | None, *, new: bool) -> Secret:
    """The secret that the options name, or else what is typed.

    Args:
        key_file: A file of 32 bytes, or of 64 hexadecimal digits.
        passphrase_file: A file whose first line is the passphrase.
        new: Whether a vault is made, for which a typed passphrase is asked for twice.

    Raises:
        ConfigError: If there is none.
        OSError: If a file cannot be read.
    """
    if key_file is not None and passphrase_file is not None:
        raise ConfigError("--key-file and --passphrase-file exclude each other")
    if key_file is not None:
        content = _read(key_file, "--key-file")
        if len(content) != _KEY_BYTES:
            try:
                content = bytes.fromhex(content.decode("ascii").strip())
            except ValueError:
                content = b""
        if len(content) != _KEY_BYTES:
            raise ConfigError("--key-file: expected 32 bytes, or 64 hexadecimal digits")
        return Secret(key=content)
    if passphrase_file is not None:
        lines = _read(passphrase_file, "--passphrase-file").splitlines()
        if not lines or not lines[0]:
            raise ConfigError("--passphrase-file: the first line is empty")
        return Secret(passphrase=lines[0])
    return Secret(passphrase=_typed(new=new))


def _terminal() -> bool:
    return sys.stderr.isatty()


def _typed(*, new: bool) -> bytes:
    from getpass import getpass

    if not _terminal():
        raise ConfigError("no terminal to ask for a passphrase: use --key-file or --passphrase-file")
    try:
        typed = getpass("Passphrase of the vault: ", sys.stderr)
        if new and getpass("Again: ", sys.stderr) != typed:
            raise ConfigError("the passphrases differ")
    except EOFError:
        typed = ""
    if not typed:
        raise ConfigError("the passphrase is empty")
    return typed.encode("utf-8", "surrogatepass")


def _derived(secret: Secret, header: dict[str, Any]) -> bytes:
    """The key that a header and a secret make."""
    kind = header.get("kdf")
    if kind == "none" and secret.key is not None:
        return secret.key
    if kind == "none":
        raise ConfigError("the vault is sealed under a key: use --key-file")
    if kind != "scrypt":
        raise VaultError(_FORMAT, "sealed")
    if secret.passphrase is None:
        raise ConfigError("the vault is sealed under a passphrase: use --passphrase-file, or type it")
    cost = {name: header.get(name) for name in _COST}
    numbers = {name: value for name, value in cost.items() if type(value) is int}
    if len(numbers) < len(_MOST) or any(not 1 <= numbers[name] <= most for name, most in _MOST.items()):
        raise VaultError(_FORMAT, "sealed")
    memory = 128 * numbers["r"] * (numbers["n"] + numbers["p"] + 2) + (1 << 20)
    try:
        salt = bytes.fromhex(header["salt"])
        return scrypt(secret.passphrase, salt=salt, maxmem=memory, dklen=_KEY_BYTES, **numbers)
    except (KeyError, TypeError, ValueError):
        raise VaultError(_FORMAT, "sealed") from None


class VaultFile:
    """A vault that is kept in a file, locked for as long as this is open if it is written.

    Args:
        path: The file. It is made with the first `save` if there is none.
        secret: What it is sealed under.
        read_only: Whether it is only read. That needs no lock, nor a folder to write one into: a file that is
            replaced as a whole is read as it was or as it is.

    Raises:
        ConfigError: If the other kind of secret is needed, another process uses the file, or it is no file.
        VaultError: If the secret is wrong, or the file was altered (`"sealed"`).
        OSError: If the file cannot be read.
    """

    def __init__(self, path: str, secret: Secret, *, read_only: bool = False) -> None:
        # A link is followed: the vault is replaced where it is, and there is one lock however it is named.
        self._path = Path(os.path.realpath(path))
        if self._path.is_dir():
            raise ConfigError(f"{visible(path)} is a directory and no vault")
        if self._path.exists() and not self._path.is_file():
            # A pipe would be waited for, and then be replaced.
            raise ConfigError(f"{visible(path)} is no regular file and no vault")
        self._lock = None if read_only else _locked(self._path)
        self._saved = -1
        try:
            self._open(secret)
        except BaseException:
            self.close()
            raise

    def _open(self, secret: Secret) -> None:
        if self._path.exists():
            with self._path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            rest = content.removeprefix(_MAGIC)
            line, _, sealed = rest.partition(b"\n")
            header = _header(line) if len(rest) < len(content) <= _MOST_BYTES else None
            if header is None:
                raise VaultError(_FORMAT, "sealed")
            self._header = header
            self._key = _derived(secret, header)
            try:
                self.vault = Vault.load(
                    sealed, keys=[self._key], max_entries=_MOST_VAULT, max_bytes=_MOST_VAULT
                )
            except VaultError as error:
                if error.reason != "sealed":
                    raise
                raise VaultError(_WRONG, "sealed") from None
            self._saved = len(self.vault)
            return
        self._header = {"kdf": "none"}
        if secret.key is None:
            self._header = {"kdf": "scrypt", **_COST, "salt": secrets.token_hex(16)}
        self._key = _derived(secret, self._header)
        self.vault = Vault(max_entries=_MOST_VAULT, max_bytes=_MOST_VAULT)

    def save(self) -> None:
        """Writes what was added since. Once this returns, it is on the disk.

        Raises:
            OSError: If it cannot be written.
        """
        if self._lock is None:
            raise PermissionError(errno.EACCES, "opened to be read", str(self._path))
        count = len(self.vault)
        if count == self._saved:
            return
        head = _MAGIC + json.dumps(self._header).encode() + b"\n"
        beside = self._path.with_name(self._path.name + ".new")
        with suppress(FileNotFoundError):
            beside.unlink()
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(head + self.vault.export(self._key))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _sync(self._path.parent)
        self._saved = count

    def close(self) -> None:
        """Lets other processes use the file."""
        if self._lock is not None:
            self._lock.close()


def _header(line: bytes) -> dict[str, Any] | None:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _sync(folder: Path) -> None:
    """Has the new name on the disk as well, where a folder can be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _locked(path: Path) -> IO[bytes]:
    """A file beside the vault, locked: two that write one vault would lose what the other one added."""
    lock = path.with_name(path.name + ".lock").open("ab")
    try:
        import fcntl
    except ImportError:  # Windows keeps no advisory locks
        return lock
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ConfigError("another process uses the vault") from None
    return lock
