"""Streams that do not end as they should: each client gets a whole answer, and everything is freed."""

from __future__ import annotations

import asyncio
import logging

import pytest
from asgi_helpers.answering import SSE, answer, chunk, events, make_shield, once, parsed, said
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from pyshield_asgi import ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


async def test_an_event_without_end_is_cut_off(ask, shield, caplog):
    pieces = [events(chunk({"content": "Hi. "})), *["data: " + "x" * 400 + "\n"] * 10]
    with caplog.at_level(logging.ERROR, "pyshield_asgi"):
        got, application = await answer(ask, shield, pieces, SSE, max_body_bytes=1_000)
    sent = parsed(got.body)
    assert sent[-2]["error"]["type"] == "server_error"
    assert sent[-1] == "[DONE]"
    assert application.sent < 5
    assert "TooLongError" in caplog.text


async def test_an_application_that_raises_after_the_headers(ask, shield):
    async def application(scope, receive, send):
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", SSE.encode())]}
        )
        data = events(chunk({"content": "the project he"})).encode()
        await send({"type": "http.response.body", "body": data, "more_body": True})
        raise ValueError("no more")

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(ValueError, match="no more"):
        await ShieldMiddleware(application, shield)(scope, once(), send)
    assert sent[-1]["more_body"] is False
    documents = parsed(b"".join(message.get("body", b"") for message in sent))
    assert said([d for d in documents if d != "[DONE]" and "choices" in d]) == "the "
    assert documents[-1] == "[DONE]"


async def test_a_client_that_leaves(shield):
    left = []

    async def tokens():
        try:
            while True:
                yield events(chunk({"content": "word "}))
                await asyncio.sleep(0)
        finally:
            left.append(True)

    app = FastAPI()

    @app.get("/")
    async def chat():
        return StreamingResponse(tokens(), media_type=SSE)

    app.add_middleware(ShieldMiddleware, shield=shield)
    sent = 0

    async def send(message):
        nonlocal sent
        sent += 1
        if sent > 5:
            raise OSError("gone")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
    }
    with pytest.raises(Exception):  # noqa: B017, PT011  # which one is the framework's matter
        await app(scope, once(), send)
    await asyncio.sleep(0.01)
    assert left == [True]
    metrics = shield.metrics()
    assert (metrics["in_flight"], metrics["outcomes_total"]["cancelled"]) == (0, 1)
