"""What awaiting adds to a scan that is done on the calling thread."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter

from benchmarks.bridge.ways import model_free
from benchmarks.measure import Report, at_most
from pyshield import BlockingShield
from pyshield.input_scanners import BanSubstrings

TEXT = "Please summarise the attached minutes in three sentences."
CALLS = 2_000


async def measure(report: Report, rounds: int) -> None:
    """Awaited and plain calls in turn, on one scanner and on a shield."""
    scanner = BanSubstrings(["ransomware", "a keylogger"])
    shield = model_free()
    blocking = BlockingShield(shield.prompt)
    assert (await shield.scan_prompt(TEXT)).lane == "inline"
    times: dict[str, list[float]] = {}

    def keep(name: str, start: float) -> None:
        times.setdefault(name, []).append((perf_counter() - start) / CALLS * 1e6)

    for _ in range(rounds):
        start = perf_counter()
        for _ in range(CALLS):
            scanner.scan(TEXT)
        keep("scanner.scan", start)
        start = perf_counter()
        for _ in range(CALLS):
            await scanner.ascan(TEXT)
        keep("await scanner.ascan", start)
        start = perf_counter()
        for _ in range(CALLS):
            blocking.scan_prompt(TEXT)
        keep("BlockingShield.scan_prompt", start)
        start = perf_counter()
        for _ in range(CALLS):
            await shield.scan_prompt(TEXT)
        keep("await Shield.scan_prompt", start)

    report.details["inline_us"] = {name: median(values) for name, values in times.items()}
    for what, awaited, plain in (
        ("await scanner.ascan, beyond scanner.scan", "await scanner.ascan", "scanner.scan"),
        (
            "await Shield.scan_prompt, beyond BlockingShield's",
            "await Shield.scan_prompt",
            "BlockingShield.scan_prompt",
        ),
    ):
        beyond = [a - p for a, p in zip(times[awaited], times[plain], strict=True)]
        note = f"{median(times[awaited]):.2f} us against {median(times[plain]):.2f} us"
        report.add(at_most(what, median(beyond), "us", 1.5, note=note))


def run(report: Report, rounds: int) -> None:
    """Adds the figures to the report."""
    asyncio.run(measure(report, rounds))
