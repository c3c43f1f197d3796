"""Shields made of another one's declaration: its twin for the other lane, or one of some of its scanners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pyshield.shield import BlockingShield, Shield

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["twin_of"]

_Kind = TypeVar("_Kind", Shield, BlockingShield)


def twin_of(
    shield: Shield | BlockingShield,
    kind: type[_Kind],
    *,
    prompt: Sequence[Any] | None = None,
    output: Sequence[Any] | None = None,
    ordered: bool = True,
) -> _Kind:
    """A shield that is declared as another; of a session one with the session's vault.

    Args:
        shield: The other one.
        kind: `Shield` or `BlockingShield`.
        prompt: Scanners for prompts, if not the same.
        output: Scanners for outputs, if not the same.
        ordered: Whether they run in the same order, and a refusal of one keeps others from looking.
    """
    made = kind(
        shield.prompt if prompt is None else prompt,
        shield.output if output is None else output,
        limits=shield.limits,
        views=shield.views,
        cache=shield.cache,
        on_error=shield.on_error,
        ml=shield.ml,
        pipeline=shield.pipeline if ordered else None,
        messages=shield.messages,
    )
    # Its scanners are those of its shield, which have another vault.
    vault: Any = getattr(shield, "vault", None)
    if vault is None:
        return made
    session: Any = made.session(vault)
    return session  # type: ignore[no-any-return]
