"""Responses: what a model writes is scanned on its way out, in whatever format it comes."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse

from pyshield import Shield
from pyshield.output_scanners import JSON, BanSubstrings, Regex
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


@pytest.fixture
def shield():
    return make_shield()


class Answering:
    """An application that answers with these pieces."""

    def __init__(self, pieces, media, headers=(), status=200):
        self.pieces = [piece if isinstance(piece, bytes) else piece.encode() for piece in pieces]
        self.headers = [(b"content-type", media.encode()), *headers]
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


CHAT = [
    chunk({"role": "assistant", "content": ""}),
    *(
        chunk({"content": piece})
        for piece in ("About pro", "ject he", "ron: call 5", "55-01", "42 or ", "pro")
    ),
    chunk({}, finish="stop"),
]


async def test_chat_is_redacted_across_chunks(ask, shield):
    got, _ = await answer(ask, shield, [events(*CHAT) + "data: [DONE]\n\n"], SSE)
    documents = parsed(got.body)
    assert said(documents) == "About [REDACTED]: call [REDACTED] or pro"
    assert documents[-1] == "[DONE]"
    assert documents[-2]["choices"][0]["finish_reason"] == "stop"
    assert documents[0] == CHAT[0]
    assert all(document["id"] == "c1" for document in documents[:-1])


WHOLE = ("".join(map(events, CHAT)) + ": ping\n\ndata: [DONE]\n\n").encode()


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_chat_cut_anywhere(cuts):
    edges = [0, *sorted(cuts), len(WHOLE)]
    application = Answering([WHOLE[a:b] for a, b in itertools.pairwise(edges)], SSE)
    sent = []

    async def send(message):
        sent.append(message)

    async def run():
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await ShieldMiddleware(application, make_shield())(scope, once(), send)

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in sent)
    assert b": ping\n\n" in body
    documents = parsed(body.replace(b": ping\n\n", b""))
    assert said(documents) == "About [REDACTED]: call [REDACTED] or pro"


async def test_what_nobody_changes_stays_as_it_is(ask, shield):
    clean = [
        b'data: {"choices": [{"index": 0, "delta": {"content": "Hi "}}], "x":1.50}\n\n',
        b": ping\r\n\r\n",
    ]
    got, _ = await answer(ask, shield, clean, SSE, headers=[(b"content-length", b"9"), (b"x-a", b"b")])
    assert b"content-length" not in got.headers
    assert got.headers[b"x-a"] == b"b"
    assert b": ping\r\n\r\n" in got.body
    assert json.loads(got.body.split(b"\n")[0][6:]) == json.loads(clean[0].split(b"\n")[0][6:])
    other = [b"event: tick\ndata: 17\n\n", b'data: {"state": "busy"}\n\n', b"id: 5\n\n"]
    got, _ = await answer(ask, shield, other, SSE)
    assert got.body == b"".join(other)


async def test_a_cut_ends_a_chat_as_the_provider_does(ask, shield, caplog):
    pieces = [events(chunk({"content": piece})) for piece in ("Take a ", "bo", "mb and", " then")]
    got, application = await answer(ask, shield, pieces, SSE)
    documents = parsed(got.body)
    assert said(documents) == "Take a "
    assert documents[-2]["choices"] == [
        {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "content_filter"}
    ]
    assert documents[-1] == "[DONE]"
    assert application.sent == 2  # it is told with the piece that was refused
    assert isinstance(application.error, OSError)
    assert "bomb" not in caplog.text


async def test_choices_tool_calls_and_reasoning_are_texts_of_their_own(ask, shield):
    def call(arguments, **more):
        return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}, **more}]}

    documents = [
        chunk({"content": "call 555-"}, index=0),
        chunk({"content": "0142 is not one"}, index=1),
        chunk({"content": "0199"}, index=0),
        chunk({"reasoning_content": "555-"}, index=0),
        chunk({"reasoning_content": "0101"}, index=0),
        chunk(call('{"number": "55', id="t1", type="function"), index=1),
        chunk(call('5-0142"}'), index=1),
        chunk({}, index=0, finish="stop"),
        chunk({}, index=1, finish="tool_calls"),
        {"id": "c1", "choices": [], "usage": {"total_tokens": 3}},
    ]
    got, _ = await answer(ask, shield, [events(*documents), "data: [DONE]\n\n"], SSE)
    sent = parsed(got.body)
    assert said(sent, index=0) == "call [REDACTED]"
    assert said(sent, index=1) == "0142 is not one"
    assert said(sent, "reasoning_content") == "[REDACTED]"
    calls = [
        call["function"]["arguments"]
        for document in sent[:-1]
        for choice in document["choices"]
        for call in choice["delta"].get("tool_calls", ())
    ]
    assert json.loads("".join(calls)) == {"number": "[REDACTED]"}
    assert sent[-2]["usage"] == {"total_tokens": 3}
    # What is held of a text comes before the end of its choice.
    ends = [i for i, document in enumerate(sent[:-2]) if document["choices"][0]["finish_reason"]]
    assert max(
        i for i, document in enumerate(sent[:-2]) if not document["choices"][0]["finish_reason"]
    ) < max(ends)


async def test_log_probabilities_do_not_repeat_what_was_redacted(ask, shield):
    document = chunk({"content": "555-0142"})
    document["choices"][0]["logprobs"] = {"content": [{"token": "555-0142"}]}
    got, _ = await answer(ask, shield, [events(document)], SSE)
    assert b"0142" not in got.body


async def test_a_stream_without_done_loses_nothing(ask, shield):
    got, _ = await answer(ask, shield, [events(chunk({"content": "the pro"}))], SSE)
    assert said(parsed(got.body)) == "the pro"


async def test_text_completions(ask, shield):
    documents = [
        {"id": "c", "choices": [{"index": 0, "text": text, "finish_reason": None}]}
        for text in ("555-", "0142", " bomb")
    ]
    got, _ = await answer(ask, shield, [events(*documents)], SSE)
    sent = parsed(got.body)
    assert "".join(document["choices"][0]["text"] for document in sent[:-1]) == "[REDACTED] "
    assert sent[-2]["choices"][0]["finish_reason"] == "content_filter"


def message(*blocks):
    yield {"type": "message_start", "message": {"id": "m", "content": [], "usage": {"output_tokens": 1}}}
    for index, (block, kind, member, pieces) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for piece in pieces:
            yield {"type": "content_block_delta", "index": index, "delta": {"type": kind, member: piece}}
        yield {"type": "content_block_stop", "index": index}
    yield {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}
    yield {"type": "message_stop"}


async def test_anthropic(ask, shield):
    documents = message(
        ({"type": "thinking", "thinking": ""}, "thinking_delta", "thinking", ["call 555", "-0142"]),
        ({"type": "text", "text": ""}, "text_delta", "text", ["project ", "heron and pro"]),
        (
            {"type": "tool_use", "id": "t", "input": {}},
            "input_json_delta",
            "partial_json",
            ['{"n": "555-', '0142"}'],
        ),
    )
    got, _ = await answer(ask, shield, [events(*documents, named=True)], SSE)
    sent = parsed(got.body)
    text = {}
    for document in sent:
        if document["type"] == "content_block_delta":
            delta = document["delta"]
            piece = next(value for name, value in delta.items() if name != "type")
            text[document["index"]] = text.get(document["index"], "") + piece
    assert text == {0: "call [REDACTED]", 1: "[REDACTED] and pro", 2: '{"n": "[REDACTED]"}'}
    kinds = [document["type"] for document in sent]
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_stop") == 3
    for index in range(3):
        where = [i for i, document in enumerate(sent) if document.get("index") == index]
        assert sent[where[-1]]["type"] == "content_block_stop"


async def test_a_cut_ends_an_anthropic_message(ask, shield):
    documents = message(({"type": "text", "text": ""}, "text_delta", "text", ["a ", "bom", "b", "more"]))
    got, _ = await answer(ask, shield, [events(*documents, named=True)], SSE)
    sent = parsed(got.body)
    assert [document["type"] for document in sent] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert sent[-2]["delta"]["stop_reason"] == "refusal"


def response(pieces, kind="output_text", member="text"):
    text = "".join(pieces)
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    item = {"id": "i", "type": "message", "content": [{"type": kind, member: text}]}
    numbered = [
        {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}},
        *({"type": f"response.{kind}.delta", **place, "delta": piece} for piece in pieces),
        {"type": f"response.{kind}.done", **place, member: text},
        {"type": "response.content_part.done", **place, "part": {"type": kind, member: text}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [item]}},
    ]
    return [{**document, "sequence_number": number} for number, document in enumerate(numbered)]


async def test_responses_are_redacted_in_their_repeats_too(ask, shield):
    got, _ = await answer(ask, shield, [events(*response(["call 555", "-0142 or", " pro"]), named=True)], SSE)
    sent = parsed(got.body)
    assert b"0142" not in got.body
    assert "".join(document.get("delta", "") for document in sent) == "call [REDACTED] or pro"
    assert sent[-1]["response"]["output"][0]["content"][0]["text"] == "call [REDACTED] or pro"
    done = next(document for document in sent if document["type"] == "response.output_text.done")
    assert done["text"] == "call [REDACTED] or pro"
    assert [document["sequence_number"] for document in sent] == list(range(len(sent)))


async def test_a_cut_ends_a_response(ask, shield):
    got, _ = await answer(ask, shield, [events(*response(["a ", "bom", "b", "more"]), named=True)], SSE)
    sent = parsed(got.body)
    assert [document["type"] for document in sent] == [
        "response.created",
        "response.output_text.delta",
        "response.incomplete",
    ]
    assert sent[-1]["response"]["incomplete_details"] == {"reason": "content_filter"}
    assert sent[-1]["response"]["id"] == "r"


async def test_events_of_plain_text(ask, shield):
    got, _ = await answer(ask, shield, ["data: call 555-\n\n", "data: 0142 or\n\n", "data: pro\n\n"], SSE)
    assert got.body == b"data: call \n\ndata: [REDACTED] or\n\ndata: pro\n\n"


async def test_plain_text_and_its_charset(ask, shield):
    text = "é project heron ☕ é".encode()
    got, _ = await answer(ask, shield, [text[:1], text[1:12], text[12:20], text[20:]], "text/plain")
    assert got.body.decode() == "é [REDACTED] ☕ é"
    latin = "é 555-0142 é".encode("latin-1")
    got, _ = await answer(ask, shield, [latin], "text/plain; charset=latin-1")
    assert got.body.decode("latin-1") == "é [REDACTED] é"
    got, _ = await answer(ask, shield, [b"half a character \xe2\x98"], "text/plain")
    assert got.body.decode() == "half a character \ufffd"
    got, application = await answer(ask, shield, ["one ", "bom", "b two", "three"], "text/plain")
    assert (got.body, application.sent) == (b"one ", 2)


async def test_json_lines(ask, shield):
    lines = [{"message": {"content": piece}, "done": False} for piece in ("call 555", "-0142 or", " pro")]
    body = "".join(json.dumps(line) + "\n" for line in [*lines, {"message": {"content": ""}, "done": True}])
    got, _ = await answer(ask, shield, [body[:10], body[10:50], body[50:]], "application/x-ndjson")
    sent = [json.loads(line) for line in got.body.splitlines()]
    assert "".join(line["message"]["content"] for line in sent) == "call [REDACTED] or pro"
    assert sent[-1]["done"] is True
    got, _ = await answer(ask, shield, ['"call 555-"\n"0142"\n{"a": 1}\n17'], "application/jsonl")
    assert got.body == b'"call "\n{"a": 1}\n17\n"[REDACTED]"\n'
    got, _ = await answer(
        ask, shield, ['{"text": "a "}\n', '{"text": "bomb"}\n', '{"text": "c"}\n'], "application/jsonl"
    )
    assert [json.loads(line)["text"] for line in got.body.splitlines()] == ["a ", ""]
    got, _ = await answer(ask, shield, ["no json, 555-0142\n"], "application/jsonl")
    assert b"0142" not in got.body


async def test_json_is_scanned_as_a_whole(ask, shield):
    document = {"id": "555-0142", "choices": [{"message": {"role": "assistant", "content": "call 555-0142"}}]}
    body = json.dumps(document)
    got, _ = await answer(
        ask, shield, [body[:30], body[30:]], "application/json", headers=[(b"content-length", b"1")]
    )
    assert json.loads(got.body)["choices"][0]["message"]["content"] == "call [REDACTED]"
    assert json.loads(got.body)["id"] == "555-0142"
    assert got.headers[b"content-length"] == str(len(got.body)).encode()
    got, _ = await answer(ask, shield, ['{"answer": "a bomb"}'], "application/json")
    assert (got.status, got.problem) == (502, "output-refused")
    assert b"bomb" not in got.body
    got, _ = await answer(ask, shield, ["not json"], "application/json")
    assert (got.status, got.problem) == (502, "output-refused")
    got, application = await answer(ask, shield, ["[1]"] * 9, "application/json", max_body_bytes=10)
    assert (got.status, got.problem) == (502, "output-refused")
    assert application.sent == 3


@pytest.mark.parametrize(
    ("headers", "status", "scope"),
    [([(b"content-encoding", b"gzip")], 200, {}), ([], 206, {}), ([], 200, {"method": "HEAD"})],
)
async def test_what_cannot_be_scanned_passes(ask, shield, headers, status, scope):
    got, _ = await answer(
        ask, shield, ["555-0142"], "text/plain", headers=headers, status=status, scope=scope
    )
    assert (got.status, got.body) == (status, b"555-0142")


async def test_only_with_scanners_for_outputs_and_only_if_wanted(ask, shield):
    got, _ = await answer(ask, shield, ["555-0142"], "text/plain", responses=False)
    assert got.body == b"555-0142"
    got, _ = await answer(ask, Shield(), ["555-0142"], "text/plain")
    assert got.body == b"555-0142"
    got, _ = await answer(ask, shield, ["\x89PNG 555-0142"], "image/png")
    assert b"0142" in got.body


async def test_scanners_that_need_the_whole_hold_it_back(ask):
    shield = Shield(output=[BanSubstrings(["heron"], redact=True), JSON()])
    got, _ = await answer(ask, shield, ['{"a": "her', 'on"}'], "text/plain")
    assert got.body == b'{"a": "[REDACTED]"}'


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


async def test_behind_fastapi(shield):
    app = FastAPI()

    @app.get("/text")
    async def text():
        return PlainTextResponse("call 555-0142")

    @app.get("/json")
    async def whole():
        return JSONResponse({"answer": "call 555-0142"})

    @app.get("/stream")
    async def stream(words: str):
        async def parts():
            for word in words.split():
                yield events(chunk({"content": word + " "}))
                await asyncio.sleep(0)

        return StreamingResponse(parts(), media_type=SSE)

    app.add_middleware(ShieldMiddleware, shield=shield)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get("/text")).text == "call [REDACTED]"
        assert (await client.get("/json")).json() == {"answer": "call [REDACTED]"}
        got = await client.get("/stream", params={"words": "about project heron"})
        assert said(parsed(got.content)) == "about [REDACTED] "
        got = await client.get("/stream", params={"words": "a bomb is no toy"})
        assert said(parsed(got.content)[:-1]) == "a "
