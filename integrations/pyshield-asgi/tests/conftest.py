"""Requests as raw ASGI, without a server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import pytest

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings, TokenLimit
from pyshield_asgi import ShieldMiddleware

JSON = ((b"content-type", b"application/json"),)


@pytest.fixture
def shield():
    """Redacts "heron" and refuses "bomb"."""
    return Shield(
        prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"]), TokenLimit(limit=50_000)]
    )


@dataclass
class Answer:
    """What was sent for a request; a status of 0 stands for nothing."""

    status: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""

    @property
    def problem(self):
        assert self.headers[b"content-type"] == b"application/problem+json"
        assert self.headers[b"content-length"] == str(len(self.body)).encode()
        problem = json.loads(self.body)
        assert problem["status"] == self.status
        return problem["type"].removeprefix("urn:pyshield:problem:")


@dataclass
class Application:
    """An application that reads its request and answers 200; it keeps what it was given."""

    scopes: list = field(default_factory=list)
    bodies: list = field(default_factory=list)
    received: list = field(default_factory=list)
    listens: bool = False

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        body = b""
        while True:
            message = await receive()
            self.received.append(message)
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        if self.listens:
            self.received.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def guarded(application, shield):
    """Makes a middleware around the application."""
    return lambda **options: ShieldMiddleware(application, shield, **options)


async def request(app, body=b"", headers=JSON, *, chunks=None, then=None, scope=None):
    """One request, to its answer.

    Args:
        chunks: The body in pieces; in one piece if not given.
        then: What is received after the body; nothing for ever if not given.
    """
    pieces = [body] if chunks is None else chunks
    messages = [
        {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1}
        if isinstance(piece, bytes)
        else piece
        for index, piece in enumerate(pieces)
    ]
    if then is not None:
        messages.append(then)
    answer = Answer()

    async def receive():
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], dict(message["headers"])
        else:
            answer.body += message.get("body", b"")

    base = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/",
        "headers": list(headers),
    }
    await app(base | (scope or {}), receive, send)
    return answer


@pytest.fixture
def ask():
    return request
