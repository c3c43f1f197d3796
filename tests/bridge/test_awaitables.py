"""What a scan returns can be awaited every way a coroutine or a future can."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Coroutine
from typing import Any

import pytest

from pyshield.errors import Closed, TextError
from pyshield.input_scanners import BanSubstrings

INLINE = {"inline_budget_us": 1e9}
ACTORS = {"inline_budget_us": 0.0}


@pytest.fixture(params=["inline", "actor"])
def lane(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shield(probe: Any, lane: str) -> Any:
    return probe(**(INLINE if lane == "inline" else ACTORS))


def test_await(runner: Any, shield: Any, lane: str) -> None:
    async def main() -> None:
        result = await shield.scan_prompt("text")
        assert (result.lane, result.is_valid, result.text) == (lane, True, "text")

    runner.run(main())


def test_unchanged_text_is_the_same_object(runner: Any, shield: Any) -> None:
    text = "".join(["a fresh ", "string"])

    async def main() -> None:
        assert (await shield.scan_prompt(text)).text is text

    runner.run(main())


def test_gather(runner: Any, shield: Any) -> None:
    async def main() -> None:
        results = await asyncio.gather(*(shield.scan_prompt(str(n)) for n in range(500)))
        assert [result.text for result in results] == [str(n) for n in range(500)]

    runner.run(main())


def test_tasks_and_groups(runner: Any, shield: Any) -> None:
    async def main() -> None:
        task = asyncio.create_task(shield.scan_prompt("task"))
        assert (await task).text == "task"
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(shield.scan_prompt(str(n))) for n in range(20)]
        assert [task.result().text for task in tasks] == [str(n) for n in range(20)]

    runner.run(main())


def test_wait_for_and_shield_and_as_completed(runner: Any, shield: Any) -> None:
    async def main() -> None:
        assert (await asyncio.wait_for(shield.scan_prompt("a"), 60)).text == "a"
        assert (await asyncio.shield(shield.scan_prompt("b"))).text == "b"
        texts = {(await done).text for done in asyncio.as_completed([shield.scan_prompt(t) for t in "cde"])}
        assert texts == {"c", "d", "e"}

    runner.run(main())


def test_run_takes_it_as_its_main(loop_factory: Any, probe: Any) -> None:
    shield = probe(**INLINE)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(_returned(shield)).text == "main"


async def _returned(shield: Any) -> Any:
    return await shield.scan_prompt("main")


def test_protocols(runner: Any, shield: Any) -> None:
    async def main() -> None:
        scan = shield.scan_prompt("x")
        assert isinstance(scan, Awaitable)
        await scan
        pending = shield.scan_prompt("y")
        assert isinstance(pending, Coroutine)
        pending.close()

    runner.run(main())


def test_errors_come_from_the_await(runner: Any, shield: Any) -> None:
    async def main() -> None:
        scans = [shield.scan_prompt(text) for text in ("fine", "lone \ud800 surrogate", "x" * (1 << 21))]
        good, surrogate, long = await asyncio.gather(*scans, return_exceptions=True)
        assert good.is_valid
        assert isinstance(surrogate, TextError)
        assert "index 5" in str(surrogate)
        assert "surrogate" in str(surrogate)
        assert isinstance(long, TextError)
        assert "max_text_bytes" in str(long)
        assert surrogate.__cause__ is None
        assert surrogate.__context__ is None, "the original error holds the whole text"

    runner.run(main())


def test_a_finished_scan_is_awaited_once(runner: Any, probe: Any) -> None:
    shield = probe(**INLINE)

    async def main() -> None:
        scan = shield.scan_prompt("x")
        await scan
        with pytest.raises(RuntimeError, match="twice"):
            await scan

    runner.run(main())


def test_wrong_types_fail_at_the_call(shield: Any) -> None:
    for wrong in (None, 1, b"bytes", ["list"]):
        with pytest.raises(TypeError):
            shield.scan_prompt(wrong)


def test_run_takes_a_scan_itself(runner: Any, shield: Any) -> None:
    assert runner.run(shield.scan_prompt("x")).text == "x"
    assert runner.get_loop().run_until_complete(shield.scan_prompt("y")).text == "y"
    assert [result.text for result in runner.run(shield.scan_prompts(["a", "b"]))] == ["a", "b"]
    assert asyncio.run(shield.scan_output("p", "z")).text == "z"


def test_what_begins_with_the_await_fails_with_it(runner: Any, probe: Any) -> None:
    shield = probe(**ACTORS)
    scan = shield.scan_prompt("x")
    runner.run(shield.close())
    with pytest.raises(Closed):
        runner.run(scan)


def test_time_counts_from_the_await_on(runner: Any, probe: Any) -> None:
    scan = probe("busy", 0.0, **ACTORS).scan_prompt("x", 5.0)
    time.sleep(0.01)
    assert runner.run(scan).text == "x"


def test_a_scan_that_nobody_awaits_is_never_begun(probe: Any) -> None:
    shield = probe(**ACTORS)
    # CPython forgets it at once.
    with pytest.warns(RuntimeWarning, match="never awaited"):
        shield.scan_prompt("x")
    assert shield.metrics()["requests_total"] == probe(**ACTORS).metrics()["requests_total"]


def test_a_scan_asked_for_outside_a_loop_is_cancelled_with_its_task(runner: Any, probe: Any) -> None:
    scan = probe("busy", 30.0, **ACTORS).scan_prompt("x")

    async def main() -> None:
        task = asyncio.create_task(scan)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    runner.run(main())


def test_bulk_is_in_order(runner: Any, shield: Any) -> None:
    async def main() -> None:
        results = await shield.scan_prompts([str(n) for n in range(5_000)])
        assert [result.text for result in results] == [str(n) for n in range(5_000)]
        assert {result.lane for result in results} == {"bulk"}
        assert await shield.scan_prompts([]) == []

    runner.run(main())


def test_a_scanner_of_its_own(runner: Any) -> None:
    scanner = BanSubstrings(["bad"], redact=True)

    async def main() -> None:
        assert await scanner.ascan("a bad word") == ("a [REDACTED] word", False, 1.0)
        long = "a bad word " * 200_000
        assert await scanner.ascan(long) == (long.replace("bad", "[REDACTED]"), False, 1.0)

    runner.run(main())
