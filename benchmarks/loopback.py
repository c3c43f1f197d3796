"""Servers and clients that are measured together, each a process of its own, on the loopback interface.

The server is uvicorn on uvloop with one worker and a bare ASGI application; the client speaks raw HTTP/1.1.
Also used in the environment of a rival, which has uvicorn and uvloop and not the rest.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from benchmarks.measure import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Connection", "ServerProcess", "answer", "body_of", "run", "run_client", "serve"]

_PAGE = os.sysconf("SC_PAGE_SIZE")
_JSON = (b"content-type", b"application/json")


# What drives a measurement.


class ServerProcess:
    """A server in a process of its own, until the `with` block ends.

    Args:
        module: Run with `-m`; it must call `serve`.
        arguments: For it.
        python: By which interpreter; this one if not given.
        environment: Variables beside those of this process.

    Attributes:
        port: Where it serves.
        sizes: Bytes of its memory, one value for each sample since `watch` was called.
    """

    def __init__(
        self,
        module: str,
        *arguments: str,
        python: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [str(python or sys.executable), "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        assert self.process.stdout
        said = self.process.stdout.readline()
        if not said:
            sys.exit(f"{module} did not start")
        self.port: int = json.loads(said)["port"]
        self.sizes: list[int] = []
        self._done = threading.Event()

    def ask(self, path: str) -> Any:
        """What it answers to a `GET`, which must be JSON."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def watch(self, every: float) -> None:
        """Samples the size of its memory every so many seconds, without asking it."""

        def sample() -> None:
            statm = Path(f"/proc/{self.process.pid}/statm")
            while not self._done.wait(every):
                self.sizes.append(int(statm.read_text().split()[1]) * _PAGE)

        threading.Thread(target=sample, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def run_client(module: str, port: int, mode: str, *flags: str, **options: float) -> dict[str, Any]:
    """Runs a client and returns the JSON that it prints."""
    command = [sys.executable, "-m", module, str(port), mode, *flags]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


# What servers are made of.


async def body_of(receive: Any) -> bytes | None:
    """The body of a request; `None` if its client has gone."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece: bytes = message.get("body", b"")
        if not message.get("more_body"):
            return body + piece
        body += piece


async def answer(
    send: Any, body: bytes, *, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Sends a JSON response."""
    every = [_JSON, (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": every})
    await send({"type": "http.response.body", "body": body})


async def _until_closed(server: Any) -> None:
    """Stops the server when the driver closes our standard input."""
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True


async def _serve(application: Any, send_buffer: int | None) -> None:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    if send_buffer is not None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)  # its connections inherit it
    config = uvicorn.Config(application, loop="none", log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
    watch = asyncio.create_task(_until_closed(server))
    await server.serve(sockets=[listener])
    await watch


def serve(application: Any, *, send_buffer: int | None = None) -> None:
    """Serves on a free port, tells it on standard output, and ends when standard input does.

    Args:
        application: The ASGI application.
        send_buffer: Bytes that the kernel takes for a connection beyond what its client has read; as many as
            it does by default, some megabytes, if not given.
    """
    run(_serve(application, send_buffer))


def run(coroutine: Any) -> Any:
    """Runs a coroutine on uvloop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


# What clients are made of.


class Connection(asyncio.Protocol):
    """One connection with at most one request on its way.

    Args:
        answered: Is given this connection, the status and the body of each response.
        lost: Is given this connection when it ends.

    Attributes:
        due: When the request under way was due.
        busy: Whether one is under way.
    """

    def __init__(
        self,
        answered: Callable[[Connection, int, bytes], None],
        lost: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        self._answered = answered
        self._lost = lost
        self.due = 0.0
        self.busy = False
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    @classmethod
    async def to(cls, port: int, *callbacks: Any) -> Connection:
        """A connection to a port of this machine, with what the constructor takes."""
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: cls(*callbacks), "127.0.0.1", port)
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not of that class

    def ask(self, request: bytes, due: float = 0.0) -> None:
        """Sends a request that was due at `due`."""
        assert self._transport
        self.busy, self.due = True, due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Calls back when the response is complete."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lowered = head.lower()
        at = lowered.find(b"content-length:") + 15
        if at < 15:  # an error of a server that ends the connection with it
            self.close()
            return
        length = int(lowered[at:].split(b"\r\n", 1)[0])
        if len(body) >= length:
            self._buffer = body[length:]
            self.busy = False
            self._answered(self, int(head[9:12]), body[:length])

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Tells that a request will never be answered."""
        self._lost(self)

    def close(self) -> None:
        """Closes the connection."""
        if self._transport:
            self._transport.close()
