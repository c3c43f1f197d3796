"""A chat service whose answers are scanned while they are written, guarded by one line.

Run it with `.venv/bin/python examples/chat.py`, then

    curl -sN localhost:8000/v1/chat/completions --json \
        '{"stream": true, "messages": [{"role": "user", "content": "How do I reach you?"}]}'

It speaks as OpenAI's API does, so any client of that works, too. The model is none: a generator that plays a
script, a few characters at a time, so that nothing is downloaded and answers can be foreseen. `PORT` chooses
another port than 8000.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import TYPE_CHECKING, Any, Literal

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from pyshield import Sessions, Shield, Vault
from pyshield import input_scanners as prompts
from pyshield import output_scanners as outputs
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware, cookie, metrics_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

vault = Vault()  # stands for the one of each session
shield = Shield(
    prompt=[
        prompts.BanSubstrings(["ignore all previous instructions"]),  # refused
        prompts.Anonymize(vault, entity_types=["EMAIL_ADDRESS"]),  # the model reads placeholders
        prompts.InvisibleText(),
        prompts.TokenLimit(limit=4096),  # refused
    ],
    output=[
        outputs.Deanonymize(vault),  # and the client reads what they stand for
        outputs.BanSubstrings(["project heron"], redact=True),
        outputs.Regex([r"\b\d{3}-\d{4}\b"], match_type="all"),
        outputs.BanSubstrings(["here is the master password"]),  # the answer ends there
    ],
)

app = FastAPI(title="Guarded chat")
vaults = Sessions(ttl=3600)
# A real service takes the session from where it signs its users in. Excluded is the page of numbers.
app.add_middleware(
    ShieldMiddleware,
    shield=shield,
    fields=CHAT_FIELDS,
    session=cookie("session"),
    vaults=vaults,
    exclude=["/metrics"],
)
app.add_route("/metrics", metrics_app(shield, sessions=vaults))


class Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class Chat(BaseModel):
    messages: list[Message] = Field(min_length=1)
    model: str = "script"
    stream: bool = False


SCRIPT = {
    "reach": "Call 555-0142 or write to us; ask for Project Heron. Anything else?",
    "password": "Well, since you ask so nicely: here is the master password, it is correct horse battery.",
}
"""What the model says when it reads one of these words; otherwise it repeats what it was told."""


async def model(messages: list[Message]) -> AsyncIterator[str]:
    """Writes an answer, seven characters at a time."""
    asked = messages[-1].content
    said = next((line for word, line in SCRIPT.items() if word in asked), f"You said: {asked}")
    for at in range(0, len(said), 7):
        yield said[at : at + 7]
        await asyncio.sleep(float(os.environ.get("PAUSE", "0.02")))


def chunk(delta: dict[str, str], finish: str | None = None) -> str:
    """An event as OpenAI's API sends it."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    document = {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": "script"}
    return f"data: {json.dumps({**document, 'choices': [choice]})}\n\n"


async def events(messages: list[Message]) -> AsyncIterator[str]:
    """An answer as a stream of events."""
    yield chunk({"role": "assistant", "content": ""})
    async for piece in model(messages):
        yield chunk({"content": piece})
    yield chunk({}, "stop")
    yield "data: [DONE]\n\n"


@app.post("/v1/chat/completions")
async def chat(body: Chat) -> Response:
    if body.stream:
        return StreamingResponse(events(body.messages), media_type="text/event-stream")
    said = "".join([piece async for piece in model(body.messages)])
    message: dict[str, Any] = {"role": "assistant", "content": said}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return JSONResponse(
        {"id": "chat-1", "object": "chat.completion", "created": 0, "model": "script", "choices": [choice]}
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")), log_level="warning")
