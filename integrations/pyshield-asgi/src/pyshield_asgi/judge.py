"""Judging: the texts of a request or an answer are scanned, and it is decided whether they pass."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING

from pyshield.errors import ShieldError
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.problem import OUTPUT_REFUSED, RejectedError, of_error, of_refusal

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Sequence
    from typing import Any

    from pyshield.results import ScanResult
    from pyshield_asgi._types import Scope
    from pyshield_asgi.document import Located
    from pyshield_asgi.guard import Guard

__all__ = ["SCOPE_KEY", "answered", "judge", "mark", "results", "scanned"]

SCOPE_KEY = "pyshield"
"""Where the `ScannedBody` stands in the scope and in the request's state."""


async def results(guard: Guard, texts: list[str]) -> list[ScanResult]:
    """Scans the texts of a request.

    Raises:
        ShieldError: As `Shield.scan_prompt`.
    """
    shield, deadline = guard.shield, guard.deadline
    if len(texts) == 1:
        return [await shield.scan_prompt(texts[0], deadline=deadline)]
    return await shield.scan_prompts(texts, deadline=deadline) if texts else []


async def scanned(
    guard: Guard, fields: Sequence[Located], work: Coroutine[Any, Any, list[ScanResult]] | None = None
) -> tuple[ScannedField, ...]:
    """Scans the fields of a request.

    Args:
        guard: By whom.
        fields: What.
        work: What brings the results; `results`, if not given.

    Raises:
        RejectedError: If the shield cannot.
    """
    try:
        found = await (results(guard, [field.text for field in fields]) if work is None else work)
    except ShieldError as error:
        raise RejectedError(of_error(error)) from error
    return tuple(
        ScannedField(field.path, result, result.text != field.text)
        for field, result in zip(fields, found, strict=True)
    )


def mark(scope: Scope, guard: Guard, fields: tuple[ScannedField, ...], before: ScannedBody) -> ScannedBody:
    """Puts the outcome where the application finds it, beside that of a guard further out."""
    outcome = ScannedBody(before.fields + fields, (*before.guards, guard.key))
    scope[SCOPE_KEY] = outcome
    # Frameworks show this as `request.state.pyshield`.
    scope.setdefault("state", {})[SCOPE_KEY] = outcome
    return outcome


async def judge(guard: Guard, scope: Scope, outcome: ScannedBody, fields: Iterable[ScannedField]) -> None:
    """Tells of a refusal, if it is one.

    Raises:
        RejectedError: If it is.
    """
    refused = [field for field in fields if guard.refuses(field.result)]
    if not refused:
        return
    if guard.on_refused is not None:
        told = guard.on_refused(scope, outcome)
        if isawaitable(told):
            await told
    raise RejectedError(of_refusal(outcome, refused, disclose=guard.disclose))


async def answered(guard: Guard, prompt: str, fields: Sequence[Located]) -> list[str] | None:
    """What passes of the texts of an answer; `None` if nothing of it changed.

    Raises:
        RejectedError: If it must not pass.
        ShieldError: As `Shield.scan_output`.
    """
    if not fields:
        return None
    pairs = [(prompt, field.text) for field in fields]
    found = await guard.shield.scan_outputs(pairs, deadline=guard.deadline)
    if any(guard.refuses(result) for result in found):
        raise RejectedError(OUTPUT_REFUSED)
    texts = [result.text for result in found]
    return None if all(text == field.text for text, field in zip(texts, fields, strict=True)) else texts
