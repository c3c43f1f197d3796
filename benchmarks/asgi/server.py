"""The servers that are measured: a bare ASGI application, with the middleware or without.

    python -m benchmarks.asgi.server [--guard requests|both|same]

It prints its port and serves until its standard input closes.

`POST /echo` answers with the body it was given. `GET /stream?events=N&characters=N&pause=MS` streams events
of OpenAI's chat completions, with some things to redact in them. `GET /memory` tells the process's size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from benchmarks.asgi.words import BANNED, PATTERNS, WORDS
from benchmarks.loopback import answer, body_of, serve
from benchmarks.measure import resident
from pyshield import Shield
from pyshield import input_scanners as prompts
from pyshield import output_scanners as outputs
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware

EVENTS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
SEND_BUFFER = 64 * 1024
"""Bytes the kernel takes for a connection. By default it takes up to 4 MB, and a client that does not read
would not be noticed before."""


def make_shield(guard: str) -> Shield:
    """Model-free scanners: for prompts, for answers as well (`both`), or the rival's (`same`)."""
    if guard == "same":
        return Shield(
            prompt=[
                prompts.Secrets(),
                prompts.BanSubstrings(BANNED, redact=True),
                prompts.TokenLimit(limit=4096),
            ]
        )
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
        if guard == "both"
        else [],
    )


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
        body = await body_of(receive)
        if body is not None:
            await answer(send, body)
    elif scope["path"] == "/stream":
        await stream(dict(parse_qsl(scope["query_string"].decode())), send)
    else:
        await answer(send, json.dumps(resident()).encode())


def main() -> None:
    """Starts the server."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--guard", choices=["none", "requests", "both", "same"], default="none")
    guard = arguments.parse_args().guard
    app: Any = application
    if guard != "none":
        app = ShieldMiddleware(application, make_shield(guard), fields=CHAT_FIELDS, exclude=["/memory"])
    serve(app, send_buffer=SEND_BUFFER)


if __name__ == "__main__":
    main()
