"""What scans which role, what is seen across messages, what a verdict means, and the bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import total_ordering
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from pyshield._check import Check, shown
from pyshield._declarations.declaration import Declaration
from pyshield._frozen import sealed
from pyshield.errors import ConfigError

__all__ = ["Context", "Decision", "Decisions", "MessagePolicy", "Scanners"]

_MIB = 1024 * 1024


@total_ordering
class Decision(Enum):
    """What is to become of a message; ordered from `ALLOW` to `BLOCK`."""

    ALLOW = "allow"
    """It may pass."""
    REDACT = "redact"
    """It may pass as it is in the result: all that was refused has been replaced."""
    ASK = "ask"
    """A person decides."""
    BLOCK = "block"
    """It must not pass."""

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return _RANK[self] < _RANK[other]

    def __str__(self) -> str:
        return self.value


_RANK = {decision: rank for rank, decision in enumerate(Decision)}

Scanners: TypeAlias = 'Literal["prompt", "output"] | list[Any] | tuple[Any, ...] | None'
"""A shield's own list by name, a list of scanners, or none."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What verdicts amount to.

    Args:
        redacted: What it means that a scanner refuses a text and has replaced all that it found.
        refused: What it means that a scanner refuses a text and something of it stays.
        failed: What it means that a scanner came to no verdict, where the shield's `on_error` is `"block"`.
        split: What it means that something is found only in several texts put together. Nothing of it is
            replaced.
        ask_below: Refusals with a risk below this, that would be `refused` or `split`, are for a person to
            decide instead; `None` for none.
        scanners: Decisions by a scanner's class name, before all of the above but `failed`. A shield refuses
            a name that none of its scanners has. `REDACT` counts only where the scanner has replaced what it
            found; what stays is `refused`, or `split`.

    Raises:
        ConfigError: For a wrong type or value.
    """

    redacted: Decision = Decision.REDACT
    refused: Decision = Decision.BLOCK
    failed: Decision = Decision.BLOCK
    split: Decision = Decision.BLOCK
    ask_below: float | None = None
    scanners: Mapping[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check = Check("Decisions")
        for name in ("redacted", "refused", "failed", "split"):
            decision = check.choice(name, getattr(self, name), Decision)
            object.__setattr__(self, name, decision)
            if decision is Decision.REDACT and name != "redacted":
                check.fail(name, "expected 'allow', 'ask' or 'block': nothing is replaced there")
        if self.ask_below is not None:
            check.number("ask_below", self.ask_below, least=0.0, most=1.0, above=True)
        if not isinstance(self.scanners, Mapping):
            check.fail("scanners", f"expected decisions by scanner, got {shown(self.scanners)}")
        chosen = {
            check.text("scanners", name): check.choice(f"scanners.{name}", decision, Decision)
            for name, decision in self.scanners.items()
        }
        object.__setattr__(self, "scanners", MappingProxyType(chosen))

    def to_config(self) -> dict[str, Any]:
        """The decisions as a configuration file holds them."""
        plain = {name: getattr(self, name).value for name in ("redacted", "refused", "failed", "split")}
        scanners = {name: decision.value for name, decision in self.scanners.items()}
        return {**plain, "ask_below": self.ask_below, "scanners": scanners}

    def __hash__(self) -> int:
        return hash((self.redacted, self.refused, self.failed, self.split, self.ask_below, *self.scanners))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), _given(self) | {"scanners": dict(self.scanners)})


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is seen of messages that follow each other: the texts of users, and those of tools, put together.

    So is what the calls of one message hand to tools, where `scanners` are not given.

    Args:
        span: The characters within which parts of one thing are found, wherever the messages end.
        joints: What is put between two texts; for each, everything is scanned once more.
        scanners: What scans the texts put together; by default `BanSubstrings`, `PromptInjection` and `Regex`
            with blocked patterns, as far as they are in the list of the role.

    Raises:
        ConfigError: For a wrong type or value.
    """

    span: int = 2000
    joints: tuple[str, ...] = (" ", "")
    scanners: Scanners = None

    def __post_init__(self) -> None:
        check = Check("Context")
        check.integer("span", self.span, least=1, most=_MIB)
        joints = check.texts("joints", self.joints)
        if not joints or len(joints) > 4 or max(map(len, joints)) > 4:
            check.fail("joints", "expected 1 to 4 strings of up to 4 characters")
        object.__setattr__(self, "joints", joints)
        object.__setattr__(self, "scanners", _listed(check, "scanners", self.scanners))

    def to_config(self) -> dict[str, Any]:
        """The context as a configuration file holds it."""
        return {"span": self.span, "joints": list(self.joints), "scanners": _plain(self.scanners)}


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePolicy:
    """How `scan_messages` treats a conversation.

    Each role has scanners: the shield's for prompts (`"prompt"`), those for outputs (`"output"`), a list of
    its own, or `None` if it is not scanned. Lists of `user`, `system` and `tool` hold scanners of prompts,
    those of `assistant` and `tool_call` scanners of outputs.

    Args:
        user: For what users write.
        assistant: For what the model writes.
        system: For system and developer messages.
        tool: For what tools return, and for documents.
        tool_call: For what the model hands to tools. `"output"` leaves out scanners that judge an answer as a
            whole, such as `JSON` and `Relevance`.
        context: What is seen across messages; `None` for nothing.
        decisions: What verdicts amount to.
        max_messages: The most messages of a conversation.
        max_texts: The most texts in them; every string within JSON counts.
        max_bytes: What all texts may have together, in bytes of UTF-8.

    Raises:
        ConfigError: For a wrong type or value.
    """

    user: Scanners = "prompt"
    assistant: Scanners = "output"
    system: Scanners = None
    tool: Scanners = "prompt"
    tool_call: Scanners = "output"
    context: Context | None = field(default_factory=Context)
    decisions: Decisions = field(default_factory=Decisions)
    max_messages: int = 4096
    max_texts: int = 65_536
    max_bytes: int = 64 * _MIB

    def __post_init__(self) -> None:
        check = Check("MessagePolicy")
        for role in ROLES:
            object.__setattr__(self, role, _listed(check, role, getattr(self, role)))
        if self.context is not None and not isinstance(self.context, Context):
            check.fail("context", f"expected Context or None, got {shown(self.context)}")
        if not isinstance(self.decisions, Decisions):
            check.fail("decisions", f"expected Decisions, got {shown(self.decisions)}")
        for bound in ("max_messages", "max_texts", "max_bytes"):
            check.integer(bound, getattr(self, bound), least=1)

    def to_config(self) -> dict[str, Any]:
        """The policy as a configuration file holds it.

        Raises:
            ConfigError: If a scanner is not one of pyshield's own.
        """
        return {
            **{role: _plain(getattr(self, role)) for role in ROLES},
            "context": None if self.context is None else self.context.to_config(),
            "decisions": self.decisions.to_config(),
            "max_messages": self.max_messages,
            "max_texts": self.max_texts,
            "max_bytes": self.max_bytes,
        }


ROLES = ("user", "assistant", "system", "tool", "tool_call")
OUTPUTS = ("assistant", "tool_call")
"""Roles whose lists hold scanners of outputs."""


def _listed(check: Check, name: str, scanners: object) -> Scanners:
    """The scanners of a role, copied; what is in a list is checked by the shield that is made of it."""
    if scanners is None:
        return None
    if isinstance(scanners, str) and scanners in {"prompt", "output"}:
        return "prompt" if scanners == "prompt" else "output"
    if not isinstance(scanners, list | tuple):
        check.fail(name, f"expected 'prompt', 'output', a list of scanners or None, got {shown(scanners)}")
    return tuple(scanners)


def _plain(scanners: Scanners) -> Any:  # noqa: ANN401  # JSON is untyped
    if scanners is None or isinstance(scanners, str):
        return scanners
    for scanner in scanners:
        if not isinstance(scanner, Declaration):
            raise ConfigError(
                f"{type(scanner).__name__}: only pyshield's own scanners can be written as data"
            )
    return [scanner.to_config() for scanner in scanners]


def _given(value: Any) -> dict[str, Any]:  # noqa: ANN401  # a dataclass
    return {item.name: getattr(value, item.name) for item in fields(value)}


def _rebuilt(kind: type[Any], given: dict[str, Any]) -> Any:  # noqa: ANN401
    return kind(**given)
