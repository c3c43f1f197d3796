"""Streams in other dialects: Anthropic's, OpenAI's responses, plain text, JSON lines."""

from __future__ import annotations

import json

import pytest
from asgi_helpers.answering import SSE, answer, events, make_shield, parsed


@pytest.fixture
def shield():
    return make_shield()


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


@pytest.mark.parametrize(
    "media", ["application/ndjson", "application/json-seq", "application/stream+json", "text/x-ndjson"]
)
async def test_media_types_of_json_lines(ask, shield, media):
    got, _ = await answer(ask, shield, ['{"text": "call 555-"}\n', '{"text": "0142 or"}\n'], media)
    assert "".join(json.loads(line)["text"] for line in got.body.splitlines()) == "call [REDACTED] or"


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
