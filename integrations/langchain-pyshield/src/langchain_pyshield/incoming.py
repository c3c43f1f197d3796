"""What goes to the model: the user's messages and the tools' results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from langchain_core.messages import ChatMessage, FunctionMessage, HumanMessage, ToolMessage

from langchain_pyshield.content import CONTENT, rebuilt, texts
from langchain_pyshield.marks import withheld
from langchain_pyshield.shields import Conversed, Scans
from pyshield.errors import TextError
from pyshield.messages import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langchain_pyshield.errors import Place
    from langchain_pyshield.rules import Rules
    from langchain_pyshield.shields import Shields, Steps
    from pyshield.messages import ScannedMessages

__all__ = ["Incoming", "asked", "incoming", "place_of"]

_TRUSTED_ROLES = frozenset({"system", "developer", "assistant", "ai"})


@dataclass(slots=True)
class Incoming:
    """What became of messages on their way to the model.

    Attributes:
        changed: Those that are different now, by their places.
        refused: Who refused a user's message; `None` if nobody.
        refused_tool: Who refused a tool's result; it is withheld.
    """

    changed: dict[int, BaseMessage] = field(default_factory=dict)
    refused: tuple[str, ...] | None = None
    refused_tool: tuple[str, ...] | None = None

    def applied(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The messages as they may be sent."""
        return [self.changed.get(at, message) for at, message in enumerate(messages)]


def place_of(message: BaseMessage) -> Place | None:
    """Where a message stands if it is scanned; what the application itself says is not."""
    match message:
        case HumanMessage():
            return "prompt"
        case ToolMessage() | FunctionMessage():
            return "tool_result"
        case ChatMessage(role=role):
            return None if role in _TRUSTED_ROLES else "prompt"
    return None


def incoming(
    rules: Rules, shields: Shields, messages: Sequence[BaseMessage], place: Place | None = None
) -> Steps[Incoming]:
    """Scans what of the messages has not been scanned lately.

    Args:
        rules: The middleware's.
        shields: The conversation's.
        messages: The messages.
        place: What all of them are taken for; by their kind if not given.

    Raises:
        Refused: If one is refused and that is what was asked for.
    """
    done = Incoming()
    wanted: tuple[tuple[Place, Shields], ...] = (
        ("prompt", shields),
        ("tool_result", rules.tool_results or shields),
    )
    for here, who in wanted:
        mine = {at: message for at, message in enumerate(messages) if (place or place_of(message)) == here}
        try:
            yield from _scan(rules, who, here, mine, done)
        except TextError:
            if here == "prompt" or rules.blocked_tools == "raise":
                raise
            # A tool must not end the run with a result that nobody can scan: one that is too long, say.
            done.refused_tool = (done.refused_tool or ()) + ("TextError",)
            for at, message in mine.items():
                if not _known(who, message):
                    done.changed[at] = withheld(message, rules.withheld)
    if place is None and shields.shield.messages is not None:
        yield from _conversation(rules, shields, messages, done)
    return done


def _conversation(
    rules: Rules, shields: Shields, messages: Sequence[BaseMessage], done: Incoming
) -> Steps[None]:
    """Scans what users and tools say as one conversation, as the shield says how.

    What answers say is scanned where they are given.
    """
    said = {at: message for at, message in enumerate(done.applied(messages)) if place_of(message)}
    keys = ["\n".join([message.id or "", *texts(message.content, CONTENT)]) for message in said.values()]
    since = next((n for n, key in enumerate(keys) if not shields.passed.has("conversation", key)), None)
    if since is None:
        return
    places = list(said)
    scanned: ScannedMessages = yield Conversed(shields, list(said.values()), since)
    for one in scanned.scanned:
        if one.index < since:
            continue
        at = places[one.index]
        if one.decision > Decision.REDACT:
            names = tuple(dict.fromkeys(found.scanner for found in one.findings))
            _refuse(rules, place_of(said[at]) or "prompt", names, done)
            done.changed[at] = withheld(said[at], rules.withheld)
            continue
        if one.changed:
            done.changed[at] = one.message
        shields.passed.add("conversation", keys[one.index])


def _refuse(rules: Rules, here: Place, refusing: tuple[str, ...], done: Incoming) -> None:
    """Notes who refuses a message; raises `Refused` if that is what was asked for."""
    refusing = rules.refused(here, refusing)
    if here == "prompt":
        done.refused = (done.refused or ()) + refusing
    else:
        done.refused_tool = (done.refused_tool or ()) + refusing


def _known(who: Shields, message: BaseMessage) -> bool:
    """Whether a message passed lately."""
    try:
        return all(who.passed.has("prompt", text) for text in texts(message.content, CONTENT))
    except TextError:
        return False


def _scan(
    rules: Rules, who: Shields, here: Place, messages: dict[int, BaseMessage], done: Incoming
) -> Steps[None]:
    """Scans messages that stand at one place, and notes what became of them."""
    parts = {at: texts(message.content, CONTENT) for at, message in messages.items()}
    fresh = dict.fromkeys(t for each in parts.values() for t in each if not who.passed.has("prompt", t))
    if not fresh:
        return
    results = dict(zip(fresh, (yield Scans(who, "prompt", "", list(fresh))), strict=True))
    for at, each in parts.items():
        mine = [results[text] for text in each if text in results]
        refusing = rules.judge(here, mine) if mine else None
        if refusing is not None:
            done.changed[at] = withheld(messages[at], rules.withheld)
            if here == "prompt":
                done.refused = (done.refused or ()) + refusing
            else:
                done.refused_tool = (done.refused_tool or ()) + refusing
            continue
        passed = {text: results[text].text for text in each if text in results}
        for text in passed.values():
            who.passed.add("prompt", text)
        content = rebuilt(messages[at].content, passed, CONTENT)
        if content is not messages[at].content:
            done.changed[at] = messages[at].model_copy(update={"content": content})


def asked(messages: Sequence[BaseMessage]) -> str:
    """What the user said last, which is what an answer answers."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            return "\n".join(texts(message.content, CONTENT))
    return ""
