"""Conversations in requests: what no text of them says alone, where the shield says how they are scanned."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from pyshield._messages.roles import role_of_item
from pyshield.errors import ShieldError
from pyshield.messages import Decision
from pyshield_asgi.body import value_of
from pyshield_asgi.document import MalformedError, TooDeepError
from pyshield_asgi.problem import REFUSED, TOO_DEEP, RejectedError, of_error
from pyshield_asgi.prompt import OFFLOADED

if TYPE_CHECKING:
    from pyshield.messages import ScannedMessages
    from pyshield_asgi._types import Scope
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.outcome import ScannedBody

__all__ = ["judge_conversations"]

_MEMBERS = ("messages", "input", "items")
"""Members of requests that may be conversations."""

_MOST = 100
"""Messages that a client is told of."""


async def judge_conversations(guard: Guard, scope: Scope, outcome: ScannedBody, text: str) -> None:
    """Scans the conversations of a document that has been scanned text by text.

    Args:
        guard: By whom.
        scope: The request's scope.
        outcome: What was found so far.
        text: The document, as it may go on.

    Raises:
        RejectedError: If one must not pass, or cannot be scanned.
    """
    try:
        long = len(text) >= OFFLOADED
        document = await asyncio.to_thread(value_of, text) if long else value_of(text)
    except (MalformedError, TooDeepError):
        raise RejectedError(TOO_DEEP) from None
    for name in _MEMBERS:
        messages = document.get(name) if isinstance(document, dict) else None
        if not isinstance(messages, list) or not messages:
            continue
        try:
            scanned = await guard.shield.scan_messages(_with_roles(messages), deadline=guard.deadline)
        except ShieldError as error:
            raise RejectedError(of_error(error)) from error
        if scanned.passes:
            continue
        if guard.on_refused is not None:
            told = guard.on_refused(scope, outcome)
            if isawaitable(told):
                await told
        members = {"refused": _refused(name, scanned), "findings": [], "omitted_findings": 0}
        raise RejectedError(replace(REFUSED, members=members if guard.disclose else {}))


def _with_roles(messages: list[Any]) -> list[Any]:
    """The messages, those of nobody as a user's: to leave a role out hides nothing."""
    return [message if _has_role(message) else {"role": "user", "content": message} for message in messages]


def _has_role(message: Any) -> bool:  # noqa: ANN401  # any JSON value
    if not isinstance(message, dict):
        return False
    return isinstance(message.get("role"), str) or role_of_item(message.get("type")) is not None


def _refused(name: str, scanned: ScannedMessages) -> list[dict[str, Any]]:
    refused = [one for one in scanned.scanned if one.decision > Decision.REDACT]
    return [
        {
            "pointer": f"/{name}/{one.index}",
            "scanners": list(dict.fromkeys(found.scanner for found in one.findings)),
        }
        for one in refused[:_MOST]
    ]
