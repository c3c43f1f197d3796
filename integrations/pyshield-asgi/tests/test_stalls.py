"""Streams side by side: one that goes on and on, or whose client does not read, holds up no other."""

from __future__ import annotations

import asyncio
import json

import pytest

from pyshield import Limits, Shield
from pyshield.output_scanners import BanSubstrings
from pyshield_asgi import ShieldMiddleware

PART = 1_024
"""Characters that a stream scans in one go at a budget of nothing."""


@pytest.fixture
def shield():
    return Shield(output=[BanSubstrings(["heron"], redact=True)], limits=Limits(inline_budget_us=0))


def event(text):
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


class Writing:
    """An application that writes all of its answer without ever waiting for anything but `send`."""

    def __init__(self, media, piece, count):
        self.media, self.piece, self.count = media, piece, count

    async def __call__(self, scope, receive, send):
        headers = [(b"content-type", self.media)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(self.count):
            await send({"type": "http.response.body", "body": self.piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "headers": [],
}


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


WORDS = "a heron, and a heron " * 10
STREAMS = [
    (b"text/event-stream", event(WORDS)),
    (b"application/x-ndjson", json.dumps({"response": WORDS}).encode() + b"\n"),
    (b"text/plain", WORDS.encode()),
]


@pytest.mark.parametrize(("media", "piece"), STREAMS, ids=["events", "lines", "text"])
async def test_a_client_that_takes_everything_at_once(shield, media, piece):
    app = ShieldMiddleware(Writing(media, piece, 200), shield)
    loop = asyncio.get_running_loop()
    between = [0]

    def look():
        between.append(0)
        nonlocal handle
        handle = loop.call_soon(look)

    handle = loop.call_soon(look)

    async def send(message):
        between[-1] += len(message.get("body", b"")) > 0

    await asyncio.gather(*(app(dict(SCOPE), receive, send) for _ in range(10)))
    handle.cancel()
    # All begin in one round of the loop; from then on there is one part in each.
    most = PART // len(WORDS) + 1
    assert between[1] <= 10 * most
    assert max(between[2:]) <= most
    assert sum(between) >= 10 * 200


@pytest.mark.parametrize(("media", "piece"), STREAMS, ids=["events", "lines", "text"])
async def test_clients_that_do_not_read(shield, media, piece):
    app = ShieldMiddleware(Writing(media, piece, 50), shield)
    never = asyncio.Event()
    got = []

    async def stuck(message):
        if message["type"] == "http.response.body":
            await never.wait()

    async def send(message):
        got.append(message.get("body", b""))

    waiting = [asyncio.create_task(app(dict(SCOPE), receive, stuck)) for _ in range(20)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(app(dict(SCOPE), receive, send) for _ in range(20)))
    assert b"".join(got).count(b"[REDACTED]") == 20 * 50 * WORDS.count("heron")
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    # What they held is free, and counted as given up.
    assert shield.metrics()["in_flight"] == 0
    assert shield.metrics()["outcomes_total"]["cancelled"] == 20
