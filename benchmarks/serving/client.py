"""The client: raw HTTP/1.1 over kept connections, a process of its own.

    python -m benchmarks.serving.client PORT closed --connections 16 --seconds 5
    python -m benchmarks.serving.client PORT open --rate 900 --seconds 60

`closed` keeps a number of requests open, each connection sending the next when it has its answer: what the
server can do. `open` sends at a fixed rate whatever the answers do, and counts latency from the moment at
which a request was due, so that a slow server cannot slow the questions down. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections import Counter
from time import monotonic
from typing import Any

from benchmarks.loopback import Connection, run
from benchmarks.measure import percentile
from benchmarks.scanners.bulk import prompts

MOST_CONNECTIONS = 1_000
GRACE = 10.0
"""Seconds to wait for the last answers."""


def requests(characters: int) -> list[bytes]:
    """Different requests; bodies of ordinary words, a few of them refused."""
    rng = random.Random(11)
    pieces = [text for text in prompts()[:4_000] if text.isascii() and "@" not in text and "pass" not in text]
    made = []
    for number in range(50):
        text = ""
        while len(text) < characters:
            text += rng.choice(pieces)
        text = text[:characters].replace("ransomware", "groceries")
        body = (("ransomware " if number % 10 == 0 else "") + text).encode()
        made.append(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    return made


class Load:
    """Sends requests and collects the answers."""

    def __init__(self, port: int, characters: int) -> None:
        self.port = port
        self.requests = requests(characters)
        self.seconds: dict[int, list[float]] = {}
        self.sent = 0
        self.broken = 0
        self.unsent = 0
        self.connections = 0
        self.idle: list[Connection] = []
        self.again = False
        self.late: list[float] = []

    async def connect(self) -> Connection:
        """A new connection."""
        self.connections += 1
        return await Connection.to(self.port, self._answered, self._lost)

    def _answered(self, connection: Connection, status: int, _: bytes) -> None:
        now = monotonic()
        self.seconds.setdefault(status, []).append(now - connection.due)
        if self.again:
            self.ask(connection, now)
        else:
            self.idle.append(connection)

    def _lost(self, connection: Connection) -> None:
        self.connections -= 1
        self.broken += connection.busy
        if connection in self.idle:
            self.idle.remove(connection)

    def ask(self, connection: Connection, due: float) -> None:
        """Sends the next request."""
        connection.ask(self.requests[self.sent % len(self.requests)], due)
        self.sent += 1

    async def closed(self, connections: int, seconds: float) -> None:
        """As many requests open at any time as there are connections."""
        self.again = True
        made = [await self.connect() for _ in range(connections)]
        for connection in made:
            self.ask(connection, monotonic())
        await asyncio.sleep(seconds)
        self.again = False
        await self._settle()

    async def open(self, rate: float, seconds: float) -> None:
        """Requests at random moments, `rate` a second on average."""
        rng = random.Random(5)
        self.idle = [await self.connect() for _ in range(128)]
        due, end = monotonic(), monotonic() + seconds
        while due < end:
            wait = due - monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            else:
                await asyncio.sleep(0)  # behind: answers must still be read
            now = monotonic()
            while due <= now and due < end:
                self.late.append(now - due)
                await self._send(due)
                due += rng.expovariate(rate)
        await self._settle()

    async def _send(self, due: float) -> None:
        if self.idle:
            self.ask(self.idle.pop(), due)
        elif self.connections < MOST_CONNECTIONS:
            self.ask(await self.connect(), due)
        else:
            self.unsent += 1

    async def _settle(self) -> None:
        end = monotonic() + GRACE
        while self.sent > self.answers() + self.broken and monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for connection in list(self.idle):
            connection.close()

    def answers(self) -> int:
        """Requests answered so far."""
        return sum(map(len, self.seconds.values()))

    def summary(self, seconds: float) -> dict[str, Any]:
        """What happened, in milliseconds."""
        return {
            "seconds": seconds,
            "sent": self.sent,
            "answered": self.answers(),
            "broken": self.broken,
            "not_sent_for_want_of_connections": self.unsent,
            "statuses": dict(Counter({status: len(spent) for status, spent in self.seconds.items()})),
            "milliseconds": {
                status: {
                    "p50": percentile(spent, 0.5) * 1e3,
                    "p99": percentile(spent, 0.99) * 1e3,
                    "max": max(spent) * 1e3,
                }
                for status, spent in self.seconds.items()
            },
            "sending_late_ms_p99": percentile(self.late, 0.99) * 1e3 if self.late else 0.0,
        }


def main() -> None:
    """Puts load on the server and prints what happened."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("port", type=int)
    arguments.add_argument("mode", choices=["closed", "open"])
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--rate", type=float, default=100.0)
    arguments.add_argument("--seconds", type=float, default=5.0)
    arguments.add_argument("--characters", type=int, default=8_000)
    chosen = arguments.parse_args()

    async def measured() -> None:
        load = Load(chosen.port, chosen.characters)
        start = monotonic()
        if chosen.mode == "closed":
            await load.closed(chosen.connections, chosen.seconds)
        else:
            await load.open(chosen.rate, chosen.seconds)
        print(json.dumps(load.summary(monotonic() - start)))

    run(measured())


if __name__ == "__main__":
    main()
