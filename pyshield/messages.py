"""Conversations: how they are scanned, and what comes of it.

`Shield(messages=MessagePolicy(…))` says how, `Shield.scan_messages` does it; see `docs/conversations.md`.
"""

from __future__ import annotations

from pyshield._messages.policy import Context, Decision, Decisions, MessagePolicy
from pyshield._messages.results import (
    MessageFinding,
    MessageStretch,
    ScannedMessage,
    ScannedMessages,
    ScannedText,
)
from pyshield._messages.roles import Role

__all__ = [
    "Context",
    "Decision",
    "Decisions",
    "MessageFinding",
    "MessagePolicy",
    "MessageStretch",
    "Role",
    "ScannedMessage",
    "ScannedMessages",
    "ScannedText",
]
