"""Session: a shield's scanners at work for one conversation, with that conversation's vault.

`Shield.session` is the way in. What is compiled, the limits, the permits and the counters are the shield's;
the vault is the session's own, and so is what the cache remembers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from pyshield._check import Check
from pyshield._declarations.declaration import Declaration
from pyshield._messages.lanes import Lanes
from pyshield._private.declared import vault_of
from pyshield.shield import BlockingShield, Shield

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from pyshield._declared import Declared
    from pyshield._messages.lanes import Lane
    from pyshield._messages.roles import Role
    from pyshield.vault import RedisVault, Vault

__all__ = ["BlockingSession", "Session"]


def _has_vault(scanner: object) -> bool:
    """Whether a scanner that Python runs has a vault, which no session could replace."""
    from pyshield.cascade import Cascade

    if isinstance(scanner, Cascade):
        return any(_has_vault(stage) for stage in (scanner._first, scanner._second))  # noqa: SLF001
    return isinstance(scanner, Declaration) and bool(scanner._vaults())  # noqa: SLF001


def _slots(cls: type) -> tuple[str, ...]:
    return tuple(name for base in cls.__mro__ for name in getattr(base, "__slots__", ()))


_SHIELD, _BLOCKING = _slots(Shield), _slots(BlockingShield)


def _take(session: Declared, shield: Declared, vault: object, slots: tuple[str, ...]) -> Vault | RedisVault:
    """Gives a session all that its shield has, with another vault."""
    check = Check(type(session)._name)  # noqa: SLF001
    checked = vault_of(check, vault)
    for name in slots:
        setattr(session, name, getattr(shield, name))
    if shield._vault_count > 1:  # noqa: SLF001
        check.fail("vault", "the shield's scanners work with more than one vault, and a session has one")
    for own in (*shield._own_prompt, *shield._own_output):  # noqa: SLF001
        if _has_vault(own.scanner):
            check.fail("vault", f"{own.name} keeps a vault of its own, which a session cannot replace")
    session._lanes = None  # noqa: SLF001
    session._native = shield._native.session(checked._native)  # noqa: SLF001
    return checked


class _SessionLanes(Lanes):
    """The lanes of a shield, each with the session's vault."""

    __slots__ = ("_parent", "_sessions", "_vault")

    def __init__(self, session: Declared, parent: Lanes, vault: Vault | RedisVault) -> None:
        super().__init__(session, parent.policy)
        self._parent, self._vault = parent, vault
        # By the shield of a lane. Its own lanes are made once, so there are no more of these than of those.
        self._sessions: dict[int, Session | BlockingSession] = {}

    def of(self, role: Role, *, fresh: bool) -> Lane | None:
        return self._isolated(self._parent.of(role, fresh=fresh))

    def across(self, role: Role) -> Lane | None:
        return self._isolated(self._parent.across(role))

    def others(self) -> list[Any]:
        return self._parent.others()

    def _isolated(self, lane: Lane | None) -> Lane | None:
        if lane is None:
            return None
        shield: Any = lane.shield
        if shield is self._parent._shield:  # noqa: SLF001  # as the parent does it
            return lane._replace(shield=self._shield)
        if id(shield) not in self._sessions:
            self._sessions[id(shield)] = shield.session(self._vault)
        return lane._replace(shield=self._sessions[id(shield)])


class Session(Shield):
    """A shield for one conversation; made by `Shield.session`.

    It has every method of a shield. Its `Anonymize` and `Deanonymize` work with the session's vault and reach
    no other. Making one takes microseconds, so it can be made anew for every request.

    Args:
        shield: The shield whose scanners are to work.
        vault: The conversation's vault.

    Raises:
        ConfigError: If `vault` is none, or a scanner of the shield has a vault that cannot be replaced: one
            of a class of your own, or in a `Cascade`, or a second one.
    """

    __slots__ = ("_parent", "_vault")
    _name = "Session"

    def __init__(self, shield: Shield, vault: Vault | RedisVault) -> None:
        self._parent: Shield = getattr(shield, "_parent", shield)
        self._vault = _take(self, shield, vault, _SHIELD)

    @property
    def vault(self) -> Vault | RedisVault:
        """The conversation's vault."""
        return self._vault

    def conversing(self) -> Lanes:
        """As `Shield.conversing`, with the session's vault in every lane."""
        if self._lanes is None:
            self._lanes = _SessionLanes(self, self._parent.conversing(), self._vault)
        return self._lanes

    def close(self, timeout: float = 5.0) -> Coroutine[Any, Any, bool]:  # noqa: ARG002
        """Does nothing: the shield stays open for its other sessions.

        Args:
            timeout: Not needed.

        Returns:
            An awaitable of `True`.
        """
        return _true()

    def __repr__(self) -> str:
        return "<Session>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_PICKLE)


class BlockingSession(BlockingShield):
    """A blocking shield for one conversation; made by `BlockingShield.session`. Otherwise as `Session`."""

    __slots__ = ("_parent", "_vault")
    _name = "BlockingSession"

    def __init__(self, shield: BlockingShield, vault: Vault | RedisVault) -> None:
        self._parent: BlockingShield = getattr(shield, "_parent", shield)
        self._vault = _take(self, shield, vault, _BLOCKING)

    @property
    def vault(self) -> Vault | RedisVault:
        """The conversation's vault."""
        return self._vault

    def conversing(self) -> Lanes:
        """As `Shield.conversing`, with the session's vault in every lane."""
        if self._lanes is None:
            self._lanes = _SessionLanes(self, self._parent.conversing(), self._vault)
        return self._lanes

    def close(self, timeout: float = 5.0) -> bool:  # noqa: ARG002
        """Does nothing: the shield stays open for its other sessions; as `Session.close`."""
        return True

    def __repr__(self) -> str:
        return "<BlockingSession>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_PICKLE)


_NO_PICKLE = "a session does not pickle: its vault holds private values; pickle the shield"


async def _true() -> bool:
    return True
