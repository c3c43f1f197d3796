"""Lists longer than what is handed over in one go."""

from __future__ import annotations

import asyncio

from pyshield import Shield
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
