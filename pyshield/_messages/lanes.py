"""Which shield scans which role: the one that was asked, or one made for a list of its own."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield._check import Check, hint, shown
from pyshield._declarations.declaration import PairScanner, is_native
from pyshield._messages.policy import MessagePolicy
from pyshield._messages.roles import Role
from pyshield.errors import Closed, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield._declared import Declared
    from pyshield._messages.policy import Scanners

__all__ = ["Lane", "Lanes", "declared"]

_WHOLE_ANSWERS = frozenset(
    {
        "FactualConsistency",
        "Gibberish",
        "JSON",
        "Language",
        "LanguageSame",
        "NoRefusal",
        "NoRefusalLight",
        "ReadingTime",
        "Relevance",
    }
)
"""Scanners that judge an answer as a whole; what is handed to a tool is none."""
_RESTORING = frozenset({"Deanonymize"})
"""Scanners that put private data back: in what leaves the conversation, not in what goes to a model again."""
_ACROSS = frozenset({"BanSubstrings", "PromptInjection", "Regex"})
"""Scanners to which it makes no difference how long a text is, or in which language."""


class Lane(NamedTuple):
    """A list of scanners, as the shield that has it.

    Attributes:
        shield: The shield.
        output: Whether it is the shield's list for outputs.
        pairs: Whether a scanner in it reads the prompt as well.
        own: Whether a scanner in it is not the runtime's.
    """

    shield: Declared
    output: bool
    pairs: bool
    own: bool


class Lanes:
    """The lanes of a shield's policy; those of other lists than the shield's are made when first needed.

    Args:
        shield: The shield.
        policy: How it treats conversations; `None` for the default.
    """

    __slots__ = ("_closed", "_lock", "_made", "_shield", "policy")

    def __init__(self, shield: Declared, policy: MessagePolicy | None) -> None:
        self.policy = MessagePolicy() if policy is None else policy
        self._shield = shield
        self._lock = Lock()
        self._closed = False
        self._made: dict[object, Lane | None] = {}

    def of(self, role: Role, *, fresh: bool) -> Lane | None:
        """What scans texts of a role; `None` if nothing does.

        Args:
            role: The role.
            fresh: Whether the text is at the end of the conversation: it leaves it, as a rule.
        """
        given: Scanners = getattr(self.policy, role.value)
        output = given == "output" or (role in {Role.ASSISTANT, Role.TOOL_CALL} and given != "prompt")
        without: frozenset[str] = frozenset()
        if role is Role.TOOL_CALL and given == "output":
            without = _WHOLE_ANSWERS
        if output and not fresh:
            without |= _RESTORING
        return self._lane(given, output, without, role.value)

    def across(self, role: Role) -> Lane | None:
        """What scans consecutive texts of a role put together; `None` if nothing does."""
        context = self.policy.context
        given: Scanners = getattr(self.policy, role.value)
        if context is None or given is None:
            return None
        if context.scanners is not None:
            if role is Role.TOOL_CALL:
                return None  # they are chosen for what users and tools say
            return self._lane(context.scanners, context.scanners == "output", frozenset(), "context.scanners")
        listed = self._listed(given)
        kept = tuple(scanner for scanner in listed if _sees_across(scanner))
        output = given == "output"
        return self._lane(given if kept == listed else kept, output, frozenset(), role.value)

    def names(self) -> Iterator[str]:
        """What the scanners of all roles are called in results, without numbers."""
        context = self.policy.context
        lists: list[Scanners] = [getattr(self.policy, role.value) for role in Role]
        for given in [*lists, None if context is None else context.scanners]:
            for scanner in self._listed(given):
                yield _type(scanner) or type(scanner).__name__

    def others(self) -> list[Any]:
        """The shields that were made beside the one that was asked."""
        with self._lock:
            lanes = [lane for lane in self._made.values() if lane is not None]
        return [lane.shield for lane in lanes if lane.shield is not self._shield]

    def close(self) -> list[Any]:
        """Makes no more of them, and returns those there are."""
        with self._lock:
            self._closed = True
        return self.others()

    def _listed(self, given: Scanners) -> tuple[Any, ...]:
        if given is None:
            return ()
        if given == "prompt":
            return self._shield.prompt
        return self._shield.output if given == "output" else tuple(given)

    def _lane(self, given: Scanners, output: bool, without: frozenset[str], name: str) -> Lane | None:
        listed = self._listed(given)
        kept = tuple(scanner for scanner in listed if _type(scanner) not in without)
        own = given if isinstance(given, str) and kept == listed else None
        # Scanners of one's own need not hash; they are the same only if they are the same object.
        key = own or (output, *map(id, kept))
        if key in self._made:
            return self._made[key]
        with self._lock:
            if self._closed:
                raise Closed("the shield is closed")
            if key not in self._made:
                self._made[key] = self._made_of(kept, output, name, own is not None)
            return self._made[key]

    def _made_of(self, scanners: tuple[Any, ...], output: bool, name: str, own: bool) -> Lane | None:
        if not scanners:
            return None
        mine = not all(map(is_native, scanners))
        pairs = output and (mine or any(isinstance(one, PairScanner) for one in scanners))
        if own:
            return Lane(self._shield, output, pairs, mine)
        parent = self._shield
        options: dict[str, Any] = {"limits": parent.limits, "views": parent.views, "cache": parent.cache}
        options |= {"pipeline": parent.pipeline, "ml": parent.ml}
        options |= {"on_error": parent.on_error, "output" if output else "prompt": scanners}
        try:
            shield = type(parent)(**options)
        except ConfigError as error:
            # The field is that of the policy: `tool[2]`, not `prompt[2]`.
            field = (error.field or "").replace("output" if output else "prompt", name, 1)
            raise ConfigError(f"messages: {error.message}", error.scanner, f"messages.{field}") from None
        return Lane(shield, output, pairs, mine)


def declared(shield: Declared, policy: object) -> Lanes:
    """The lanes of a policy that was given, made at once: what cannot work is refused where it is declared.

    Raises:
        ConfigError: If the policy is none, or a list of scanners in it cannot work.
    """
    if not isinstance(policy, MessagePolicy):
        name = type(shield).__name__
        Check(name).fail("messages", f"expected MessagePolicy or None, got {shown(policy)}")
    lanes = Lanes(shield, policy)
    for role in Role:
        lanes.of(role, fresh=True)
        lanes.across(role)
    _decide_known(lanes)
    return lanes


def _decide_known(lanes: Lanes) -> None:
    """Fails for a decision on a scanner that scans nothing: it would never be asked for."""
    known = dict.fromkeys(lanes.names())
    for name in lanes.policy.decisions.scanners:
        if name not in known:
            place = f"decisions.scanners[{shown(name)}]"
            reason = f"no scanner of the shield is called so{hint(name, known)}"
            field = f"messages.decisions.scanners.{name[:64]}"
            raise ConfigError(f"messages: {place}: {reason}", field=field)


def _type(scanner: object) -> str:
    """The name of a built-in scanner; a class derived from one has its name too."""
    return str(getattr(scanner, "_type", "")) if is_native(scanner) else ""


def _sees_across(scanner: object) -> bool:
    name = _type(scanner)
    if name == "Regex":
        return bool(getattr(scanner, "params", {}).get("is_blocked", True))
    return name in _ACROSS
