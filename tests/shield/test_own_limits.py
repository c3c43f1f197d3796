"""Own scanners that take too long, fail by themselves, or are too many."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pyshield import Limits, Shield
from pyshield.errors import DeadlineExceeded, Overloaded
from tests.models.waiting import until
from tests.shield.own import Append, Raises, Slow, Stuck


async def test_the_deadline_holds_for_a_coroutine():
    shield = Shield([Slow(60)], limits=Limits(deadline=0.05))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x")
    assert (await Shield([Slow(0.1)], limits=shield.limits).scan_prompt("x", deadline=10)).is_valid


async def test_the_deadline_holds_for_a_thread():
    stuck = Stuck()
    shield = Shield([stuck], limits=Limits(deadline=0.05))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x")
    stuck.release.set()
    assert (await shield.scan_prompt("x", deadline=10)).is_valid


async def test_the_deadline_holds_where_no_thread_comes_free():
    class Crowded(Stuck):
        """Has all threads."""

    stuck = Crowded()
    shield = Shield([stuck])

    def in_flight():
        return shield.metrics()["own_scanners"].get("Crowded", {}).get("thread", {}).get("in_flight")

    others = [asyncio.ensure_future(shield.scan_prompt(f"x {n}", deadline=60)) for n in range(40)]
    try:
        await until(lambda: in_flight() == 40, 30)
        with pytest.raises(DeadlineExceeded):
            await shield.scan_prompt("x", deadline=0.05)
    finally:
        stuck.release.set()
    assert all(result.is_valid for result in await asyncio.gather(*others))


class Deaf:
    """Takes no notice of being cancelled."""

    def __init__(self):
        self.release, self.left = asyncio.Event(), asyncio.Event()

    async def scan(self, prompt):
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                continue
        self.left.set()
        return prompt, True, -1.0


async def test_the_deadline_holds_for_a_scanner_that_is_deaf():
    deaf = Deaf()
    with pytest.raises(DeadlineExceeded):
        await Shield([deaf]).scan_prompt("x", deadline=0.05)
    assert not deaf.left.is_set()
    deaf.release.set()
    await deaf.left.wait()


class CancelsItself:
    async def scan(self, prompt):
        raise asyncio.CancelledError


async def test_a_scanner_that_cancels_itself_has_failed():
    result = await Shield([CancelsItself()]).scan_prompt("x")
    assert [(error.scanner, error.reason) for error in result.errors] == [("CancelsItself", "raised")]


class Late:
    async def scan(self, prompt):
        raise DeadlineExceeded("its own")


async def test_a_deadline_of_the_scanners_own_is_its_failure():
    result = await Shield([Late()]).scan_prompt("x", deadline=10)
    assert [error.reason for error in result.errors] == ["raised"]


async def test_threads_that_are_stuck_are_counted_and_bounded():
    class Wedged(Stuck):
        """Counted by its name, apart from the others."""

    stuck = Wedged()
    shield = Shield([stuck])
    try:
        # On a busy machine some come to their end before their thread begins; those are not stuck.
        for _ in range(100):
            with pytest.raises(DeadlineExceeded):
                await shield.scan_prompt("x", deadline=0.1)
            numbers = shield.metrics()["own_scanners"]["Wedged"]["thread"]
            if numbers["abandoned"] == 8:
                break
        assert (numbers["abandoned"], numbers["errors_total"]["timeout"]) == (8, 8)
        result = await shield.scan_prompt("x", deadline=5)
        assert [(error.scanner, error.reason) for error in result.errors] == [("Wedged", "failed")]
        assert "given up and still run" in str(result.errors[0])
        # The application's own threads, and other scanners, are none the worse.
        assert await asyncio.to_thread(lambda: 1) == 1
        assert (await Shield([Append()]).scan_prompt("x", deadline=5)).is_valid
    finally:
        stuck.release.set()


async def test_a_timeout_of_the_scanners_own_is_its_failure():
    result = await Shield([Raises(TimeoutError())]).scan_prompt("x")
    assert [error.reason for error in result.errors] == ["raised"]


async def test_cancelling_ends_the_scanner():
    shield = Shield([Slow(60)], limits=Limits(max_in_flight=1))
    task = asyncio.create_task(shield.scan_prompt("x"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert shield._gate._free == 1


async def test_no_more_are_admitted_than_allowed():
    shield = Shield([Slow(0.05)], limits=Limits(max_in_flight=3))
    results = await asyncio.gather(*(shield.scan_prompt("x") for _ in range(10)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Overloaded)]
    assert len(refused) == 7
    assert all(error.retry_after > 0 for error in refused)
    assert (await shield.scan_prompt("x")).is_valid


async def test_waiting_for_a_place():
    shield = Shield([Slow(0.01)], limits=Limits(max_in_flight=2, policy="wait"))
    results = await asyncio.gather(*(shield.scan_prompt("x") for _ in range(20)))
    assert all(result.is_valid for result in results)
    assert shield._gate._free == 2


async def test_waiting_ends_at_the_deadline():
    shield = Shield([Slow(0.3)], limits=Limits(max_in_flight=1, policy="wait", deadline=0.05))
    first = asyncio.create_task(shield.scan_prompt("x", deadline=5))
    await asyncio.sleep(0.01)
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x")
    assert (await first).is_valid
    assert shield._gate._free == 1


async def test_a_waiter_that_gives_up_passes_its_place_on():
    shield = Shield([Slow(0.02)], limits=Limits(max_in_flight=1, policy="wait"))
    for _ in range(20):
        tasks = [asyncio.create_task(shield.scan_prompt("x")) for _ in range(4)]
        await asyncio.sleep(0.02)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert shield._gate._free == 1
    assert not shield._gate._waiting


def test_places_are_shared_between_loops():
    shield = Shield([Slow(0.01)], limits=Limits(max_in_flight=2, policy="wait"))
    valid = []

    def work():
        async def scan():
            return await asyncio.gather(*(shield.scan_prompt("x") for _ in range(10)))

        valid.extend(result.is_valid for result in asyncio.run(scan()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert valid == [True] * 40
    assert shield._gate._free == 2
