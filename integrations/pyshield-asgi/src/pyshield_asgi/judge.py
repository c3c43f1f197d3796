"""Judging: the texts of a request or an answer are scanned, and it is decided whether they pass."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import TYPE_CHECKING, TypeAlias

from pyshield._runtime import Ready
from pyshield.errors import ShieldError
from pyshield.policy import failed, told
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.problem import OUTPUT_REFUSED, RejectedError, of_error, of_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
    from typing import Any, NoReturn

    from pyshield._runtime import ScannedDocument
    from pyshield.results import ScanResult
    from pyshield_asgi._types import Scope
    from pyshield_asgi.document import Located
    from pyshield_asgi.guard import Guard

__all__ = ["SCOPE_KEY", "answered", "mark", "passed", "refuse", "refused", "scanned"]

SCOPE_KEY = "pyshield"
"""Where the `ScannedBody` stands in the scope and in the request's state."""


_FEW, _SHORT = 8, 4096
"""Texts, and their characters, up to which scanning one after the other is tried."""

Around: TypeAlias = "Callable[[Coroutine[Any, Any, list[ScanResult]]], Awaitable[list[ScanResult]]]"
"""Runs what takes its time."""


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

    A few short ones are scanned within the call as a rule, in less time than it takes to hand them on.

    Args:
        guard: By whom.
        fields: What.
        around: Runs what is not done within the call.

    Raises:
        RejectedError: If the shield cannot.
    """
    if not fields:
        return ()
    shield, deadline = guard.shield, guard.deadline
    found: list[ScanResult] = []
    try:
        if len(fields) == 1 or (len(fields) <= _FEW and sum(len(field.text) for field in fields) <= _SHORT):
            work = None
            for field in fields:
                scan = shield.scan_prompt(field.text, deadline=deadline)
                if not isinstance(scan, Ready):
                    work = _together(guard, scan, [field.text for field in fields[len(found) + 1 :]])
                    break
                found.append(await scan)
        else:
            work = _many(guard, [field.text for field in fields])
        if work is not None:
            found += await (work if around is None else around(work))
    except ShieldError as error:
        raise RejectedError(of_error(error)) from error
    return tuple(
        [
            ScannedField(field.path, result, result.text != field.text)
            for field, result in zip(fields, found, strict=True)
        ]
    )


def mark(
    scope: Scope,
    guard: Guard,
    fields: tuple[ScannedField, ...],
    before: ScannedBody | None,
    document: ScannedDocument | None = None,
) -> ScannedBody:
    """Puts the outcome where the application finds it, beside that of a guard further out."""
    if before is None:
        outcome = ScannedBody(fields, guard.keys, document)
    else:
        outcome = ScannedBody(before.fields + fields, (*before.guards, guard.key), document)
    scope[SCOPE_KEY] = outcome
    # Frameworks show this as `request.state.pyshield`.
    state = scope.get("state")
    if state is None:
        scope["state"] = {SCOPE_KEY: outcome}
    else:
        state[SCOPE_KEY] = outcome
    return outcome


def refused(guard: Guard, fields: Iterable[ScannedField]) -> list[ScannedField]:
    """The fields for which the request is refused."""
    return [field for field in fields if guard.refuses(field.result)]


async def refuse(
    guard: Guard, scope: Scope, outcome: ScannedBody, fields: Iterable[ScannedField]
) -> NoReturn:
    """Tells of a refusal.

    Raises:
        RejectedError: Always.
    """
    if guard.on_refused is not None:
        told = guard.on_refused(scope, outcome)
        if isawaitable(told):
            await told
    raise RejectedError(of_refusal(outcome, fields, disclose=guard.disclose))


async def answered(guard: Guard, prompt: str, fields: Sequence[Located]) -> list[str] | None:
    """What passes of the texts of an answer; `None` if nothing of it changed.

    Raises:
        RejectedError: If it must not pass.
        ShieldError: As `Shield.scan_output`.
    """
    if not fields:
        return None
    shield, deadline = guard.shield, guard.deadline
    if len(fields) == 1:
        found = [await shield.scan_output(prompt, fields[0].text, deadline=deadline)]
    else:
        found = await shield.scan_outputs([(prompt, field.text) for field in fields], deadline=deadline)
    return passed(guard, fields, found)


def passed(guard: Guard, fields: Sequence[Located], found: Sequence[ScanResult]) -> list[str] | None:
    """The texts of an answer that pass; `None` if nothing of it changed.

    Raises:
        RejectedError: If it must not pass.
    """
    refusing = [result for result in found if guard.refuses(result)]
    if refusing:
        scanners = [name for result in refusing for name in failed(result)]
        errors = [error for result in refusing for error in result.errors]
        raise RejectedError(OUTPUT_REFUSED, told(scanners, errors))
    texts = [result.text for result in found]
    return None if all(text == field.text for text, field in zip(texts, fields, strict=True)) else texts
