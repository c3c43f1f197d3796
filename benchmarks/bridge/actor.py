"""A no-op scan through the actors, against the usual way to await Rust and against threads.

All ways do the same scan with the same shield. Rounds of the ways alternate, and so do asyncio and uvloop,
in one process, so that a disturbance of the machine hits all of them.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING, Any

import uvloop

from benchmarks.bridge.ways import probe
from benchmarks.measure import Figure, Report, compared

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

TEXT = "Please summarise the attached minutes."
GATHERED = 100
GATHERS = 5
IN_TURN = 100
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
TARGETS = {"asyncio": 8.0, "uvloop": 4.0}

Times = dict[tuple[str, str, str], list[float]]
"""Microseconds per call and round; by loop, way and shape."""


def ways() -> dict[str, Callable[[], Awaitable[Any]]]:
    """The ways to await the scan."""
    from pyshield import _runtime

    shield = probe()
    through_future: Any = vars(_runtime)["_scan_with_future_into_py"]
    return {
        "pyshield": lambda: shield.scan_prompt(TEXT),
        "future_into_py": lambda: through_future(shield, TEXT),
        "to_thread": lambda: asyncio.to_thread(shield.scan_prompt_blocking, TEXT),
    }


async def _rounds(
    loop: str, rounds: int, calls: dict[str, Callable[[], Awaitable[Any]]], times: Times
) -> None:
    names = list(calls)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            call = calls[name]
            start = perf_counter()
            for _ in range(GATHERS):
                await asyncio.gather(*[call() for _ in range(GATHERED)])
            spent = (perf_counter() - start) / (GATHERS * GATHERED) * 1e6
            times.setdefault((loop, name, "gather"), []).append(spent)
            start = perf_counter()
            for _ in range(IN_TURN):
                await call()
            times.setdefault((loop, name, "in turn"), []).append((perf_counter() - start) / IN_TURN * 1e6)


def run(report: Report, rounds: int) -> None:
    """Adds the figures to the report."""
    calls = ways()
    times: Times = {}
    blocks = 5
    for block in range(blocks + 1):
        for name, factory in LOOPS.items():
            with asyncio.Runner(loop_factory=factory) as runner:
                kept: Times = {} if block == 0 else times  # the first block warms up
                runner.run(_rounds(name, max(1, rounds // blocks), calls, kept))
    for loop in LOOPS:
        for shape, words in (("gather", f"gather of {GATHERED}"), ("in turn", "one after another")):
            ours = times[loop, "pyshield", shape]
            for rival in ("future_into_py", "to_thread"):
                wanted = TARGETS[loop] if (shape, rival) == ("gather", "future_into_py") else None
                figure: Figure = compared(
                    f"no-op through the actors, {words}, {loop}",
                    ours,
                    times[loop, rival, shape],
                    unit="us/call",
                    rival=rival,
                    at_least=wanted,
                )
                report.add(figure)
    report.details["actor_us_per_call"] = {" / ".join(key): values for key, values in times.items()}
