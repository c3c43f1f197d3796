"""Beside the middleware of frameworks, and what applications do with requests."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from fastapi import Body, FastAPI, Request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route

from pyshield_asgi import ShieldMiddleware


async def echo(request):
    scanned = request.state.pyshield
    body = await request.json()
    disconnected = await request.is_disconnected()
    return JSONResponse({"body": body, "rewritten": scanned.rewritten, "disconnected": disconnected})


async def stream(request):
    body = await request.body()

    async def parts():
        yield body
        for _ in range(3):
            await asyncio.sleep(0)
            yield b"."

    return StreamingResponse(parts())


class Plain(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers["x-plain"] = "1"
        return response


def browser(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


@pytest.fixture
def routed():
    routes = [Route("/echo", echo, methods=["POST"]), Route("/stream", stream, methods=["POST"])]
    return Starlette(routes=[*routes, Mount("/sub", Starlette(routes=routes))])


@pytest.mark.parametrize("path", ["/echo", "/sub/echo"])
@pytest.mark.parametrize("around", [(), (Plain,), (GZipMiddleware,)])
@pytest.mark.parametrize("within", [(), (Plain,), (GZipMiddleware,)])
async def test_between_other_middleware(routed, shield, path, around, within):
    for middleware in within:
        routed.add_middleware(middleware)
    routed.add_middleware(ShieldMiddleware, shield=shield)
    for middleware in around:
        routed.add_middleware(middleware)
    async with browser(routed) as client:
        answer = await client.post(path, json={"a": "the heron"})
        assert answer.json() == {"body": {"a": "the [REDACTED]"}, "rewritten": True, "disconnected": False}
        refused = await client.post(path, json={"a": "bomb"})
        assert refused.status_code == 422
        assert ("x-plain" in refused.headers) == (Plain in around)
        streamed = await client.post(path.replace("echo", "stream"), json=["heron"])
        assert streamed.text == '["[REDACTED]"]...'


async def test_a_limit_of_starlettes(routed, shield):
    app = RequestBodyLimitMiddleware(ShieldMiddleware(routed, shield), 20)
    async with browser(app) as client:
        assert (await client.post("/echo", json=["x" * 30])).status_code == 413
        assert (await client.post("/echo", json=["heron"])).json()["body"] == ["[REDACTED]"]


async def test_models_of_fastapi(shield):
    app = FastAPI()
    app.add_middleware(ShieldMiddleware, shield=shield, fields=["/text"])

    @app.put("/note")
    async def note(request: Request, text: str = Body(embed=True), size: float = Body()):
        return {"text": text, "size": size, "scanned": [f.pointer for f in request.state.pyshield.fields]}

    # The annotations are names of this module only where they are evaluated.
    async with browser(app) as client:
        answer = await client.put("/note", json={"text": "heron", "size": 1.5, "other": "heron"})
        assert answer.json() == {"text": "[REDACTED]", "size": 1.5, "scanned": ["/text"]}
        assert (await client.get("/openapi.json")).status_code == 200


async def test_the_limits_of_starlette_hold_as_well(shield):
    read = []

    async def echo(request):
        read.append(await request.body())
        return PlainTextResponse("read")

    app = Starlette(
        routes=[
            Mount("/small", routes=[Route("/", echo, methods=["POST"])], max_body_size=5),
            Route("/", echo, methods=["POST"]),
        ],
        middleware=[Middleware(ShieldMiddleware, shield=shield, max_body_bytes=100)],
        max_body_size=50,
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        for path, size, status in (("/", 40, 200), ("/", 60, 413), ("/", 110, 413), ("/small/", 40, 413)):
            got = await client.post(path, json="x" * size)
            assert got.status_code == status
    assert len(read) == 1
