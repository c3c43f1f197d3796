"""Measures calls of registered functions: python -m benchmarks.functions.

The functions do nothing, so what is measured is the way to them and back: from a stage of a plan, which is
Rust, and from Python, there beside what asyncio itself offers.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import uvloop

from benchmarks.measure import Report, at_most, compared, finish, parser, percentile, quartiles
from pyshield import functions
from pyshield._runtime import _functions_call_from_engine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
CALLS = 2_000
GATHERED = 100
SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
MOST_US = 80.0
MOST_SHARE = 10.0


async def task(text: str) -> None:
    """An asynchronous function that does nothing."""


def thread(text: str) -> None:
    """A function that does nothing."""


async def batched(calls: list[dict[str, str]]) -> list[None]:
    """A function of many calls that does nothing for any of them."""
    return [None] * len(calls)


def _register() -> None:
    functions.register(task, replace=True)
    functions.register(
        task, name="checked", input_schema=SCHEMA, output_schema={"type": "null"}, replace=True
    )
    functions.register(thread, replace=True)
    functions.register(batched, batch=True, replace=True)


def _ways() -> dict[str, Callable[[], Awaitable[Any]]]:
    return {
        "task": partial(functions.call, "task", text="a"),
        "thread": partial(functions.call, "thread", text="a"),
        "batched": partial(functions.call, "batched", text="a"),
        "to_thread": lambda: asyncio.to_thread(thread, "a"),
    }


async def _from_engine(name: str, rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds of each call, and the median of each round."""
    await _functions_call_from_engine(name, {"text": "a"}, 200)
    taken, medians = [], []
    for _ in range(rounds):
        seconds = await _functions_call_from_engine(name, {"text": "a"}, CALLS)
        taken += [value * 1e6 for value in seconds]
        medians.append(median(seconds) * 1e6)
    return taken, medians


def engine(report: Report, loop: str, rounds: int) -> None:
    """Calls from a stage of a plan."""
    for name, words in (("task", "task"), ("checked", "task with schemas"), ("thread", "worker thread")):
        _register()
        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            taken, medians = runner.run(_from_engine(name, rounds))
        numbers = functions.metrics(name)
        note = f"p99 {percentile(taken, 0.99):.0f} us"
        what = f"a no-op called from the engine, {words}, {loop}: p50"
        report.add(at_most(what, median(taken), "us", MOST_US, spread=quartiles(medians), note=note))
        share = numbers["lock_share"] * 100
        report.add(
            at_most(f"  of it with or waiting for the interpreter lock, {loop}", share, "%", MOST_SHARE)
        )
        report.details[f"engine / {loop} / {name}"] = {
            "p50_us_by_round": medians,
            "p99_us": percentile(taken, 0.99),
            "lock_wait_seconds": numbers["lock_wait_seconds"],
            "lock_held_seconds": numbers["lock_held_seconds"],
            "call_seconds": numbers["seconds"]["sum_seconds"],
        }


async def _from_python(rounds: int, times: dict[tuple[str, str], list[float]]) -> None:
    ways = _ways()
    for index in range(rounds):
        names = list(ways) if index % 2 else list(reversed(ways))
        for name in names:
            call = ways[name]
            start = perf_counter()
            for _ in range(CALLS // 4):
                await call()
            times.setdefault((name, "one after another"), []).append(
                (perf_counter() - start) / (CALLS // 4) * 1e6
            )
            start = perf_counter()
            for _ in range(5):
                await asyncio.gather(*(call() for _ in range(GATHERED)))
            times.setdefault((name, f"gather of {GATHERED}"), []).append(
                (perf_counter() - start) / (5 * GATHERED) * 1e6
            )


def _python(report: Report, loop: str, rounds: int) -> None:
    _register()
    times: dict[tuple[str, str], list[float]] = {}
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(_from_python(2, {}))
        runner.run(_from_python(rounds, times))
    for name in ("task", "thread", "batched"):
        for shape in ("one after another", f"gather of {GATHERED}"):
            what = f"await functions.call, {name}, {shape}, {loop}"
            theirs = times["to_thread", shape]
            report.add(compared(what, times[name, shape], theirs, unit="us/call", rival="to_thread"))
    report.details[f"python / {loop}"] = {" / ".join(key): values for key, values in times.items()}


def main() -> None:
    """Measures, prints, writes."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=15, help="rounds per way (default: %(default)s)")
    chosen = arguments.parse_args()
    report = Report("calls")
    for loop in LOOPS:
        engine(report, loop, chosen.rounds)
        _python(report, loop, chosen.rounds)
    finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
