"""Servers as processes of their own, and ways to talk to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
UVICORN = ["-m", "uvicorn", "served:app", "--port", "PORT", "--log-level", "warning", "--loop"]
GRANIAN = [
    "-m",
    "granian",
    "served:app",
    "--interface",
    "asgi",
    "--port",
    "PORT",
    "--no-access-log",
    "--loop",
]
SERVERS = {
    "uvicorn-asyncio": [*UVICORN, "asyncio"],
    "uvicorn-uvloop": [*UVICORN, "uvloop"],
    "granian-asyncio": [*GRANIAN, "asyncio"],
    "granian-uvloop": [*GRANIAN, "uvloop"],
}


def start(command, **environment):
    """Starts a server on a free port and waits until it listens; gives its address and a way to end it."""
    for _ in range(3):
        port, process = attempt(command, **environment)
        # Somebody else may have taken the port meanwhile.
        if process.poll() is None:
            return port, process
    pytest.fail(f"the server did not start: {process.communicate()[0]}")


def attempt(command, **environment):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(part.replace("PORT", str(port)) for part in command)],
        cwd=HERE,
        env=os.environ | {"PORT": str(port)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return port, process
    process.kill()
    process.wait()
    return port, process


@pytest.fixture(scope="session")
def serve():
    """Starts a server, ends it with the session, and looks at what it wrote."""
    running = []

    def serve(command, **environment):
        port, process = start(command, **environment)
        running.append(process)
        return port

    yield serve
    for process in running:
        process.terminate()
    for process in running:
        try:
            output, _ = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
            output += "Traceback: it did not end when it was told to"
        assert "Traceback" not in output, output


@pytest.fixture(scope="session", params=SERVERS)
def port(request, serve):
    return serve(SERVERS[request.param])


@pytest.fixture
def client(port):
    headers = {"content-type": "application/json"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=100, headers=headers) as client:
        yield client


@pytest.fixture
def connect(port):
    """Opens a connection to write bytes to."""
    return lambda: socket.create_connection(("127.0.0.1", port), timeout=100)


@pytest.fixture
def stats(client):
    """What the application counted so far."""
    return lambda: client.get("/stats").json()


@pytest.fixture
def wait_for(stats):
    """Waits until the application has counted so many more of something than `before`."""

    def wait_for(name, before):
        until = time.monotonic() + 100
        while stats().get(name, 0) <= before.get(name, 0):
            assert time.monotonic() < until, name
            time.sleep(0.02)

    return wait_for
