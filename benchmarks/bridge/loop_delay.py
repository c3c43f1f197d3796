"""How late the event loop is while texts of one megabyte are scanned.

A chain of timers is due every millisecond on a fixed schedule; when the loop was held up, every tick that
was missed counts, each with its own lateness, so that one long stall weighs as much as it should. The loops
wait with a resolution of one millisecond, so an idle loop is late by up to that: the idle figures stand
beside the others.
"""

from __future__ import annotations

import asyncio
import random
import unicodedata
from statistics import median
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.bridge.actor import LOOPS
from benchmarks.bridge.ways import model_free
from benchmarks.measure import Figure, Report, at_most, percentile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

INTERVAL = 0.001
TEXTS = 64
BYTES = 1_000_000
WORDS = """
    the minutes of our meeting say that delivery is late and nobody knows why but Kim will ask again tomorrow
    please find 12 items attached and call 0171 if any of them is wrong thanks a lot great work
""".split()  # noqa: SIM905 - readable as a text


def texts(count: int) -> list[str]:
    """Different texts of a million characters of ordinary English each."""
    rng = random.Random(20261121)
    paragraph = [" ".join(rng.choices(WORDS, k=2_000)) for _ in range(40)]
    return ["\n".join(rng.choices(paragraph, k=150))[:BYTES] for _ in range(count)]


class Ticker:
    """Collects how late each tick was, in seconds."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.late: list[float] = []
        self._due = self.loop.time() + INTERVAL
        self._timer = self.loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        now = monotonic()  # the clock of both loops; uvloop's own time() is rounded to milliseconds
        while self._due <= now:
            self.late.append(now - self._due)
            self._due += INTERVAL
        self._timer = self.loop.call_at(self._due, self._tick)

    def stop(self) -> dict[str, float]:
        """Milliseconds."""
        self._timer.cancel()
        return {
            "p50": percentile(self.late, 0.5) * 1e3,
            "p99": percentile(self.late, 0.99) * 1e3,
            "max": max(self.late) * 1e3,
            "ticks": len(self.late),
        }


async def during(work: Callable[[], Awaitable[Any]]) -> dict[str, float]:
    """The lateness while `work` runs, and how long that took."""
    await asyncio.sleep(0.05)
    ticker = Ticker()
    start = perf_counter()
    await work()
    spent = perf_counter() - start
    await asyncio.sleep(2 * INTERVAL)
    return {**ticker.stop(), "seconds": spent}


def in_python(text: str) -> bool:
    """What a scanner written in Python does: a loop over the characters, holding the interpreter lock."""
    return any(unicodedata.category(character) in ("Cf", "Co", "Cn") for character in text)


async def measure(loop: str, report: Report, rounds: int) -> None:
    """Idle, our scan and the same number of bytes through threads of Python code, in turn."""
    shield = model_free()
    large = texts(TEXTS)
    await shield.scan_prompt(large[0])

    async def scan(text: str) -> None:
        result = await shield.scan_prompt(text)
        assert result.lane == "actor"

    async def ours() -> None:
        await asyncio.gather(*[asyncio.create_task(scan(text)) for text in large])

    async def threads() -> None:
        await asyncio.gather(*[asyncio.to_thread(in_python, text) for text in large[:8]])

    seen: dict[str, list[dict[str, float]]] = {"idle": [], "pyshield": [], "to_thread": []}
    for _ in range(rounds):
        seen["idle"].append(await during(lambda: asyncio.sleep(1)))
        seen["pyshield"].append(await during(ours))
        seen["to_thread"].append(await during(threads))
    report.details[f"loop_delay_ms_{loop}"] = seen

    def middle(way: str, what: str) -> float:
        return median(run[what] for run in seen[way])

    for what, most in (("p99", 2.0), ("max", 10.0)):
        report.add(
            at_most(
                f"loop delay while {TEXTS} texts of 1 MB are scanned, {what}, {loop}",
                middle("pyshield", what),
                "ms",
                most,
                rival="idle loop",
                rival_value=middle("idle", what),
                note=f"median of {rounds} runs of {middle('pyshield', 'seconds'):.1f} s",
            )
        )
    report.add(
        Figure(
            f"  the same, p50, {loop}",
            middle("pyshield", "p50"),
            "ms",
            rival="idle loop",
            rival_value=middle("idle", "p50"),
        )
    )
    report.add(
        Figure(
            f"  Python scanner in threads, 8 texts, p99, {loop}",
            middle("to_thread", "p99"),
            "ms",
            note=f"max {middle('to_thread', 'max'):.0f} ms",
        )
    )
    await shield.close()


def run(report: Report, rounds: int) -> None:
    """Adds the figures to the report."""
    for name, factory in LOOPS.items():
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(measure(name, report, rounds))
