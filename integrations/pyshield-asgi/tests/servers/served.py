"""The application that the server tests talk to. No test itself."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import aclosing
from itertools import repeat
from urllib.parse import parse_qsl

from starlette.responses import StreamingResponse

from pyshield import Limits, Shield
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield.output_scanners import Regex
from pyshield_asgi import Guard, ShieldMiddleware

counts = Counter()
released = asyncio.Event()


class Slow:
    """Takes as long as it is told to, unless it is cancelled."""

    async def scan(self, prompt):
        counts["started"] += 1
        try:
            if "held" in prompt:
                await released.wait()
            elif "fast" not in prompt:
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            counts["cancelled"] += 1
            raise
        return prompt, True, -1.0


async def read(receive):
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            counts["application disconnected"] += 1
            return None
        body += message["body"]
        if not message["more_body"]:
            return body


async def talk(receive, send):
    """A connection: sends back what is said, and counts how it ends."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "many":
            for _ in range(300):
                await send({"type": "websocket.send", "text": "word " * 20_000})
                counts["written"] += 1
        await send({"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")})
    counts[f"left {message['code']}"] += 1


async def written(pieces, pause):
    """An answer, piece by piece; counts how it ends."""
    how = "left"
    try:
        for piece in pieces:
            yield piece
            counts["written"] += 1
            await asyncio.sleep(pause)
        how = "finished"
    finally:
        counts[how] += 1


async def stream(scope, receive, send):
    """Streams what the query says: these pieces, or an answer without end."""
    query = dict(parse_qsl(scope["query_string"].decode()))
    pieces = json.loads(query["pieces"]) if "pieces" in query else repeat(event("word " * 1_000))
    # Nobody closes a generator whose answer is cancelled while a piece is sent, until it is collected.
    async with aclosing(written(pieces, 0.001)) as body:
        answer = StreamingResponse(body, media_type=query.get("media", "text/event-stream"))
        await answer(scope, receive, send)


def event(content):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        counts["warmed up"] = shields[0].metrics()["outcomes_total"]["valid"]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["type"] == "websocket":
        await talk(receive, send)
        return
    counts[scope["path"]] += 1
    if scope["path"] == "/stream":
        await stream(scope, receive, send)
        return
    body = await read(receive)
    if body is None:
        return
    if scope["path"] == "/hang":
        counts["hanging"] += 1
        counts[(await receive())["type"]] += 1
        return
    if scope["path"] == "/release":
        released.set()  # those that wait now, and no others
        released.clear()
    if scope["path"] == "/stats":
        answer = dict(counts) | {"in flight": both.metrics()["in_flight"]}
    else:
        scanned = scope.get("pyshield")
        answer = {
            "body": body.decode("latin-1"),
            "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
            "scanned": None if scanned is None else [field.pointer for field in scanned.fields],
            "state": scope.get("state", {}).get("pyshield") is scanned,
        }
    encoded = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(encoded))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": encoded})


words = Shield(prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])])
both = Shield(prompt=words.prompt, output=[Regex([r"\d{3}-\d{4}"], match_type="all"), BanOutput(["petard"])])
slow = Shield(prompt=[Slow()], limits=Limits(max_in_flight=1))
late = Shield(prompt=[Slow()])
shields = (words, both, slow, late)
app = ShieldMiddleware(
    application,
    words,
    routes=[
        ("/slow", slow),
        ("/late", Guard(late, deadline=0.05)),
        ("/talk", both),
        ("/stream", both),
        ("/pieces", Guard(both, streamed_messages=True)),
    ],
)
