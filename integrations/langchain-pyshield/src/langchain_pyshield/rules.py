"""Rules: what a middleware was told, checked once and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from langchain_pyshield.errors import Place, Refused
from langchain_pyshield.shields import Shields
from pyshield.errors import ConfigError
from pyshield.policy import refused_by
from pyshield.shield import Shield
from pyshield.stream import pass_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from pyshield.results import ScanResult
    from pyshield.stream import PassPolicy

__all__ = ["Blocked", "BlockedTools", "OnResult", "Rules", "Tokens", "wrong"]

Blocked: TypeAlias = Literal["end", "raise"]
"""What a refused prompt or answer leads to: the end of the run with `refusal`, or `Refused`."""

BlockedTools: TypeAlias = Literal["withhold", "end", "raise"]
"""What a refused tool call or result leads to: `withheld` in its place and then on, the end, or `Refused`."""

Tokens: TypeAlias = Literal["scanned", "stream", "whole"]
"""When answers are streamed while they are written: where that is scanned, in any case, or never."""

OnResult: TypeAlias = "Callable[[Place, ScanResult], None]"
"""A function that is told of every scan; it must return soon."""


def wrong(field: str, message: str) -> ConfigError:
    """The error for an argument."""
    return ConfigError(f"PyShieldMiddleware: {field}: {message}", None, field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The arguments of `PyShieldMiddleware`, where they are described."""

    tool_results: Shields | None
    blocked: Blocked
    blocked_tools: BlockedTools
    refuses: Callable[[ScanResult], bool]
    refusal: str
    withheld: str
    restore_for: frozenset[str] | None
    tokens: Tokens
    on_result: OnResult | None
    policy: PassPolicy

    def __post_init__(self) -> None:
        choices = {
            "blocked": ("end", "raise"),
            "blocked_tools": ("withhold", "end", "raise"),
            "tokens": ("scanned", "stream", "whole"),
        }
        for field, known in choices.items():
            if getattr(self, field) not in known:
                raise wrong(field, f"expected one of {', '.join(map(repr, known))}")
        pass_policy(self.policy)
        for field in ("refusal", "withheld"):
            text: object = getattr(self, field)
            if not isinstance(text, str) or not text:
                raise wrong(field, "expected a text")
        if not callable(self.refuses):
            raise wrong("refuses", "expected a function of a ScanResult")
        if self.on_result is not None and not callable(self.on_result):
            raise wrong("on_result", "expected a function of a place and a ScanResult")

    def judge(self, place: Place, results: Iterable[ScanResult]) -> tuple[str, ...] | None:
        """Who refuses texts that stand together; `None` if they pass.

        Raises:
            Refused: If they do not and that is what was asked for.
        """
        judged = list(results)
        if self.on_result is not None:
            for result in judged:
                self.on_result(place, result)
        refusing = refused_by(judged, self.refuses)
        return None if refusing is None else self.refused(place, refusing)

    def refused(self, place: Place, refusing: tuple[str, ...]) -> tuple[str, ...]:
        """Who refuses what stands at a place.

        Raises:
            Refused: If that is what was asked for.
        """
        if (self.blocked_tools if place.startswith("tool") else self.blocked) == "raise":
            raise Refused.at(place, refusing)
        return refusing

    def restores_for(self, tool: str) -> bool:
        """Whether a tool is given what was taken out of prompts."""
        return self.restore_for is None or tool in self.restore_for


def tool_shields(given: Shield | None) -> Shields | None:
    """What scans tool results, if that is not what scans prompts."""
    if given is None:
        return None
    shield: object = given
    if not isinstance(shield, Shield):
        raise wrong("tool_results", f"expected a pyshield.Shield or None, got {type(shield).__name__}")
    return Shields(shield)


def tool_names(given: Collection[str] | None) -> frozenset[str] | None:
    """The names of tools."""
    if given is None:
        return None
    if isinstance(given, str) or not all(isinstance(name, str) for name in given):
        raise wrong("restore_for", "expected names of tools, or None for all")
    return frozenset(given)
