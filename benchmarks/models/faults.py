"""A session that panics while requests are under way: who is harmed, and for how long."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.measure import at_most, exactly, percentile
from benchmarks.models.texts import texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Report
    from pyshield import Shield

IN_FLIGHT = 64
ROUNDS = 5


async def _round(shield: Shield, name: str, seed: int) -> dict[str, Any]:
    """One panic under load: how requests ended, and seconds until all sessions were back."""
    from pyshield._runtime import _poison_models, model_metrics

    waiting = iter(texts(32, 1500, seed))
    ended: list[str] = []
    back: list[float] = []
    workers = model_metrics()[name]["sessions"]

    async def client() -> None:
        for text in waiting:
            result = await shield.scan_prompt(text)
            error = result.errors[0] if result.errors else None
            ended.append("answered" if error is None else str(getattr(error, "kind", "untyped")))

    async def until(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110  # the runtime tells by its counters alone
            await asyncio.sleep(0.001)

    async def panic() -> None:
        await until(lambda: len(ended) >= IN_FLIGHT)
        before = model_metrics()[name]["restarts_total"]
        _poison_models()
        began = perf_counter()
        await until(lambda: model_metrics()[name]["restarts_total"] > before)
        await until(lambda: model_metrics()[name]["sessions"] >= workers)
        back.append(perf_counter() - began)

    await asyncio.gather(panic(), *(client() for _ in range(IN_FLIGHT)))
    return {"ended": {kind: ended.count(kind) for kind in sorted(set(ended))}, "seconds": back[0]}


async def panics(report: Report, shield: Shield, name: str) -> None:
    """One session killed by a panic under load, several times."""
    await shield.scan_prompt("ready")
    rounds = [await _round(shield, name, 900 + at) for at in range(ROUNDS)]
    report.details["panics"] = rounds
    kinds = [round_["ended"] for round_ in rounds]
    asked = sum(sum(kind.values()) for kind in kinds)
    failed = [kind.get("panicked", 0) for kind in kinds]
    other = asked - sum(failed) - sum(kind.get("answered", 0) for kind in kinds)
    report.add(exactly("requests neither answered nor failed typed", other, "", 0.0, note=f"of {asked}"))
    report.add(at_most("requests that failed with the session", median(failed), "", float(IN_FLIGHT)))
    seconds = [round_["seconds"] for round_ in rounds]
    report.add(at_most("all sessions back after", percentile(seconds, 1.0), "s", 1.0, note="the longest"))
