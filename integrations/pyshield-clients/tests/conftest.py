"""A provider on the loopback interface that speaks three APIs, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pyshield import BlockingShield, Shield
from pyshield_clients import guard

sys.path.insert(0, str(Path(__file__).parent))
import talk

KEY = "not-a-key"
KINDS = (talk.Awaited, talk.Waited)


@dataclass
class Provider:
    """What it says, and what it heard.

    Attributes:
        says: The answer in the pieces that it is streamed in.
        calls: The arguments of a tool call, in pieces; no call if empty.
        choices: More choices of a chat, each in pieces.
        raw: A response to give in place of any answer: status, media type, body.
        heard: The bodies of the requests.
        sent: How many pieces of the last stream went out.
        closed: Whether the last stream was left before its end.
    """

    url: str = ""
    says: list = field(default_factory=lambda: ["Hello", " there"])
    calls: list = field(default_factory=list)
    choices: list = field(default_factory=list)
    raw: tuple | None = None
    heard: list = field(default_factory=list)
    headers: dict = field(default_factory=dict)
    endless: bool = False
    sent: int = 0
    closed: bool = False

    @property
    def body(self):
        return json.loads(self.heard[-1])

    async def answer(self, request):
        self.heard.append(await request.body())
        self.headers = dict(request.headers)
        if self.raw is not None:
            status, media, body = self.raw
            return Response(body, status, media_type=media)
        build = {"completions": Chat, "responses": Responses, "messages": Messages}[
            request.url.path.split("/")[-1]
        ]
        api = build(self)
        if not self.body.get("stream"):
            return Response(json.dumps(api.whole()), media_type="application/json")
        return StreamingResponse(self.streamed(api), media_type="text/event-stream")

    async def streamed(self, api):
        self.sent, self.closed = 0, True
        for event in api.stream():
            yield event.encode()
            self.sent += 1
            await asyncio.sleep(0)
        while self.endless:
            yield b": still here\n\n"
            await asyncio.sleep(0.01)
        self.closed = False


class Chat:
    def __init__(self, provider):
        self.pieces = [provider.says, *provider.choices]
        self.calls = provider.calls

    def _document(self, kind, choices):
        return {"id": "c1", "object": kind, "created": 1, "model": "m", "choices": choices}

    def whole(self):
        choices = []
        for index, pieces in enumerate(self.pieces):
            message = {"role": "assistant", "content": "".join(pieces)}
            if self.calls:
                function = {"name": "send", "arguments": "".join(self.calls)}
                message["tool_calls"] = [{"id": "t1", "type": "function", "function": function}]
            choices.append({"index": index, "message": message, "finish_reason": "stop", "logprobs": None})
        return self._document("chat.completion", choices) | {
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        }

    def _chunk(self, delta, index=0, finish=None):
        choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
        return f"data: {json.dumps(self._document('chat.completion.chunk', [choice]))}\n\n"

    def stream(self):
        for index in range(len(self.pieces)):
            yield self._chunk({"role": "assistant", "content": ""}, index)
        for index, pieces in enumerate(self.pieces):
            for piece in pieces:
                yield self._chunk({"content": piece}, index)
        for number, piece in enumerate(self.calls):
            call = {"index": 0, "function": {"arguments": piece}}
            if not number:
                call |= {"id": "t1", "type": "function"}
                call["function"]["name"] = "send"
            yield self._chunk({"tool_calls": [call]})
        for index in range(len(self.pieces)):
            yield self._chunk({}, index, "tool_calls" if self.calls else "stop")
        yield "data: [DONE]\n\n"


class Responses:
    def __init__(self, provider):
        self.pieces, self.calls = provider.says, provider.calls

    def _response(self, output, status):
        return {
            "id": "r1",
            "object": "response",
            "created_at": 1,
            "status": status,
            "model": "m",
            "output": output,
            "parallel_tool_calls": False,
            "tool_choice": "auto",
            "tools": [],
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
        }

    def _message(self, text, status="completed"):
        part = [{"type": "output_text", "text": text, "annotations": []}] if text is not None else []
        return {"type": "message", "id": "m1", "role": "assistant", "status": status, "content": part}

    def _call(self, arguments):
        return {"type": "function_call", "id": "f1", "call_id": "t1", "name": "send", "arguments": arguments}

    def _output(self):
        calls = [self._call("".join(self.calls))] if self.calls else []
        return [self._message("".join(self.pieces)), *calls]

    def whole(self):
        return self._response(self._output(), "completed")

    def stream(self):
        number = 0

        def event(kind, **members):
            nonlocal number
            document = {"type": f"response.{kind}", "sequence_number": number, **members}
            number += 1
            return f"event: response.{kind}\ndata: {json.dumps(document)}\n\n"

        place = {"item_id": "m1", "output_index": 0, "content_index": 0}
        text = "".join(self.pieces)
        part = {"type": "output_text", "text": text, "annotations": []}
        yield event("created", response=self._response([], "in_progress"))
        yield event("output_item.added", output_index=0, item=self._message(None, "in_progress"))
        yield event("content_part.added", **place, part={**part, "text": ""})
        for piece in self.pieces:
            yield event("output_text.delta", **place, delta=piece, logprobs=[])
        yield event("output_text.done", **place, text=text, logprobs=[])
        yield event("content_part.done", **place, part=part)
        yield event("output_item.done", output_index=0, item=self._message(text))
        if self.calls:
            place = {"item_id": "f1", "output_index": 1}
            yield event("output_item.added", output_index=1, item=self._call(""))
            for piece in self.calls:
                yield event("function_call_arguments.delta", **place, delta=piece)
            arguments = "".join(self.calls)
            yield event("function_call_arguments.done", **place, name="send", arguments=arguments)
            yield event("output_item.done", output_index=1, item=self._call(arguments))
        yield event("completed", response=self._response(self._output(), "completed"))


class Messages:
    def __init__(self, provider):
        self.pieces, self.calls = provider.says, provider.calls

    def _message(self, content, reason):
        return {
            "id": "a1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": content,
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    def _call(self, value):
        return {"type": "tool_use", "id": "t1", "name": "send", "input": value}

    def whole(self):
        calls = [self._call(json.loads("".join(self.calls)))] if self.calls else []
        return self._message([{"type": "text", "text": "".join(self.pieces)}, *calls], "end_turn")

    def stream(self):
        def event(kind, **members):
            return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n"

        yield event("message_start", message=self._message([], None))
        yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        yield event("ping")
        for piece in self.pieces:
            yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
        yield event("content_block_stop", index=0)
        if self.calls:
            yield event("content_block_start", index=1, content_block=self._call({}))
            for piece in self.calls:
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield event("content_block_delta", index=1, delta=delta)
            yield event("content_block_stop", index=1)
        yield event(
            "message_delta",
            delta={"stop_reason": "end_turn", "stop_sequence": None},
            usage={"output_tokens": 3},
        )
        yield event("message_stop")


@pytest.fixture(scope="session")
def _served():
    """One server for all tests; who answers is put into the list."""
    answering = []

    async def endpoint(request):
        return await answering[0].answer(request)

    routes = [Route("/{path:path}", endpoint, methods=["POST", "GET"])]
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    until = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.01)
    yield answering, f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture
def provider(_served):
    answering, url = _served
    provider = Provider(url)
    answering[:] = [provider]
    yield provider
    provider.endless = False


@pytest.fixture(
    params=[(kind, talk) for talk in (talk.Chat, talk.Responses, talk.Messages) for kind in KINDS],
    ids=lambda param: f"{param[1].api}-{'async' if param[0].asynchronous else 'sync'}",
)
def talking(request):
    """Each API, by both kinds of client."""
    kind, api = request.param
    return kind(api())


@pytest.fixture
async def guarded(talking, provider):
    """Makes the guarded client of what is talked through."""
    clients = []

    def make(shield_arguments, limits=None, **options):
        sdk = {"messages": (AsyncAnthropic, Anthropic)}.get(talking.talk.api, (AsyncOpenAI, OpenAI))
        base = provider.url if talking.talk.api == "messages" else f"{provider.url}/v1"
        kind, shield = (sdk[0], Shield) if talking.asynchronous else (sdk[1], BlockingShield)
        client = guard(
            kind(api_key=KEY, base_url=base, max_retries=2),
            shield(**shield_arguments, limits=limits),
            **options,
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        closed = client.close()
        if talking.asynchronous:
            await closed
