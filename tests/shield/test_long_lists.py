"""Lists longer than what is handed over in one go."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import Limits, Shield
from pyshield.errors import TextError
from pyshield.input_scanners import BanSubstrings


class Upper:
    """A scanner of one's own."""

    def scan(self, prompt: str) -> tuple[str, bool, float]:
        return prompt.upper(), True, -1.0


async def test_results_are_complete_and_in_order() -> None:
    texts = [f"text {n}" for n in range(20_000)]
    results = await Shield(prompt=[BanSubstrings(["7"], redact=True)]).scan_prompts(texts)
    assert [result.text for result in results] == [text.replace("7", "[REDACTED]") for text in texts]
    own = await Shield(prompt=[BanSubstrings(["7"]), Upper()]).scan_prompts(texts[:9_000])
    assert [result.text for result in own] == [text.upper() for text in texts[:9_000]]


async def test_a_list_needs_room_for_one_slice_only() -> None:
    shield = Shield(prompt=[BanSubstrings(["7"])], limits=Limits(max_in_flight=1, inline_budget_us=0))
    results = await shield.scan_prompts([f"text {n}" for n in range(20_000)])
    assert [result.is_valid for result in results] == ["7" not in str(n) for n in range(20_000)]
    assert (await shield.scan_prompt("after")).is_valid, "every permit came back"


async def test_cancelling_a_long_list() -> None:
    shield = Shield(prompt=[BanSubstrings(["7"])], limits=Limits(max_in_flight=2))
    scan = asyncio.ensure_future(shield.scan_prompts(["text"] * 200_000))
    await asyncio.sleep(0.01)
    scan.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scan
    async with asyncio.timeout(30):
        while shield.metrics()["in_flight"]:  # noqa: ASYNC110  # metrics have no event
            await asyncio.sleep(0.001)
    assert (await shield.scan_prompts(["text"] * 10_000))[-1].is_valid


async def test_an_error_in_a_later_slice_is_the_calls() -> None:
    shield = Shield(prompt=[BanSubstrings(["7"])])
    with pytest.raises(TextError):
        await shield.scan_prompts(["text"] * 9_000 + ["\ud800"])


async def test_others_get_their_turns() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counter = asyncio.create_task(count())
    await Shield(prompt=[BanSubstrings(["7"])]).scan_prompts(["text"] * 100_000)
    counter.cancel()
    assert turns > 12
