"""Several loops, closed loops, loops that cannot watch a socket."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def test_many_loops_in_many_threads(loop_factory: Any, probe: Any) -> None:
    shield = probe()
    failures: list[BaseException] = []

    async def work(name: str) -> None:
        for _ in range(20):
            results = await asyncio.gather(*(shield.scan_prompt(f"{name} {n}") for n in range(50)))
            assert [result.text for result in results] == [f"{name} {n}" for n in range(50)]

    def thread(name: str) -> None:
        try:
            for _ in range(3):
                with asyncio.Runner(loop_factory=loop_factory) as runner:
                    runner.run(work(name))
        except BaseException as failure:  # noqa: BLE001  # it is reported below
            failures.append(failure)

    threads = [threading.Thread(target=thread, args=(f"thread {n}",)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []


def test_context_variables(runner: Any, probe: Any) -> None:
    shield = probe("busy", 0.001)
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable")

    async def request(n: int) -> None:
        variable.set(n)
        seen: list[int] = []
        scan = asyncio.ensure_future(shield.scan_prompt(str(n)))
        scan.add_done_callback(lambda _: seen.append(variable.get()))
        await scan
        await asyncio.sleep(0)
        assert variable.get() == n
        assert seen == [n]

    async def main() -> None:
        await asyncio.gather(*(request(n) for n in range(50)))

    runner.run(main())


def test_a_loop_closed_with_work_in_flight(loop_factory: Any, probe: Any) -> None:
    shield = probe("busy", 0.02)
    for _ in range(5):
        loop = loop_factory()

        async def begin() -> list[Any]:
            return [shield.scan_prompt("left behind") for _ in range(8)]

        scans = loop.run_until_complete(begin())
        loop.close()
        del scans, loop
    gc.collect()
    with asyncio.Runner(loop_factory=loop_factory) as runner:

        async def after() -> None:
            assert (await shield.scan_prompt("after")).is_valid

        runner.run(after())


def test_a_burst_does_not_hold_the_loop(runner: Any, probe: Any) -> None:
    shield = probe()

    async def main() -> None:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counter = asyncio.create_task(count())
        await asyncio.gather(*(shield.scan_prompt("x") for _ in range(20_000)))
        counter.cancel()
        assert turns > 3

    runner.run(main())


class Unwatching(asyncio.SelectorEventLoop):
    """A loop as Windows' proactor loop is: it cannot watch a socket for others."""

    def add_reader(self, fd: Any, callback: Callable[..., Any], *args: Any) -> None:
        del fd, callback, args
        raise NotImplementedError


def test_loops_that_cannot_watch_a_socket(probe: Any) -> None:
    shield = probe("busy", 0.001)

    async def main() -> None:
        for _ in range(5):
            results = await asyncio.gather(*(shield.scan_prompt(str(n)) for n in range(50)))
            assert [result.text for result in results] == [str(n) for n in range(50)]

    with asyncio.Runner(loop_factory=Unwatching) as runner:
        runner.run(main())


def test_two_loops_in_turns_on_one_thread(loop_factory: Any, probe: Any) -> None:
    shield = probe()
    loops = [loop_factory(), loop_factory()]

    async def scan(text: str) -> str:
        return str((await shield.scan_prompt(text)).text)

    try:
        for n in range(20):
            assert loops[n % 2].run_until_complete(scan(str(n))) == str(n)
    finally:
        for loop in loops:
            loop.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_debug_mode(loop_factory: Any, probe: Any) -> None:
    shield = probe()

    async def main() -> None:
        assert (await asyncio.create_task(shield.scan_prompt("x"))).is_valid
        assert len(await asyncio.gather(*(shield.scan_prompt("x") for _ in range(100)))) == 100

    with asyncio.Runner(debug=True, loop_factory=loop_factory) as runner:
        runner.run(main())
