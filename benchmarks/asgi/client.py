"""The client of the servers that are measured, a process of its own.

    python -m benchmarks.asgi.client PORT echo --seconds 2 --connections 16
    python -m benchmarks.asgi.client PORT streams --streams 500 --slow 50 --events 40

It prints what it saw as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from time import perf_counter
from typing import Any

from benchmarks.asgi.words import BODY, WORDS, redacted
from benchmarks.loopback import Connection, run
from benchmarks.measure import percentile

LONG_EVENTS, LONG_CHARACTERS = 250, 8_000
"""Two megabytes, written without a pause: more than all buffers on the way hold."""
SLOW_PAUSE = 0.4
"""Seconds after every tenth event of a client that reads slowly: it takes about ten for all."""


SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


async def echo(port: int, connections: int, seconds: float) -> dict[str, Any]:
    """As many requests on their way as there are connections."""
    head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
    request = head.encode() + b"%d\r\n\r\n%b" % (len(BODY), BODY)
    start = perf_counter()
    count = {"answered": 0, "wrong": 0}

    def answered(connection: Connection, status: int, body: bytes) -> None:
        count["answered"] += 1
        count["wrong"] += status != 200 or body != BODY
        if perf_counter() < start + seconds:
            connection.ask(request)
        else:
            connection.close()

    def lost(connection: Connection) -> None:
        count["wrong"] += connection.busy
        ended.release()

    ended = asyncio.Semaphore(0)
    for _ in range(connections):
        (await Connection.to(port, answered, lost)).ask(request)
    for _ in range(connections):
        await ended.acquire()
    return {"rate": count["answered"] / (perf_counter() - start), **count}


class Stream:
    """One stream of events.

    Args:
        events: How many there are.
        characters: How many characters each has.
        guarded: Whether what is to be redacted must be.
    """

    def __init__(self, events: int, characters: int, *, guarded: bool) -> None:
        self.path = f"/stream?events={events}&characters={characters}"
        text = (WORDS * (events * characters // len(WORDS) + 2))[: events * characters]
        # A piece of what is redacted may be cut off at the end; there it is what it was.
        whole, rest = len(text) // len(WORDS), len(text) % len(WORDS)
        self.expected = (redacted(WORDS) * whole + redacted(WORDS[:rest])) if guarded else text
        self.gaps: list[float] = []
        self.seconds = 0.0
        self.right = False
        self.bytes = 0

    async def read(self, port: int, pause: int, *, slow: bool) -> None:
        """Reads all of it: as it comes, or not at all for a second and then a little at a time."""
        connection = socket.socket()
        if slow:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=16_384 if slow else 65_536)
        writer.write(
            f"GET {self.path}&pause={pause} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode()
        )
        start = last = perf_counter()
        await reader.readuntil(b"\r\n\r\n")
        said: list[str] = []
        ended = False
        if slow:
            await asyncio.sleep(1)
        async for data in _events(reader):
            now = perf_counter()
            self.gaps.append(now - last)
            last = now
            self.bytes += len(data)
            ended = data == b"[DONE]"
            if not ended:
                said += (choice["delta"]["content"] for choice in json.loads(data)["choices"])
            if slow and not len(self.gaps) % 10:
                await asyncio.sleep(SLOW_PAUSE)
        self.seconds = perf_counter() - start
        self.right = ended and "".join(said) == self.expected
        writer.close()


async def _events(reader: asyncio.StreamReader) -> Any:
    """The data of each event of a chunked body."""
    held = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        held += await reader.readexactly(size)
        await reader.readexactly(2)
        *events, held = held.split(b"\n\n")
        for one in events:
            yield one.removeprefix(b"data: ")


async def streams(port: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Many streams at once: long ones, read slowly or as fast as they come, and quick readers of others."""
    guarded = chosen.guarded
    long = [Stream(LONG_EVENTS, LONG_CHARACTERS, guarded=guarded) for _ in range(chosen.slow + chosen.greedy)]
    fast = [Stream(chosen.events, 20, guarded=guarded) for _ in range(chosen.streams - len(long))]
    slow = long[: chosen.slow]
    running = [asyncio.create_task(stream.read(port, 0, slow=stream in slow)) for stream in long]
    for number, stream in enumerate(fast):
        running.append(asyncio.create_task(stream.read(port, chosen.pause, slow=False)))
        if not number % 25:
            await asyncio.sleep(0.01)
    await asyncio.gather(*running)
    gaps = [gap for stream in fast for gap in stream.gaps]
    return {
        "streams": len(fast) + len(long),
        "right": sum(stream.right for stream in (*fast, *long)),
        "megabytes": sum(stream.bytes for stream in (*fast, *long)) / 1e6,
        "gap_ms": {name: percentile(gaps, share) * 1e3 for name, share in SHARES.items()},
        "fast_seconds": max((stream.seconds for stream in fast), default=0.0),
        "slow_seconds": max((stream.seconds for stream in slow), default=0.0),
        "greedy_seconds": max((stream.seconds for stream in long[chosen.slow :]), default=0.0),
    }


def main() -> None:
    """Puts load on the server and prints what happened."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("port", type=int)
    arguments.add_argument("mode", choices=["echo", "streams"])
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--seconds", type=float, default=2.0)
    arguments.add_argument("--streams", type=int, default=500)
    arguments.add_argument("--slow", type=int, default=0)
    arguments.add_argument("--greedy", type=int, default=0)
    arguments.add_argument("--events", type=int, default=40)
    arguments.add_argument("--pause", type=int, default=250, help="milliseconds between events")
    arguments.add_argument("--guarded", action="store_true", help="what is to be redacted must be")
    chosen = arguments.parse_args()
    if chosen.mode == "echo":
        seen = run(echo(chosen.port, chosen.connections, chosen.seconds))
    else:
        seen = run(streams(chosen.port, chosen))
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
