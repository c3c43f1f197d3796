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

import uvloop

from benchmarks.asgi.server import REDACTED, WORDS
from benchmarks.measure import percentile

BODY = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "What is the capital of Peru, and since when?"}]}
).encode()
SLOW_EVENTS, SLOW_CHARACTERS = 250, 8_000
"""Two megabytes: more than all buffers on the way hold."""


SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


class Echo(asyncio.Protocol):
    """One connection with one request on its way at any time."""

    def __init__(self, until: float) -> None:
        head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
        self.request = head.encode() + b"%d\r\n\r\n%b" % (len(BODY), BODY)
        self.until = until
        self.answered = 0
        self.wrong = 0
        self.data = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Sends the first request."""
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Takes an answer, and sends the next request."""
        self.data += data
        _, found, body = self.data.partition(b"\r\n\r\n")
        if not found or len(body) < len(BODY):
            return
        self.answered += 1
        self.wrong += not self.data.startswith(b"HTTP/1.1 200") or body != BODY
        self.data = b""
        if perf_counter() < self.until:
            self.transport.write(self.request)
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Ends the connection's part."""
        self.wrong += error is not None
        if not self.done.done():
            self.done.set_result(None)


async def echo(port: int, connections: int, seconds: float) -> dict[str, Any]:
    """As many requests on their way as there are connections."""
    loop = asyncio.get_running_loop()
    start = perf_counter()
    made = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(lambda: Echo(start + seconds), "127.0.0.1", port)
        made.append(protocol)
    await asyncio.gather(*(protocol.done for protocol in made))
    answered = sum(protocol.answered for protocol in made)
    wrong = sum(protocol.wrong for protocol in made)
    return {"rate": answered / (perf_counter() - start), "answered": answered, "wrong": wrong}


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
        self.expected = (REDACTED * whole + _redacted(WORDS[:rest])) if guarded else text
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
                await asyncio.sleep(0.05)
        self.seconds = perf_counter() - start
        self.right = ended and "".join(said) == self.expected
        writer.close()


def _redacted(text: str) -> str:
    for hidden in ("project heron", "jane.doe@example.com", "555-0142"):
        text = text.replace(hidden, "[REDACTED]")
    return text


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
    """Many streams at once, some of them read slowly."""
    guarded = chosen.guarded
    fast = [Stream(chosen.events, 20, guarded=guarded) for _ in range(chosen.streams - chosen.slow)]
    slow = [Stream(SLOW_EVENTS, SLOW_CHARACTERS, guarded=guarded) for _ in range(chosen.slow)]
    running = [asyncio.create_task(stream.read(port, 0, slow=True)) for stream in slow]
    for number, stream in enumerate(fast):
        running.append(asyncio.create_task(stream.read(port, chosen.pause, slow=False)))
        if not number % 25:
            await asyncio.sleep(0.01)
    await asyncio.gather(*running)
    gaps = [gap for stream in fast for gap in stream.gaps]
    return {
        "streams": len(fast) + len(slow),
        "right": sum(stream.right for stream in (*fast, *slow)),
        "megabytes": sum(stream.bytes for stream in (*fast, *slow)) / 1e6,
        "gap_ms": {name: percentile(gaps, share) * 1e3 for name, share in SHARES.items()},
        "fast_seconds": max((stream.seconds for stream in fast), default=0.0),
        "slow_seconds": max((stream.seconds for stream in slow), default=0.0),
    }


def main() -> None:
    """Puts load on the server and prints what happened."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("port", type=int)
    arguments.add_argument("mode", choices=["echo", "streams"])
    arguments.add_argument("--connections", type=int, default=16)
    arguments.add_argument("--seconds", type=float, default=2.0)
    arguments.add_argument("--streams", type=int, default=500)
    arguments.add_argument("--slow", type=int, default=50)
    arguments.add_argument("--events", type=int, default=40)
    arguments.add_argument("--pause", type=int, default=250, help="milliseconds between events")
    arguments.add_argument("--guarded", action="store_true", help="what is to be redacted must be")
    chosen = arguments.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if chosen.mode == "echo":
            seen = runner.run(echo(chosen.port, chosen.connections, chosen.seconds))
        else:
            seen = runner.run(streams(chosen.port, chosen))
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
