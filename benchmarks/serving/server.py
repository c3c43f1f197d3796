"""The server under load: uvicorn on uvloop, one worker, a small ASGI application that awaits a shield.

    python -m benchmarks.serving.server      # prints its port, serves until its standard input closes

`POST /` scans the body as a prompt: 200 if it may pass, 422 if not, 503 with `Retry-After` if the shield is
overloaded, 504 if a deadline was missed. `GET /stats` tells how long answers took and what the shield
counted.
"""

from __future__ import annotations

import argparse
import json
from array import array
from time import perf_counter
from typing import Any

from benchmarks.loopback import answer, body_of, serve
from benchmarks.measure import percentile
from benchmarks.scanners.cases import BANNED, PATTERNS
from pyshield import Limits, Shield
from pyshield.errors import DeadlineExceeded, Overloaded
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, Sentiment, TokenLimit

MOST_SAMPLES = 200_000
SLOW_RULES = [r"(\w)\1\1\1", r"\b(\w+) (\w+) \1 \2 \1\b"]
"""Back references cannot be matched in linear time: a scan of 8,000 characters takes ten milliseconds."""


def make_shield(in_flight: int, deadline: float) -> Shield:
    """All model-free scanners for prompts, never on the event loop."""
    rules = Regex([*PATTERNS, *SLOW_RULES])
    scanners = [BanSubstrings(BANNED), InvisibleText(), rules, Sentiment(), TokenLimit(limit=100_000)]
    limits = Limits(max_in_flight=in_flight, policy="reject", deadline=deadline, inline_budget_us=0)
    return Shield(scanners, limits=limits)


class Samples:
    """Seconds, in memory taken at the start: the server's memory is watched, and must not grow by these."""

    def __init__(self) -> None:
        self._values = array("f", bytes(4 * MOST_SAMPLES))
        self._count = 0

    def add(self, value: float) -> None:
        """Keeps a value; past the limit, in place of an early one."""
        self._values[self._count % MOST_SAMPLES] = value
        self._count += 1

    def values(self) -> list[float]:
        """All of them, in no order."""
        return self._values[: min(self._count, MOST_SAMPLES)].tolist()

    def clear(self) -> None:
        """Forgets all of them."""
        self._count = 0


class Application:
    """The ASGI application."""

    def __init__(self, shield: Shield) -> None:
        self.shield = shield
        self.seconds = {status: Samples() for status in (200, 422, 503, 504)}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/stats":
            await answer(send, json.dumps(self.stats()).encode())
            for samples in self.seconds.values():
                samples.clear()
            return
        start = perf_counter()
        body = await body_of(receive)
        if body is None:
            return
        headers: tuple[tuple[bytes, bytes], ...] = ()
        try:
            result = await self.shield.scan_prompt(body.decode())
            status, told = (200 if result.is_valid else 422), {"risk": str(result.risk)}
        except Overloaded as error:
            status, told = 503, {"error": "overloaded"}
            headers = ((b"retry-after", str(max(1, round(error.retry_after))).encode()),)
        except DeadlineExceeded:
            status, told = 504, {"error": "deadline"}
        await answer(send, json.dumps(told).encode(), status=status, headers=headers)
        self.seconds[status].add(perf_counter() - start)

    def stats(self) -> dict[str, Any]:
        """Milliseconds by status since the last time; what the shield counts."""
        metrics = self.shield.metrics()
        return {
            "milliseconds": {
                status: {
                    "count": len(spent),
                    "p50": percentile(spent, 0.5) * 1e3,
                    "p99": percentile(spent, 0.99) * 1e3,
                    "max": max(spent) * 1e3,
                }
                for status, samples in self.seconds.items()
                if (spent := samples.values())
            },
            "outcomes": metrics["outcomes_total"],
            "requests": metrics["requests_total"],
            "in_flight": metrics["in_flight"],
        }


def main() -> None:
    """Starts the server."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--in-flight", type=int, default=16)
    arguments.add_argument("--deadline", type=float, default=0.5)
    chosen = arguments.parse_args()
    serve(Application(make_shield(chosen.in_flight, chosen.deadline)))


if __name__ == "__main__":
    main()
