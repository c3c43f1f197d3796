"""Applications that answer, and what a client makes of the answer."""

from __future__ import annotations

import asyncio
import json

from pyshield import Shield
from pyshield.output_scanners import BanSubstrings, Regex
from pyshield_asgi import ShieldMiddleware

SSE = "text/event-stream"


def make_shield():
    """Redacts "project heron" and telephone numbers, and refuses "bomb"."""
    return Shield(
        output=[
            BanSubstrings(["project heron"], redact=True),
            Regex([r"\d{3}-\d{4}"], match_type="all"),
            BanSubstrings(["bomb"]),
        ]
    )


class Answering:
    """An application that answers with these pieces."""

    def __init__(self, pieces, media, headers=(), status=200):
        self.pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
        self.headers = [*([] if media is None else [(b"content-type", media.encode())]), *headers]
        self.status = status
        self.sent = 0
        self.error = None

    async def __call__(self, scope, receive, send):
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            for piece in self.pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                self.sent += 1
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError as error:
            self.error = error
            raise


def once():
    """A `receive` for a request without a body."""
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    return receive


async def answer(ask, shield, pieces, media, *, headers=(), status=200, scope=None, **options):
    application = Answering(pieces, media, headers, status)
    got = await ask(ShieldMiddleware(application, shield, **options), b"", (), scope=scope)
    return got, application


def chunk(delta, *, index=0, finish=None, **more):
    choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **more}


def events(*documents, named=False):
    parts = []
    for document in documents:
        name = f"event: {document['type']}\n" if named else ""
        parts.append(f"{name}data: {json.dumps(document)}\n\n")
    return "".join(parts)


def parsed(body):
    """The documents of an answer, `[DONE]` as it is."""
    found = []
    for part in body.decode().split("\n\n")[:-1]:
        name = None
        data = []
        for line in part.split("\n"):
            if line.startswith("data: "):
                data.append(line[6:])
            elif line.startswith("event: "):
                name = line[7:]
        text = "\n".join(data)
        document = text if text == "[DONE]" else json.loads(text)
        if name is not None:
            assert document["type"] == name
        found.append(document)
    return found


def said(documents, member="content", index=0):
    """What a client puts together."""
    text = ""
    for document in documents:
        for choice in document["choices"] if isinstance(document, dict) else ():
            if choice["index"] == index:
                text += choice["delta"].get(member) or ""
    return text
