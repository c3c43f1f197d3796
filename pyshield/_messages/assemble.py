"""The result of a conversation, put together from the results of its texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyshield._messages.decide import decided, decided_split, kind_of
from pyshield._messages.edits import Edit, edited
from pyshield._messages.policy import Decision
from pyshield._messages.results import (
    MessageFinding,
    MessageStretch,
    ScannedMessage,
    ScannedMessages,
    ScannedText,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pyshield._messages.lanes import Lane
    from pyshield._messages.policy import MessagePolicy
    from pyshield._messages.split import Piece, Window
    from pyshield._messages.walk import Slot, Walk
    from pyshield._runtime import Finding, ScanResult

__all__ = ["Told", "assembled"]

_TURN = 256
"""Texts after which others have a turn."""


@dataclass(slots=True)
class Told:
    """What the scanners said.

    Attributes:
        texts: Of texts, by their number.
        windows: Of texts put together, and which lane it was.
        split: What was found in several texts together: scanner, finding, stretches, result.
    """

    texts: dict[int, ScanResult] = field(default_factory=dict)
    windows: list[tuple[Window, ScanResult, Lane]] = field(default_factory=list)
    split: list[tuple[str, Finding | None, list[Piece], ScanResult]] = field(default_factory=list)


def assembled(
    policy: MessagePolicy, messages: Sequence[Any], since: int, walk: Walk, told: Told
) -> Generator[None, Any, ScannedMessages]:
    """The result of a conversation; whoever asks has a turn now and then."""
    drafts = [_Draft() for _ in messages]
    for step, (number, result) in enumerate(sorted(told.texts.items())):
        if step % _TURN == 0:
            yield
        drafts[walk.slots[number].message].take(walk.slots[number], result, policy)
    known: set[Any] = set()
    for scanner, finding, pieces, result in told.split:
        last = walk.slots[pieces[-1].slot]
        stretches = tuple(_stretch(walk.slots[piece.slot], piece) for piece in pieces)
        # Windows overlap, and each is scanned once for every joint.
        key = (scanner, None if finding is None else finding.label, stretches)
        if last.message < since or key in known:
            continue
        known.add(key)
        found = MessageFinding(last.message, last.path, kind_of(scanner), last.role, finding, stretches)
        verdict = result.verdicts[scanner]
        decision = (
            policy.decisions.failed
            if verdict.error is not None
            else decided_split(policy.decisions, scanner, verdict.risk)
        )
        drafts[last.message].take_split(last, found, decision)
    scanned: list[ScannedMessage] = []
    for index in range(since, len(messages)):
        if index % _TURN == 0:
            yield
        scanned.append(drafts[index].message(index, walk, messages[index]))
    strictest = max((one.decision for one in scanned), default=Decision.ALLOW)
    edits = tuple(tuple(draft.edits) for draft in drafts[since:])
    across = tuple(error for _, result, _ in told.windows for error in result.errors)
    return ScannedMessages(strictest, tuple(scanned), tuple(messages), edits, across)


class _Draft:
    """A message of the result while its texts come in."""

    def __init__(self) -> None:
        self.decision = Decision.ALLOW
        self.texts: list[ScannedText] = []
        self.findings: list[MessageFinding] = []
        self.edits: list[Edit] = []

    def take(self, slot: Slot, result: ScanResult, policy: MessagePolicy) -> None:
        fixed = slot.home is None
        text = result.text
        changed = text != slot.text
        decision = decided(policy.decisions, result, changed=changed, fixed=fixed)
        if decision is not Decision.ALLOW:
            self.decision = max(self.decision, decision)
        self.texts.append(ScannedText(slot.path, slot.role, decision, changed and not fixed, result))
        if changed or decision is not Decision.ALLOW:
            self._edit(slot, text if changed and not fixed else None, decision)
        for finding in result.findings:
            place = MessageStretch(slot.message, slot.path, finding.start, finding.end)
            scanner = kind_of(finding.scanner)
            self.findings.append(
                MessageFinding(slot.message, slot.path, scanner, slot.role, finding, (place,))
            )

    def take_split(self, slot: Slot, found: MessageFinding, decision: Decision) -> None:
        self.decision = max(self.decision, decision)
        self.findings.append(found)
        self._edit(slot, None, decision)

    def _edit(self, slot: Slot, text: str | None, decision: Decision) -> None:
        where = slot.path if slot.home is None else slot.home
        self.edits.append(Edit(where, slot.span, text, decision, whole=slot.home is None))

    def message(self, index: int, walk: Walk, given: Any) -> ScannedMessage:  # noqa: ANN401
        message = edited(given, self.edits, index)
        return ScannedMessage(
            index, walk.roles[index], self.decision, message, tuple(self.texts), tuple(self.findings)
        )


def _stretch(slot: Slot, piece: Piece) -> MessageStretch:
    return MessageStretch(slot.message, slot.path, piece.start, piece.start + len(piece.text))
