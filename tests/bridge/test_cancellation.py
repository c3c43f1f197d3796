"""Who stops waiting leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

import pytest

from pyshield.errors import DeadlineExceeded, Overloaded


async def settled(shield: Any) -> dict[str, Any]:
    """The metrics once nothing is in flight."""
    async with asyncio.timeout(30):
        while (metrics := shield.metrics())["in_flight"]:  # noqa: ASYNC110  # metrics have no event
            await asyncio.sleep(0.001)
    return dict(metrics)


def test_cancelling_a_task_frees_its_permit(runner: Any, probe: Any) -> None:
    shield = probe("busy", 30.0, max_in_flight=1)

    async def main() -> None:
        task = asyncio.create_task(shield.scan_prompt("long"))
        await asyncio.sleep(0.02)
        with pytest.raises(Overloaded) as refused:
            await shield.scan_prompt("refused")
        assert refused.value.retry_after > 0
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        follower = shield.scan_prompt("admitted at once")
        follower.cancel()
        outcomes = (await settled(shield))["outcomes_total"]
        assert outcomes["cancelled"] == 2
        assert outcomes["overloaded"] == 1

    runner.run(main())


def test_a_timeout_cancels(runner: Any, probe: Any) -> None:
    shield = probe("busy", 30.0)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(shield.scan_prompt("x"), 0.01)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.gather(*(shield.scan_prompt("x") for _ in range(10)))
        assert (await settled(shield))["outcomes_total"]["cancelled"] == 11

    runner.run(main())


def test_ten_thousand_cancelled_awaits(runner: Any, probe: Any) -> None:
    shield = probe("busy", 0.001)

    class Text(str):
        """A string that can be watched."""

        __slots__ = ("__weakref__",)

    async def main() -> None:
        watched: list[weakref.ref[Text]] = []
        cancelled = finished = 0
        for _ in range(10):
            texts = [Text(f"text {n}") for n in range(1_000)]
            watched += [weakref.ref(text) for text in texts]
            tasks = [asyncio.create_task(shield.scan_prompt(text)) for text in texts]
            del texts
            await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            # A few are done before their cancellation comes; none is anything else.
            cancelled += sum(isinstance(outcome, asyncio.CancelledError) for outcome in done)
            finished += sum(getattr(outcome, "is_valid", False) for outcome in done)
            del tasks, task, done
        assert cancelled + finished == 10_000
        # A whole batch may be done if this thread is not scheduled for a second.
        assert cancelled > 1_000
        outcomes = (await settled(shield))["outcomes_total"]
        assert sum(outcomes.values()) == 10_000
        assert len(asyncio.all_tasks()) == 1
        # Another scan clears what the actors still held of the last batch.
        await shield.scan_prompt("after")
        async with asyncio.timeout(60):
            while any(text() is not None for text in watched):  # "a text outlived its scan"
                await asyncio.sleep(0.01)
                gc.collect()

    runner.run(main())


def test_cancelling_a_bulk_call(runner: Any, probe: Any) -> None:
    shield = probe("busy", 0.01, max_in_flight=1)

    async def main() -> None:
        task = asyncio.create_task(shield.scan_prompts(["x"] * 100_000))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await settled(shield)
        assert (await shield.scan_prompt("after")).is_valid

    runner.run(main())


def test_deadlines(runner: Any, probe: Any) -> None:
    shield = probe("busy", 30.0, deadline=0.05)

    async def main() -> None:
        scans = [shield.scan_prompt("x") for _ in range(50)]
        outcomes = await asyncio.gather(*scans, return_exceptions=True)
        assert all(isinstance(outcome, DeadlineExceeded) for outcome in outcomes)
        with pytest.raises(DeadlineExceeded, match=r"before the scan started|while the text was scanned"):
            await shield.scan_prompt("x", 0.0)

    runner.run(main())


def test_waiting_for_a_permit_is_cancelled_too(runner: Any, probe: Any) -> None:
    shield = probe("busy", 0.5, max_in_flight=1, policy="wait")

    async def main() -> None:
        first = asyncio.create_task(shield.scan_prompt("first"))
        await asyncio.sleep(0)
        second = asyncio.create_task(shield.scan_prompt("second"))
        third = asyncio.create_task(shield.scan_prompt("third"))
        for _ in range(10):
            await asyncio.sleep(0)
        second.cancel()
        assert (await first).is_valid
        assert (await third).is_valid
        assert second.cancelled()
        await settled(shield)

    runner.run(main())
