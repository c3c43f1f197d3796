"""Outputs that are there already: an event loop that scans many of them still serves everybody else."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import Limits, Shield
from pyshield._turns import turn
from pyshield.output_scanners import BanSubstrings

PART = 1_024
"""What a stream scans in one go at a budget of nothing."""


@pytest.fixture
def shield():
    return Shield(output=[BanSubstrings(["heron"], redact=True)], limits=Limits(inline_budget_us=0))


class Ticks:
    """What was noted between each two looks of the loop at everything that it has to do."""

    def __init__(self):
        self.notes = [[]]
        self._tick = asyncio.get_running_loop().call_soon(self._next)

    def _next(self):
        self.notes.append([])
        self._tick = asyncio.get_running_loop().call_soon(self._next)

    def note(self, what):
        self.notes[-1].append(what)

    def end(self):
        self._tick.cancel()
        return self.notes


async def fed(stream, pieces, note=lambda _: None):
    passed = []
    for piece in pieces:
        passed += await stream.feed(piece)
        note(len(piece))
    return "".join(event.text for event in passed + await stream.finish() if hasattr(event, "text"))


@pytest.mark.parametrize("size", [1, 20, 1_000])
async def test_an_output_that_is_there_already(shield, size):
    ticks = Ticks()
    text = "a heron " * 2_500
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert await fed(shield.open_output(""), pieces, ticks.note) == text.replace("heron", "[REDACTED]")
    notes = ticks.end()
    assert max(map(sum, notes)) <= PART
    # Pieces cost something whatever their length.
    assert max(map(len, notes)) <= 5


async def test_a_piece_that_is_long(shield):
    ticks = Ticks()
    text = "a heron " * 2_500
    assert await fed(shield.open_output(""), [text]) == text.replace("heron", "[REDACTED]")
    assert len(ticks.end()) > len(text) / PART


async def test_of_many_outputs_one_at_a_time(shield):
    ticks = Ticks()
    text = "a heron " * 1_000
    pieces = [text[at : at + 200] for at in range(0, len(text), 200)]
    some = [
        fed(shield.open_output(""), pieces, lambda _, number=number: ticks.note(number))
        for number in range(20)
    ]
    assert await asyncio.gather(*some) == [text.replace("heron", "[REDACTED]")] * 20
    begun, *rest = (set(notes) for notes in ticks.end() if notes)
    assert len(begun) == 20  # each may begin at once
    assert all(len(who) == 1 for who in rest)
    # Each has had its turn before one has its next.
    order = [number for who in rest for number in who]
    assert all(len(set(order[at : at + 20])) == 20 for at in range(0, len(order) - 20, 20))


async def test_who_gives_up_waiting_keeps_nobody():
    turns = [asyncio.create_task(turn()) for _ in range(4)]
    await asyncio.sleep(0)
    turns[0].cancel()
    turns[1].cancel()
    async with asyncio.timeout(30):
        done = await asyncio.gather(*turns, return_exceptions=True)
    assert [type(one) for one in done] == [asyncio.CancelledError] * 2 + [type(None)] * 2


def test_each_loop_has_turns_of_its_own():
    async def two():
        await asyncio.gather(turn(), turn())

    for _ in range(2):
        asyncio.run(two())
