"""The servers that are measured: uvicorn on uvloop, one worker, a bare ASGI application.

    python -m benchmarks.asgi.server [--guard requests|both]   # prints its port, serves until stdin closes

`POST /echo` answers with the body it was given. `GET /stream?events=N&characters=N&pause=MS` streams events
of OpenAI's chat completions, with some things to redact in them. `GET /memory` tells the process's size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
from typing import Any
from urllib.parse import parse_qsl

import uvicorn

from benchmarks.measure import resident
from pyshield import Shield
from pyshield import input_scanners as prompts
from pyshield import output_scanners as outputs
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware

JSON = [(b"content-type", b"application/json")]
EVENTS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
WORDS = (
    "The meeting about project heron was moved to Thursday because three of the people who had to be there "
    "were travelling; write to jane.doe@example.com or call 555-0142 if that does not suit you. "
)
REDACTED = WORDS
for hidden in ("project heron", "jane.doe@example.com", "555-0142"):
    REDACTED = REDACTED.replace(hidden, "[REDACTED]")
"""What a client gets of `WORDS`."""

BANNED = ["project heron", "falcon nine"]
PATTERNS = [r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}", r"\b\d{3}-\d{4}\b"]


def make_shield(*, answers: bool) -> Shield:
    """Model-free scanners for prompts, and for answers if these are guarded as well."""
    return Shield(
        prompt=[
            prompts.BanSubstrings(["ignore all previous instructions"]),
            prompts.BanSubstrings(BANNED, redact=True),
            prompts.Regex(PATTERNS, match_type="all"),
            prompts.InvisibleText(),
            prompts.TokenLimit(limit=4096),
        ],
        output=[
            outputs.BanSubstrings(BANNED, redact=True),
            outputs.Regex(PATTERNS, match_type="all"),
            outputs.NoRefusalLight(),
        ]
        if answers
        else [],
    )


async def echo(receive: Any, send: Any) -> None:
    """Answers with the body."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    await answer(send, body)


async def answer(send: Any, body: bytes) -> None:
    """Sends JSON."""
    headers = [*JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def event(content: str, finish: str | None) -> bytes:
    """A chunk as OpenAI's API sends it."""
    choice = {"index": 0, "delta": {"content": content}, "logprobs": None, "finish_reason": finish}
    document = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    return b"data: " + json.dumps(document).encode() + b"\n\n"


async def stream(query: dict[str, str], send: Any) -> None:
    """Streams so many events of so many characters each, with a pause after each."""
    events, characters, pause = (int(query[name]) for name in ("events", "characters", "pause"))
    text = WORDS * (characters // len(WORDS) + 2)
    at = 0
    await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
    for _ in range(events):
        piece = text[at : at + characters]
        at = (at + characters) % len(WORDS)
        await send({"type": "http.response.body", "body": event(piece, None), "more_body": True})
        if pause:
            await asyncio.sleep(pause / 1000)
    last = event("", "stop") + b"data: [DONE]\n\n"
    await send({"type": "http.response.body", "body": last, "more_body": False})


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application."""
    if scope["type"] != "http":
        return
    if scope["path"] == "/echo":
        await echo(receive, send)
    elif scope["path"] == "/stream":
        await stream(dict(parse_qsl(scope["query_string"].decode())), send)
    else:
        await answer(send, json.dumps(resident()).encode())


async def until_closed(server: uvicorn.Server) -> None:
    """Stops the server when the driver closes our standard input."""
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True


async def serve(guard: str) -> None:
    """Serves on a free port of the loopback interface."""
    app: Any = application
    if guard != "none":
        shield = make_shield(answers=guard == "both")
        app = ShieldMiddleware(application, shield, fields=CHAT_FIELDS, exclude=["/memory"])
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    config = uvicorn.Config(app, loop="none", log_level="warning", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    print(json.dumps({"port": listener.getsockname()[1], "pid": os.getpid()}), flush=True)
    watch = asyncio.create_task(until_closed(server))
    await server.serve(sockets=[listener])
    await watch


def main() -> None:
    """Starts the server."""
    import uvloop

    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--guard", choices=["none", "requests", "both"], default="none")
    chosen = arguments.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(chosen.guard))


if __name__ == "__main__":
    main()
