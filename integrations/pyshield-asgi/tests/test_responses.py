"""Responses: which of them are scanned, and those that are scanned as a whole."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from asgi_helpers.answering import SSE, answer, chunk, events, make_shield, parsed, said
from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, StreamingResponse

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
    ("media", "body", "kept"),
    [
        ("application/json", '["fine"]', True),
        ("application/json", '["555-0142"]', False),
        ("text/plain", "fine", False),
    ],
)
async def test_what_is_said_of_other_bytes_is_left_out(ask, shield, media, body, kept):
    headers = [(b"ETag", b'"1"'), (b"accept-ranges", b"bytes"), (b"digest", b"d"), (b"last-modified", b"t")]
    got, _ = await answer(ask, shield, [body], media, headers=headers)
    for name, _ in headers[:3]:
        assert (name in got.headers) is kept
    assert got.headers[b"last-modified"] == b"t"


@pytest.mark.parametrize("media", ["text/plain", "application/json", SSE, None])
@pytest.mark.parametrize(("headers", "status"), [([(b"content-encoding", b"gzip")], 200), ([], 206)])
async def test_what_cannot_be_scanned_passes_only_if_it_may(ask, shield, headers, status, media):
    got, _ = await answer(ask, shield, ["555-0142"], media, headers=headers, status=status)
    assert (got.status, got.problem) == (502, "output-refused")
    assert b"accept-encoding" not in got.headers
    got, _ = await answer(ask, shield, ["555-0142"], media, headers=headers, status=status, encoded="pass")
    assert (got.status, got.body) == (status, b"555-0142")


async def test_other_media_types_pass_only_if_they_may(ask, shield):
    got, _ = await answer(ask, shield, ["555-0142"], "image/png", status=206)
    assert (got.status, got.body) == (206, b"555-0142")
    got, _ = await answer(ask, shield, ["555-0142"], "image/png", other_types="refuse")
    assert (got.status, got.problem) == (502, "output-refused")


async def test_an_answer_to_head_passes(ask, shield):
    headers = [(b"content-encoding", b"gzip")]
    got, _ = await answer(ask, shield, ["555-0142"], "text/plain", headers=headers, scope={"method": "HEAD"})
    assert (got.status, got.body) == (200, b"555-0142")


@pytest.mark.parametrize("media", [None, "text/html", "text/markdown; charset=utf-8", "text/csv"])
async def test_text_of_any_kind_is_scanned(ask, shield, media):
    got, _ = await answer(ask, shield, ["<p>call 555", "-0142</p>"], media)
    assert got.body == b"<p>call [REDACTED]</p>"
    got, _ = await answer(ask, shield, ["one ", "bom", "b two", "three"], media)
    assert got.body == b"one "


async def test_bytes_of_no_media_type_that_are_no_text_pass_as_other_types_do(ask, shield):
    for data in (b"\x89PNG 555-0142", b"\0\0 555-0142"):
        got, _ = await answer(ask, shield, [data], None)
        assert got.body == data
        got, _ = await answer(ask, shield, [data], None, other_types="refuse")
        assert b"0142" not in got.body
    got, _ = await answer(ask, shield, ["é 555-0142 é".encode()[:1], "é 555-0142 é".encode()[1:]], None)
    assert got.body.decode() == "é [REDACTED] é"


@pytest.mark.parametrize(
    "document",
    [
        "call 555-0142",
        ["call 555-0142"],
        {"reply": "call 555-0142"},
        {"message": "call 555-0142"},
        {"data": {"deep": [{"er": "call 555-0142"}]}},
        {"data": "call 555-0142", "name": "call 555-0142", "status": "call 555-0142"},
        {"message": {"role": "assistant", "thinking": "call 555-0142"}},
        {"detail": "call 555-0142", "audio": {"transcript": "call 555-0142"}},
        {"object": "list", "data": [{"text": "call 555-0142"}]},
    ],
)
async def test_json_of_any_shape_is_scanned(ask, shield, document):
    body = json.dumps(document)
    got, _ = await answer(ask, shield, [body], "application/json")
    assert got.body.decode() == body.replace("555-0142", "[REDACTED]")
    got, _ = await answer(ask, shield, [body.replace("call 555-0142", "a bomb")], "application/json")
    assert got.status == 502
    # A longer one is read step by step.
    long = json.dumps([document, "x" * 5_000])
    got, _ = await answer(ask, shield, [long], "application/json")
    assert got.body.decode() == long.replace("555-0142", "[REDACTED]")


@pytest.mark.parametrize("filler", ["", "x" * 5_000], ids=["short", "long"])
@pytest.mark.parametrize(
    "document",
    [
        {"id": "555-0142", "model": "555-0142", "created_at": "555-0142"},
        {"audio": "555-0142"},
        {"audio": {"data": "555-0142"}},
        {
            "object": "response",
            "status": "555-0142",
            "instructions": "no bomb",
            "tools": [{"description": "no bomb"}],
            "output": [
                {"type": "reasoning", "encrypted_content": "555-0142"},
                {"type": "image_generation_call", "result": "555-0142"},
                {"type": "function_call", "name": "555-0142", "call_id": "555-0142", "arguments": "{}"},
            ],
        },
        {
            "type": "message",
            "content": [{"type": "redacted_thinking", "data": "555-0142"}, {"signature": "555-0142"}],
        },
        {"choices": [{"message": {"audio": {"id": "555-0142", "data": "555-0142"}, "thing_id": "555-0142"}}]},
    ],
)
async def test_what_is_no_text_stays_as_it_is(ask, shield, document, filler):
    body = json.dumps({**document, "note": filler})
    got, _ = await answer(ask, shield, [body], "application/json")
    assert got.body.decode() == body


async def test_a_known_shape_is_redacted_beside_what_is_no_text(ask, shield):
    item = {"type": "web_search_call", "id": "555-0142", "action": {"type": "search", "query": "555-0142"}}
    for filler in ("", "x" * 5_000):
        document = {"object": "response", "instructions": "a bomb", "output": [item], "note": filler}
        got, _ = await answer(ask, shield, [json.dumps(document)], "application/json")
        (sent,) = json.loads(got.body)["output"]
        assert (sent["id"], sent["action"]["query"]) == ("555-0142", "[REDACTED]")


async def test_answers_with_too_many_texts_do_not_pass(ask, shield):
    got, _ = await answer(ask, shield, [json.dumps(["x"] * 11)], "application/json", max_fields=10)
    assert got.status == 502
    names = [{"id": "x", "type": "y", "text": "z"}] * 10
    got, _ = await answer(ask, shield, [json.dumps(names)], "application/json", max_fields=10)
    assert got.status == 200


async def test_nothing_on_the_way_encodes_or_cuts_an_answer(shield, tmp_path):
    app = FastAPI()
    file = tmp_path / "notes.txt"
    file.write_text("call 555-0142 and more " * 100)

    @app.get("/file")
    async def whole():
        return FileResponse(file, media_type="text/plain")

    @app.get("/seen")
    async def seen(request: Request):
        return sorted({"accept-encoding", "range", "if-range", "accept"} & set(request.headers))

    app.add_middleware(GZipMiddleware, minimum_size=10)
    app.add_middleware(ShieldMiddleware, shield=shield)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        headers = {"accept-encoding": "gzip", "Range": "bytes=0-22", "if-range": "x"}
        got = await client.get("/file", headers=headers)
        assert (got.status_code, got.headers.get("content-encoding")) == (200, None)
        assert got.text == "call [REDACTED] and more " * 100
        assert (await client.get("/seen", headers=headers)).json() == ["accept"]
        file.write_text("a bomb " * 100)
        assert "bomb" not in (await client.get("/file", headers=headers)).text


class Broken:
    def scan(self, prompt, output):
        raise RuntimeError("call 555-0142")


@pytest.mark.parametrize("media", ["text/plain", "application/json", SSE])
async def test_the_log_says_whether_a_scanner_refused_or_failed(ask, shield, caplog, media):
    written = {"text/plain": "a bomb", "application/json": '"a bomb"', SSE: "data: a bomb\n\n"}
    for guarded, words in (
        (shield, "BanSubstrings#2 refused it"),
        (Shield(output=[Broken()]), "Broken failed with"),
    ):
        caplog.clear()
        await answer(ask, guarded, [written[media]], media)
        assert words in caplog.text
        assert "0142" not in caplog.text
    assert "ScannerError" in caplog.text


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
    half = json.dumps({**spelled(NUMBER), "id": "é\ud800"})
    got, _ = await answer(ask, shield, [half], "application/json")
    assert json.loads(got.body)["id"] == "é\ud800"
    # What cannot be read does not pass with them.
    digits = json.dumps(spelled(NUMBER))[:-1] + f', "n": {"9" * 5_000}}}'
    got, _ = await answer(ask, shield, [digits], "application/json")
    assert got.status == 502
