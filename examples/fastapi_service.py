"""A chat service behind ShieldMiddleware: POST /chat answers with what a model would be given.

Run it with `.venv/bin/python examples/fastapi_service.py`; the commands to try are in
integrations/pyshield-asgi/README.md. `PORT` chooses another port than 8000.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field

from pyshield import Limits, Shield
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, TokenLimit
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

shield = Shield(
    prompt=[
        BanSubstrings(["ignore all previous instructions"]),  # refused
        BanSubstrings(["project heron"], match_type="word", redact=True),  # redacted, as the next ones
        Regex([r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}"], match_type="all"),
        InvisibleText(),
        TokenLimit(limit=4096),  # refused
    ],
    limits=Limits(max_in_flight=256, deadline=2.0),
)


class Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class Chat(BaseModel):
    messages: list[Message] = Field(min_length=1)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with shield:  # waits for scans under way when the server stops
        yield


app = FastAPI(title="Guarded chat", lifespan=lifespan)
app.add_middleware(ShieldMiddleware, shield=shield, fields=CHAT_FIELDS, max_body_bytes=64 * 1024)


@app.post("/chat")
async def chat(request: Request, body: Chat) -> dict[str, Any]:
    scanned = request.state.pyshield
    return {
        "messages": [message.model_dump() for message in body.messages],
        "rewritten": scanned.rewritten,
        "findings": [
            {"pointer": pointer, "scanner": finding.scanner, "start": finding.start, "end": finding.end}
            for pointer, finding in scanned.findings
        ],
    }


@app.get("/metrics")
async def metrics() -> dict[str, Any]:
    return shield.metrics()


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
