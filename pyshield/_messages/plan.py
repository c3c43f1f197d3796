"""A conversation from its messages to its result, as steps that ask for scans.

The steps are a generator, so that one order of things serves event loops and plain threads: it yields lists
of batches, each a lane and what it is to scan, and is sent their results; where it yields nothing, others may
have a turn. All texts of a lane are one batch, which crosses into the runtime once.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from pyshield._messages.assemble import Told, assembled
from pyshield._messages.roles import Role
from pyshield._messages.split import Window, straddling, windows
from pyshield._messages.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from pyshield._messages.lanes import Lane, Lanes
    from pyshield._messages.results import ScannedMessages
    from pyshield._runtime import ScanResult

__all__ = ["Batch", "Steps", "steps"]

_TURN = 1024
"""Texts after which others have a turn."""
_BYTES = 4
"""What a character may have in UTF-8."""


class Batch(NamedTuple):
    """What one lane is to scan: prompts, or pairs of a prompt and an output."""

    lane: Lane
    items: list[Any]


Steps: TypeAlias = "Generator[list[Batch] | None, list[list[ScanResult]], ScannedMessages]"


def steps(lanes: Lanes, messages: Sequence[Any], since: int, longest: int) -> Steps:
    """Scans a conversation.

    Args:
        lanes: What scans which role.
        messages: The messages.
        since: The first that is new.
        longest: The longest text, in bytes.
    """
    walk = Walk(lanes.policy, longest)
    for message in messages:
        for _ in walk.message(message):
            yield None
    plan = _Plan(lanes, walk, since)
    yield from plan.made(longest)
    results = yield plan.batches()
    told = plan.told(results)
    doubts = [doubt for doubt in told.windows if not doubt[1].is_valid]
    if doubts:
        # Whether a piece is refused for the same by itself. One batch for each lane, here too.
        pieces: dict[Lane, list[Any]] = {}
        for window, _, lane in doubts:
            pieces.setdefault(lane, []).extend(_item(lane, piece.text) for piece in window.pieces)
        answers = yield [Batch(lane, items) for lane, items in pieces.items()]
        alone = dict(zip(pieces, map(iter, answers), strict=True))
        for window, result, lane in doubts:
            verdicts = list(islice(alone[lane], len(window.pieces)))
            told.split += ((*found, result) for found in straddling(window, result, verdicts))
            yield None
    return (yield from assembled(lanes.policy, messages, since, walk, told))


class _Plan:
    """Which text goes to which lane."""

    def __init__(self, lanes: Lanes, walk: Walk, since: int) -> None:
        self._lanes_of = lanes
        self._walk = walk
        self._since = since
        self._slots: dict[Lane, list[int]] = {}
        self._windows: dict[Lane, list[Window]] = {}

    def made(self, longest: int) -> Iterator[None]:
        """Makes the plan; whoever asks has a turn now and then.

        Args:
            longest: The longest text, in bytes.
        """
        fresh = len(self._walk.roles)
        while fresh and self._walk.roles[fresh - 1] is Role.ASSISTANT:
            fresh -= 1
        known: dict[tuple[Role, bool], Lane | None] = {}
        chosen: dict[Role, list[int]] = {Role.USER: [], Role.TOOL: []}
        calls: dict[int, list[int]] = {}
        for number, slot in enumerate(self._walk.slots):
            if number % _TURN == _TURN - 1:
                yield
            if slot.role in chosen:
                chosen[slot.role].append(number)
            elif slot.role is Role.TOOL_CALL and slot.message >= self._since:
                calls.setdefault(slot.message, []).append(number)
            if slot.message >= self._since:
                asked = (slot.role, slot.message >= fresh)
                if asked not in known:
                    known[asked] = self._lanes_of.of(slot.role, fresh=asked[1])
                lane = known[asked]
                if lane is not None:
                    self._slots.setdefault(lane, []).append(number)
        context = self._lanes_of.policy.context
        joints = () if context is None else context.joints
        for role, numbers in chosen.items():
            yield from self._across(role, [numbers], longest, joints)
        # Dates and numbers that a call is handed side by side would be others with nothing between them.
        yield from self._across(Role.TOOL_CALL, list(calls.values()), longest, tuple(filter(None, joints)))

    def _across(
        self, role: Role, groups: list[list[int]], longest: int, joints: tuple[str, ...]
    ) -> Iterator[None]:
        """Puts the texts of each group together."""
        groups = [numbers for numbers in groups if len(numbers) > 1]
        context = self._lanes_of.policy.context
        lane = self._lanes_of.across(role) if groups else None
        if context is None or lane is None:
            return
        # A window has two characters for every one of its span, and at most a joint after each.
        most = longest // (2 * (_BYTES + max(len(joint.encode()) for joint in context.joints)))
        span = min(context.span, max(most, 1))
        for numbers in groups:
            for window in windows(self._walk.slots, numbers, self._since, span, joints):
                self._walk.charge(len(window.text))
                self._windows.setdefault(lane, []).append(window)
                yield

    def batches(self) -> list[Batch]:
        prompts = self._prompts() if any(lane.pairs for lane in self._slots) else {}
        batches = []
        for lane in self._lanes():
            items: list[Any] = []
            for number in self._slots.get(lane, ()):
                slot = self._walk.slots[number]
                prompt = prompts.get(slot.message, "") if lane.pairs else ""
                self._walk.charge(len(prompt))
                items.append(_item(lane, slot.text, prompt))
            items += (_item(lane, window.text) for window in self._windows.get(lane, ()))
            batches.append(Batch(lane, items))
        return batches

    def told(self, results: list[list[ScanResult]]) -> Told:
        told = Told()
        for lane, answers in zip(self._lanes(), results, strict=True):
            numbers = self._slots.get(lane, [])
            told.texts |= zip(numbers, answers, strict=False)
            rest = zip(self._windows.get(lane, ()), answers[len(numbers) :], strict=True)
            told.windows += ((window, result, lane) for window, result in rest)
        return told

    def _lanes(self) -> list[Lane]:
        return list(self._slots | self._windows)

    def _prompts(self) -> dict[int, str]:
        """What each message answers: the user's texts of the last message before it that has any."""
        said: dict[int, list[str]] = {}
        for slot in self._walk.slots:
            if slot.role is Role.USER:
                said.setdefault(slot.message, []).append(slot.text)
        prompts, last = {}, ""
        for index in range(len(self._walk.roles)):
            prompts[index] = last
            if index in said:
                last = "\n".join(said[index])
        return prompts


def _item(lane: Lane, text: str, prompt: str = "") -> Any:  # noqa: ANN401  # a text or a pair
    return (prompt, text) if lane.output else text
