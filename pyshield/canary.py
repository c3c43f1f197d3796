"""Canary: a secret word in a system prompt, which no answer has a reason to hold.

```python
canary = Canary()
shield = Shield(output=[canary], views=Views())
system = canary.insert("You are a helpful clerk. …")
```

An answer that holds the word leaks the system prompt, in part at least. The scanner is `BanSubstrings` over
the word and what becomes of it when it is written otherwise: backwards, letter by letter, in rot13, base64,
base32, hexadecimal digits, character codes, percent-encoding, HTML references, escapes. So answers are
scanned while they are written, and nothing is held back that could not begin one of these. With `Views`, the
shield reads what is encoded twice or disguised as well (see `docs/views.md`), and holds answers until their
end.
"""

from __future__ import annotations

from hashlib import blake2b
from hmac import compare_digest
from secrets import token_bytes
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyshield._check import Check, shown, string
from pyshield._declarations.declaration import OutputScanner
from pyshield._written import written
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyshield.shield import BlockingShield

__all__ = ["Canary"]

_LETTERS = "bcdfghjkmnpqrtvwxz"
"""No vowels, so that no word comes of them; no letter that signs and digits stand for."""
_LENGTH = 24
"""Letters in a token: 100 bits."""
_LEAST_SECRET = 16
_PLACE = "<!-- {} -->"


class Canary(OutputScanner):
    """Refuses outputs that hold the canary's token, in any writing.

    It prints, compares and pickles without showing the token. A copy from a pickle has the same token, so
    keep pickles as you keep the system prompt.

    Args:
        secret: What the token is derived from, at least 16 bytes: the same token for all processes that have
            it. By default a secret of its own.
        redact: Whether each occurrence becomes `[REDACTED]`.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ("_reader",)
    _type = "BanSubstrings"

    def __init__(self, *, secret: str | bytes | None = None, redact: bool = True) -> None:
        check = Check("Canary")
        if secret is None:
            secret = token_bytes(_LEAST_SECRET)
        elif isinstance(secret, str):
            secret = check.text("secret", secret).encode()
        elif not isinstance(secret, bytes):
            check.fail("secret", f"expected a string or bytes, got {shown(secret)}")
        if len(secret) < _LEAST_SECRET:
            check.fail("secret", f"expected at least {_LEAST_SECRET} bytes, got {len(secret)}")
        seed = blake2b(secret, digest_size=32, person=b"pyshield canary").digest()
        self._declare(seed=seed, redact=check.boolean("redact", redact))

    @property
    def token(self) -> str:
        """The word itself."""
        number = int.from_bytes(
            blake2b(self._params["seed"], digest_size=32, person=b"canary token").digest()
        )
        letters = []
        for _ in range(_LENGTH):
            number, letter = divmod(number, len(_LETTERS))
            letters.append(_LETTERS[letter])
        return "".join(letters)

    def insert(self, system_prompt: str) -> str:
        """The system prompt with the token before and after it; one that holds it already stays as it is.

        Raises:
            TypeError: If the system prompt is no string.
        """
        if self.token in string("system_prompt", system_prompt):
            return system_prompt
        place = _PLACE.format(self.token)
        return f"{place}\n{system_prompt}\n{place}"

    def leaked(self, text: str) -> bool:
        """Whether a text holds the token, in any writing and under all encodings that views undo.

        Raises:
            TextError: If the text holds lone surrogates.
        """
        return not self._shield().scan_output("", string("text", text)).is_valid

    def _shield(self) -> BlockingShield:
        reader: BlockingShield | None = getattr(self, "_reader", None)
        if reader is None:
            from pyshield.shield import BlockingShield, Views

            reader = self._reader = BlockingShield(output=[self], views=Views())
        return reader

    def _spec(self) -> dict[str, Any]:
        return {
            "type": self._type,
            "substrings": written(self.token),
            "match_type": "str",
            "case_sensitive": False,
            "redact": self._params["redact"],
            "contains_all": False,
        }

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters in force but for the secret; read-only."""
        return MappingProxyType({"redact": self._params["redact"]})

    def to_config(self) -> dict[str, Any]:
        """Raises `ConfigError`: a secret is not written to a file."""
        raise ConfigError("Canary: is a secret, and is not written as configuration", "Canary")

    def __repr__(self) -> str:
        return f"Canary(redact={self._params['redact']})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Canary):
            return NotImplemented
        same = compare_digest(self._params["seed"], other._params["seed"])
        return same and self._params["redact"] == other._params["redact"]

    __hash__ = OutputScanner.__hash__
