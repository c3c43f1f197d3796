"""Judging: the texts of a request or an answer are scanned, and it is decided whether they pass."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import TYPE_CHECKING, TypeAlias

from pyshield._runtime import Ready
from pyshield.errors import ShieldError
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.problem import OUTPUT_REFUSED, RejectedError, of_error, of_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
    from typing import Any

    from pyshield.results import ScanResult
    from pyshield_asgi._types import Scope
    from pyshield_asgi.document import Located
    from pyshield_asgi.guard import Guard

__all__ = ["SCOPE_KEY", "answered", "judge", "mark", "results", "scanned"]

SCOPE_KEY = "pyshield"
"""Where the `ScannedBody` stands in the scope and in the request's state."""


_FEW, _SHORT = 8, 4096
"""Texts, and their characters, up to which scanning one after the other is tried."""

Around: TypeAlias = "Callable[[Coroutine[Any, Any, list[ScanResult]]], Awaitable[list[ScanResult]]]"
"""Runs what takes its time."""


async def results(guard: Guard, texts: list[str], around: Around | None = None) -> list[ScanResult]:
    """Scans the texts of a request.

    A few short ones are scanned within the call as a rule, in less time than it takes to hand them on.

    Args:
        guard: By whom.
        texts: What.
        around: Runs what is not done within the call.

    Raises:
        ShieldError: As `Shield.scan_prompt`.
    """
    shield, deadline = guard.shield, guard.deadline
    found: list[ScanResult] = []
    if len(texts) == 1 or (len(texts) <= _FEW and sum(map(len, texts)) <= _SHORT):
        for text in texts:
            scan = shield.scan_prompt(text, deadline=deadline)
            if not isinstance(scan, Ready):
                break
            found.append(await scan)
        else:
            return found
        work = _together(guard, scan, texts[len(found) + 1 :])
    else:
        work = _many(guard, texts)
    return found + await (work if around is None else around(work))


async def _together(guard: Guard, scan: Awaitable[ScanResult], others: list[str]) -> list[ScanResult]:
    """What a scan that has begun says, and the scans of the others."""
    if not others:
        return [await scan]
    first, rest = await asyncio.gather(scan, _many(guard, others))
    return [first, *rest]


async def _many(guard: Guard, texts: list[str]) -> list[ScanResult]:
    return await guard.shield.scan_prompts(texts, deadline=guard.deadline)


async def scanned(
    guard: Guard, fields: Sequence[Located], around: Around | None = None
) -> tuple[ScannedField, ...]:
    """Scans the fields of a request.

    Args:
        guard: By whom.
        fields: What.
        around: As for `results`.

    Raises:
        RejectedError: If the shield cannot.
    """
    if not fields:
        return ()
    try:
        found = await results(guard, [field.text for field in fields], around)
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
    if len(pairs) == 1:
        found = [await guard.shield.scan_output(prompt, fields[0].text, deadline=guard.deadline)]
    else:
        found = await guard.shield.scan_outputs(pairs, deadline=guard.deadline)
    if any(guard.refuses(result) for result in found):
        raise RejectedError(OUTPUT_REFUSED)
    texts = [result.text for result in found]
    return None if all(text == field.text for text, field in zip(texts, fields, strict=True)) else texts
