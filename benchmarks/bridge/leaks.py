"""What cancelled awaits and panicking scanners leave behind."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from benchmarks.bridge.ways import probe
from benchmarks.measure import Figure, Report, exactly, resident
from pyshield import errors

CANCELLED = 10_000
BATCH = 500
PANICS = 1_000
OTHERS = 4_000


async def _cancel(shield: Any, count: int) -> int:
    """Starts awaits and cancels them: some are running, most are still queued."""
    cancelled = 0
    for _ in range(count // BATCH):
        tasks = [asyncio.ensure_future(shield.scan_prompt(f"text {n}")) for n in range(BATCH)]
        await asyncio.sleep(0.002)
        for task in tasks:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        cancelled += sum(isinstance(answer, asyncio.CancelledError) for answer in answers)
    return cancelled


async def _drained(shield: Any) -> float:
    """Seconds until the shield says that nothing is in flight; at most ten."""
    start = perf_counter()
    while shield.metrics()["in_flight"] and perf_counter() - start < 10:  # noqa: ASYNC110 - what is polled has no event
        await asyncio.sleep(0.001)
    return perf_counter() - start


async def cancellations(report: Report) -> None:
    """Ten thousand cancelled awaits, after as many to warm up."""
    shield = probe("busy", 0.0005)
    await _cancel(shield, CANCELLED)
    await _drained(shield)
    before, tasks_before = resident(), len(asyncio.all_tasks())
    cancelled = await _cancel(shield, CANCELLED)
    seconds = await _drained(shield)
    after = resident()
    report.add(Figure("awaits cancelled before their result", cancelled, "", note=f"of {CANCELLED}"))
    report.add(exactly("  permits still held", shield.metrics()["in_flight"], "", 0))
    report.add(exactly("  tasks left", len(asyncio.all_tasks()) - tasks_before, "", 0))
    kib = (after - before) / 1024
    report.add(
        Figure(
            "  memory left behind",
            kib,
            "KiB",
            target="<= 256 KiB, 26 bytes each",
            met=kib <= 256,
            note=f"free again {seconds * 1e3:.1f} ms after the last one; resident {after / 2**20:.0f} MiB",
        )
    )
    alive = await shield.scan_prompt("one more")
    report.add(exactly("  the next scan is answered", int(alive.is_valid), "", 1))


async def panics(report: Report) -> None:
    """A thousand panics among four thousand ordinary requests."""
    from pyshield._runtime import build_info

    shield = probe("panic_on_request")
    await shield.scan_prompt("start the actors")
    strength = build_info()["actors"]
    every = OTHERS // PANICS + 1
    requests = ["panic" if n % every == 0 else "fine" for n in range(PANICS + OTHERS)]
    answers: list[Any] = []
    for first in range(0, len(requests), BATCH):
        batch = [shield.scan_prompt(text) for text in requests[first : first + BATCH]]
        answers += await asyncio.gather(*batch, return_exceptions=True)
    typed = harmed = 0
    for text, answer in zip(requests, answers, strict=True):
        if text == "panic":
            typed += isinstance(answer, errors.ScannerError) and answer.reason == "panicked"
        else:
            harmed += isinstance(answer, BaseException) or not answer.is_valid
    report.add(exactly(f"{PANICS} panics: typed errors", typed, "", PANICS))
    report.add(exactly(f"  of {OTHERS} other requests, harmed", harmed, "", 0))
    after = build_info()["actors"]
    report.add(
        exactly(
            "  actors at work after, of those before",
            sum(after.values()),
            "",
            sum(strength.values()),
            note=f"{strength} before, {after} after, {build_info()['restarts']} restarts",
        )
    )


def run(report: Report) -> None:
    """Adds the figures to the report."""
    asyncio.run(cancellations(report))
    asyncio.run(panics(report))
