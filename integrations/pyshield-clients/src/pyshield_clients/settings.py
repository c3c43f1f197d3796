"""Settings: what one guard does, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pyshield._check import Check
from pyshield._messages.roles import role_named
from pyshield.errors import ConfigError
from pyshield.shield import BlockingShield, Shield
from pyshield.stream import pass_policy
from pyshield_clients.errors import of_sdk

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pyshield.errors import ShieldError
    from pyshield.results import ScanResult
    from pyshield.stream import PassPolicy

__all__ = ["OnRefusal", "Settings", "Shields", "roles"]

OnRefusal: TypeAlias = Literal["end", "raise"]
"""What comes of an answer that is refused: it ends as the provider ends it, or `AnswerRefused`."""

Shields: TypeAlias = "Shield | BlockingShield | Callable[[], Shield | BlockingShield]"
"""A shield, or what gives the one for the request that is about to be sent."""


_KNOWN = frozenset({"user", "tool", "system", "developer", "assistant"})
"""Roles that the providers have."""

_LONGEST = 30 * 24 * 3600.0
"""Seconds that a deadline may be away, as in `Limits`."""


def roles(given: Collection[str]) -> frozenset[str]:
    """The names of roles.

    Raises:
        ConfigError: If they are none.
    """
    names: Any = given
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise ConfigError("guard: expected names of roles", None, "untrusted")
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one guard does; `guard` documents the fields.

    Attributes:
        base: The base of the SDK's errors; `None` if it is not known.
    """

    shields: Shields
    asynchronous: bool
    untrusted: frozenset[str]
    refuses: Callable[[ScanResult], bool]
    on_refusal: OnRefusal
    policy: PassPolicy
    deadline: float | None
    max_answer_bytes: int
    max_texts: int
    max_form_bytes: int
    base: type[Exception] | None

    def __post_init__(self) -> None:
        given: Any = self.shields
        if isinstance(given, Shield | BlockingShield):
            self.shield()
        elif not callable(given):
            kind = type(given).__name__
            raise ConfigError(f"guard: expected a shield, or a function that gives one, got {kind}")
        if self.on_refusal not in ("end", "raise"):
            raise ConfigError("guard: expected 'end' or 'raise'", None, "on_refusal")
        pass_policy(self.policy)
        if self.deadline is not None:
            Check("guard").number("deadline", self.deadline, least=0.0, most=_LONGEST, above=True)
        for field in ("max_answer_bytes", "max_texts", "max_form_bytes"):
            value = getattr(self, field)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ConfigError("guard: expected a whole number from 1", None, field)
        refuses: Any = self.refuses
        if not callable(refuses):
            raise ConfigError("guard: expected a function", None, "refuses")

    def distrusts(self, role: str) -> bool:
        """Whether texts of a role are refused for what is found in them; one nobody knows is the user's."""
        if role not in self.untrusted and role not in _KNOWN:
            role = role_named(role).value
        return role in self.untrusted

    def shield(self) -> Shield | BlockingShield:
        """The shield for one request.

        Raises:
            ConfigError: If it is not of the client's kind.
        """
        given: Any = self.shields
        shield = given if isinstance(given, Shield | BlockingShield) else given()
        wanted: type[Shield | BlockingShield] = Shield if self.asynchronous else BlockingShield
        if not isinstance(shield, wanted):
            client = "an asynchronous" if self.asynchronous else "a synchronous"
            raise ConfigError(
                f"guard: {client} client needs a {wanted.__name__}, got a {type(shield).__name__}"
            )
        return shield

    def error(self, error: ShieldError) -> ShieldError:
        """An error as the SDK lets it through."""
        return of_sdk(error, self.base)
