"""What comes of a conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield._frozen import sealed
from pyshield._messages.edits import Edit, edited
from pyshield._messages.policy import Decision

if TYPE_CHECKING:
    from pyshield._messages.nodes import Path
    from pyshield._messages.roles import Role
    from pyshield.errors import ShieldError
    from pyshield.results import Finding, ScanResult

__all__ = ["MessageFinding", "MessageStretch", "ScannedMessage", "ScannedMessages", "ScannedText"]


def _shown(path: Path) -> list[str | int]:
    """A path as logs may have it: keys are a tool's or a model's own and may say anything."""
    return [step if isinstance(step, int) else step if _names(step) else "…" for step in path]


def _names(step: object) -> bool:
    return isinstance(step, str) and len(step) <= 32 and step.isidentifier() and step.isascii()


class MessageStretch(NamedTuple):
    """A place in a conversation.

    Attributes:
        message: The index of the message.
        path: Keys, indices and attributes that lead to the text in it; within JSON, on into that.
        start: Where it begins in the text, in code points.
        end: Where it ends, exclusive.
    """

    message: int
    path: Path
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        """As plain data; a key in the path that is no plain name is left out."""
        path = _shown(self.path)
        return {"message": self.message, "path": path, "start": self.start, "end": self.end}

    def __repr__(self) -> str:
        return f"MessageStretch({self.message}, {_shown(self.path)}, {self.start}, {self.end})"


class MessageFinding(NamedTuple):
    """One thing that was found in a conversation.

    Attributes:
        message: The index of the message; of something divided over several, the last of them.
        path: Where its text stands in the message.
        scanner: The scanner, by class name.
        role: Whose text it is.
        finding: What was found; `None` where a scanner refuses texts put together without saying for what.
            Its positions are those in the text; of something divided, in the texts put together.
        stretches: Where it stands: one place, or several if it is divided.
    """

    message: int
    path: Path
    scanner: str
    role: Role
    finding: Finding | None
    stretches: tuple[MessageStretch, ...]

    @property
    def split(self) -> bool:
        """Whether it is divided over several texts."""
        return len(self.stretches) > 1

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "message": self.message,
            "path": _shown(self.path),
            "scanner": self.scanner,
            "role": self.role.value,
            "finding": None if self.finding is None else self.finding.to_dict(),
            "stretches": [stretch.to_dict() for stretch in self.stretches],
        }

    def __repr__(self) -> str:
        parts = (
            f"{self.message}, {_shown(self.path)}",
            self.scanner,
            f"role={self.role}",
            repr(self.stretches),
        )
        return f"MessageFinding({', '.join(parts)})"


@sealed
@dataclass(frozen=True, slots=True)
class ScannedText:
    """A text of a message, scanned.

    Attributes:
        path: Where it stands in the message; within JSON, where in there.
        role: Whose it is: a message of a user may hold what a tool returned.
        decision: What is to become of it.
        changed: Whether it stands in the message otherwise than it was.
        result: What the scanners said of it.
    """

    path: Path = field(repr=False)
    role: Role
    decision: Decision
    changed: bool
    result: ScanResult = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, without the text."""
        return {
            "path": _shown(self.path),
            "role": self.role.value,
            "decision": self.decision.value,
            "changed": self.changed,
            "result": self.result.to_dict(),
        }


@sealed
@dataclass(frozen=True, slots=True)
class ScannedMessage:
    """A message, scanned.

    Attributes:
        index: Its index in the conversation.
        role: Who speaks.
        decision: What is to become of it: the strictest of its texts' and of what is split and ends in it.
        message: The message, redacted; the very object that was given if nothing in it changed.
        texts: Its texts that were scanned.
        findings: What was found in it, and what was divided over several and ends in it.
    """

    index: int
    role: Role
    decision: Decision
    message: Any = field(repr=False)
    texts: tuple[ScannedText, ...] = field(repr=False)
    findings: tuple[MessageFinding, ...]

    @property
    def changed(self) -> bool:
        """Whether the message is another than the one that was given."""
        return any(text.changed for text in self.texts)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, without any text."""
        return {
            "index": self.index,
            "role": self.role.value,
            "decision": self.decision.value,
            "changed": self.changed,
            "texts": [text.to_dict() for text in self.texts],
            "findings": [finding.to_dict() for finding in self.findings],
        }


@sealed
@dataclass(frozen=True, slots=True)
class ScannedMessages:
    """A conversation, scanned.

    Attributes:
        decision: What is to become of it: the strictest of its messages'.
        scanned: The messages that were scanned, those from `since` on.
    """

    decision: Decision
    scanned: tuple[ScannedMessage, ...]
    _given: tuple[Any, ...] = field(repr=False)
    _edits: tuple[tuple[Edit, ...], ...] = field(repr=False)
    _across: tuple[ShieldError, ...] = field(default=(), repr=False)

    @property
    def passes(self) -> bool:
        """Whether `messages` may be sent: the decision is to allow or to redact."""
        return self.decision <= Decision.REDACT

    @property
    def messages(self) -> list[Any]:
        """The whole conversation, redacted, as a new list; to be sent if `passes`, or if a person agrees."""
        return [*self._before, *(one.message for one in self.scanned)]

    @property
    def _before(self) -> tuple[Any, ...]:
        return self._given[: len(self._given) - len(self.scanned)]

    @property
    def findings(self) -> tuple[MessageFinding, ...]:
        """What was found, in the order of the messages."""
        return tuple(finding for one in self.scanned for finding in one.findings)

    @property
    def errors(self) -> list[ShieldError]:
        """What went wrong in scanners: of texts, then of texts put together."""
        alone = [error for one in self.scanned for text in one.texts for error in text.result.errors]
        return [*alone, *self._across]

    @property
    def risk(self) -> float:
        """The highest risk any scanner reported of a text, 0 to 1."""
        return max((text.result.risk for one in self.scanned for text in one.texts), default=0.0)

    def withheld(self, notice: str = "[WITHHELD]", *, least: Decision = Decision.ASK) -> list[Any]:
        """The whole conversation with `notice` in the place of every text that must not pass.

        So an agent can go on without what a poisoned tool returned, and every call keeps its answer. Of
        something divided over several texts the last is withheld.

        Args:
            notice: What stands there instead. In the arguments of a call it takes the place of the string
                that was refused; arguments that cannot be read so are left empty.
            least: Texts with this decision or a stricter one are withheld.

        Raises:
            MessageError: If a message cannot be copied.
        """
        messages = list(self._before)
        for one, edits in zip(self.scanned, self._edits, strict=True):
            withheld = [edit.withheld(notice) if edit.decision >= least else edit for edit in edits]
            messages.append(edited(self._given[one.index], withheld, one.index))
        return messages

    def to_dict(self) -> dict[str, Any]:
        """As plain data that `json.dumps` takes, without any text."""
        return {
            "decision": self.decision.value,
            "risk": self.risk,
            "messages": [one.to_dict() for one in self.scanned],
        }
