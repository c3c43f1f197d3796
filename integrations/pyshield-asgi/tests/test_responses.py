"""Responses: which of them are scanned, and those that are scanned as a whole."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from asgi_helpers.answering import SSE, answer, chunk, events, make_shield, parsed, said
from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse

from pyshield import Shield
from pyshield.output_scanners import JSON, BanSubstrings
from pyshield_asgi import ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


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


async def test_bodies_that_a_server_reads_itself_are_not_offered(ask, shield):
    offered = []

    async def application(scope, receive, send):
        offered.append(set(scope["extensions"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    names = ["http.response.pathsend", "http.response.zerocopysend", "http.response.trailers"]
    extensions = {name: {} for name in names}
    await ask(ShieldMiddleware(application, shield), b"", (), scope={"extensions": extensions})
    assert offered == [{"http.response.trailers"}]
    assert list(extensions) == names  # the server's own


def message(**members):
    return {"choices": [{"index": 0, "message": {"role": "assistant", **members}, "finish_reason": "stop"}]}


NUMBER = "call 555-0142"


@pytest.mark.parametrize(
    "document",
    [
        message(content=[{"type": "thinking", "thinking": [{"type": "text", "text": NUMBER}]}]),
        message(content=[{"type": "thinking", "thinking": NUMBER}]),
        message(reasoning=NUMBER),
        message(audio={"transcript": NUMBER}),
        message(function_call={"name": "n", "arguments": NUMBER}),
        message(tool_calls=[{"custom": {"name": "n", "input": NUMBER}}]),
        {"output": [{"type": "custom_tool_call", "input": NUMBER}]},
        {"output": [{"type": "code_interpreter_call", "code": NUMBER}]},
    ],
)
async def test_answers_are_scanned_where_their_streams_are(ask, shield, document):
    got, _ = await answer(ask, shield, [json.dumps(document)], "application/json")
    assert got.body.decode() == json.dumps(document).replace("555-0142", "[REDACTED]")


async def test_log_probabilities_go_where_a_text_was_changed(ask, shield):
    def spelled(text):
        document = message(content=text)
        tokens = [{"token": token, "logprob": -0.5, "top_logprobs": []} for token in text.split("-")]
        document["choices"][0]["logprobs"] = {"content": tokens}
        part = {"type": "output_text", "text": text, "logprobs": tokens}
        return {**document, "output": [{"type": "message", "content": [part]}], "é": 1}

    plain = json.dumps(spelled("no number")).encode()
    got, _ = await answer(ask, shield, [plain], "application/json")
    assert got.body == plain
    got, _ = await answer(ask, shield, [json.dumps(spelled(NUMBER))], "application/json")
    document = json.loads(got.body)
    assert document["choices"][0]["message"]["content"] == "call [REDACTED]"
    assert document["choices"][0]["logprobs"] is None
    assert document["output"][0]["content"][0]["logprobs"] == []
    assert "0142" not in got.body.decode()
    assert got.headers[b"content-length"] == str(len(got.body)).encode()
    half = json.dumps({**spelled(NUMBER), "é": "é\ud800"})
    got, _ = await answer(ask, shield, [half], "application/json")
    assert json.loads(got.body)["é"] == "é\ud800"
    # What cannot be read does not pass with them.
    digits = json.dumps(spelled(NUMBER))[:-1] + f', "n": {"9" * 5_000}}}'
    got, _ = await answer(ask, shield, [digits], "application/json")
    assert got.status == 502
