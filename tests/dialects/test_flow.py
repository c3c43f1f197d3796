"""Bodies as bytes, in what frame and charset they come: nothing is lost, nothing passes unscanned."""

from __future__ import annotations

import asyncio
import json

import pytest

from pyshield import Shield
from pyshield.dialects.flow import EventFlow, LineFlow, MessageFlow, TextFlow
from pyshield.dialects.outputs import Outputs
from pyshield.output_scanners import BanSubstrings, Regex

SHIELD = Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])])
NUMBER = "call 555-0142"


def outputs(most=100):
    return Outputs(SHIELD, "", most)


async def through(flow, *pieces):
    """All that a body becomes."""
    sent = b""
    for piece in pieces:
        sent += await flow.feed(piece if isinstance(piece, bytes) else piece.encode())
        if flow._outputs.blocked:
            return sent
    return sent + await flow.finish()


def said(sent):
    return [part.removeprefix(b"data: ").decode() for part in sent.split(b"\n\n")[:-1]]


def chunk(text):
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})


async def test_what_follows_the_end_is_scanned_too():
    sent = await through(EventFlow(outputs(), 1_000), f"data: [DONE]\n\ndata: {NUMBER}\n\n")
    assert said(sent) == ["[DONE]", "call ", "[REDACTED]"]
    sent = await through(EventFlow(outputs(), 1_000), "data: [DONE]\n\ndata: a detonator\n\ndata: more\n\n")
    assert said(sent) == ["[DONE]", "a "]
    done = f"data: {chunk('call 5')}\n\ndata: [DONE]\n\n"
    texts = said(await through(EventFlow(outputs(), 1_000), done * 2))
    assert texts[2] == texts[5] == "[DONE]"
    held = [json.loads(texts[at])["choices"][0]["delta"]["content"] for at in (0, 1, 3, 4)]
    assert held == ["call ", "5", "call ", "5"]


@pytest.mark.parametrize("between", ["{}", "[]", '{"a": 1}', '{"text": "x"}'])
async def test_text_that_is_held_when_data_is_json_is_not_lost(between):
    sent = await through(EventFlow(outputs(), 1_000), f"data: call 555\n\ndata: {between}\n\n")
    assert sorted(said(sent)) == sorted(["call ", between, "555"])


@pytest.mark.parametrize("held", ["call 555", '"call 555"', '{"text": "call 555"}'])
async def test_a_dialect_that_is_told_late(held):
    body = f"data: {held}\n\ndata: {chunk('call 5')}\n\ndata: [DONE]\n\n"
    sent = (await through(EventFlow(outputs(), 1_000), body)).decode()
    assert "555" in sent
    assert sent.endswith("data: [DONE]\n\n")
    assert "555" in sent[: sent.index("choices")] or held == "call 555"


@pytest.mark.parametrize("data", ['{"a": "call 555-0142"}', '["call 555-0142"]'])
async def test_a_model_may_write_json(data):
    """Where data is text, what looks like JSON is the model's text as well."""
    sent = await through(EventFlow(outputs(), 1_000), f"data: here\n\ndata: {data}\n\n")
    assert said(sent) == ["here", data.replace("555-0142", "[REDACTED]")]
    refused = data.replace("call 555-0142", "detonator")
    sent = await through(LineFlow(outputs(), 1_000), f"here\n{refused}\nmore\n")
    assert b"detonator" not in sent
    assert b"more" not in sent
    flow = MessageFlow(outputs(), 1_000)
    texts = [text for piece in ("here", data) for text in await flow.feed(piece)]
    assert texts == ["here", data.replace("555-0142", "[REDACTED]")]


CODE = [
    "x = f(",
    "[]",
    ", ",
    "{}",
    ") + a",
    "[0]",
    " # 555",
    "[1]",
    "-0142 555",
    "[[2]]",
    "-",
    "[]",
    "0142",
    "[]",
]
TOKENS = [*["so "] * 9, "say ", '""', " or 55", '"x"', "5-0142", '""', '"y"', " 555-", "0142", '""', "7"]


@pytest.mark.parametrize("pieces", [CODE, TOKENS])
async def test_what_looks_like_json_stays_where_it_is_in_a_text(pieces):
    alone = TextFlow(outputs(), 1_000)
    text = (await through(alone, *pieces)).decode()
    body = "".join(f"data: {piece}\n\n" for piece in pieces)
    assert "".join(said(await through(EventFlow(outputs(), 1_000), body))) == text
    flow = MessageFlow(outputs(), 1_000)
    sent = [one for piece in pieces for one in await flow.feed(piece)] + await flow.finish()
    assert "".join(sent) == text


async def test_strings_after_what_a_server_says_are_no_json_of_a_model():
    for words in ("begin", "ping"):
        body = f"data: {words}\n\n" + "".join(
            f"data: {json.dumps(one)}\n\n" for one in ("call 555-", "0142 ")
        )
        assert said(await through(EventFlow(outputs(), 1_000), body)) == [words, '"call "', '"[REDACTED] "']
    pieces = ["begin", "ping", '{"text": "a"}', "[]", '{"text": "b"}', "{}"]
    body = "".join(f"data: {piece}\n\n" for piece in pieces)
    assert said(await through(EventFlow(outputs(), 1_000), body)) == pieces


@pytest.mark.parametrize("last", ['{"done": true}', '{"type": "end"}', '{"event": "DONE", "sources": []}'])
async def test_what_is_held_of_a_text_comes_before_what_says_that_it_has_ended(last):
    sent = await through(EventFlow(outputs(), 1_000), f"data: call 555\n\ndata: {last}\n\ndata: -0142 \n\n")
    assert said(sent) == ["call ", "555", last, "-0142 "]
    flow = MessageFlow(outputs(), 1_000)
    assert [one for piece in ("call 555", last) for one in await flow.feed(piece)] == ["call ", "555", last]
    refused = Outputs(Shield(output=[BanSubstrings(["detonator"], match_type="word")]), "", 100)
    sent = await through(EventFlow(refused, 1_000), f"data: a detonator\n\ndata: {last}\n\n")
    assert said(sent) == ["a "]


async def test_any_number_of_data_between_texts():
    flow = EventFlow(outputs(most=5), 1_000)
    sent = await through(flow, "data: here\n\n", 'data: {"done": 5}\n\n' * 20)
    assert said(sent) == ["here", *['{"done": 5}'] * 20]


async def test_what_is_held_of_two_texts_of_a_document_comes_once():
    flow = LineFlow(outputs(), 1_000)
    sent = await through(flow, json.dumps({"text": "one 5", "answer": "two 55"}) + "\n")
    documents = [json.loads(line) for line in sent.splitlines()]
    assert "".join(document["text"] for document in documents) == "one 5"
    assert "".join(document["answer"] for document in documents) == "two 55"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-32", "utf-16-le", "latin-1"])
async def test_texts_in_any_charset(charset):
    text = "é and ü, call 555-0142 é"
    data = text.encode(charset)
    for size in (1, 3, 1_000):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        sent = await through(TextFlow(outputs(), 1_000, charset), *pieces)
        assert sent == text.replace("555-0142", "[REDACTED]").encode(charset)


def started(kind, **members):
    block = {"type": kind, **members}
    return [
        {"type": "message_start", "message": {"id": "m", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_stop"},
    ]


async def anthropic(documents, shield=SHIELD):
    body = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in documents)
    sent = await through(EventFlow(Outputs(shield, "", 100), 10_000), body)
    return [json.loads(part.partition(b"data: ")[2]) for part in sent.split(b"\n\n")[:-1]]


async def test_a_call_that_begins_as_a_whole():
    given = {"to": [NUMBER, {"cc": NUMBER}]}
    sent = await anthropic(started("tool_use", id="t", name="n", input=given))
    assert sent[1]["content_block"]["input"] == {"to": ["call [REDACTED]", {"cc": "call [REDACTED]"}]}
    sent = await anthropic(started("tool_use", id="t", name="n", input={"to": "a detonator"}))
    assert [one["type"] for one in sent] == ["message_start", "message_delta", "message_stop"]
    assert sent[1]["delta"]["stop_reason"] == "refusal"


async def test_a_message_that_begins_with_its_content():
    blocks = [{"type": "text", "text": NUMBER}, {"type": "tool_use", "input": {"to": NUMBER}}]
    sent = await anthropic([{"type": "message_start", "message": {"id": "m", "content": blocks}}])
    assert [one["type"] for one in sent] == ["message_start"]
    assert NUMBER not in json.dumps(sent)
    blocks = [{"type": "text", "text": "a detonator"}]
    sent = await anthropic([{"type": "message_start", "message": {"id": "m", "content": blocks}}])
    assert sent[0]["message"]["content"] == []
    assert sent[1]["delta"]["stop_reason"] == "refusal"


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00"])
async def test_half_of_a_pair_outside_the_texts(half):
    """An escape that stands for no character goes on as it came."""
    document = f'{{"id":"é{half}","choices":[{{"index":0,"delta":{{"content":"call 555-0142 now"}}}}]}}'
    for flow, body in (
        (EventFlow(outputs(), 1_000), f"data: {document}\n\n"),
        (LineFlow(outputs(), 1_000), f"{document}\n"),
    ):
        lines = [line.removeprefix(b"data: ") for line in (await through(flow, body)).splitlines() if line]
        assert all(f'"id":"é{half}"'.encode() in line for line in lines)
        texts = [json.loads(line)["choices"][0]["delta"]["content"] for line in lines]
        assert "".join(texts) == "call [REDACTED] now"


async def test_a_last_line_without_its_end():
    sent = await through(LineFlow(outputs(), 1_000), '{"text": "call 5"}')
    assert [json.loads(line)["text"] for line in sent.split(b"\n")[:-1]] == ["call ", "5"]
    sent = await through(LineFlow(outputs(), 1_000), '{"text": "call 5"}\n17')
    assert sent.split(b"\n") == [b'{"text":"call "}', b"17", b'{"text":"5"}', b""]


async def test_a_message_that_is_refused_when_it_ends_says_nothing_after():
    delta = {"type": "text_delta", "text": "the detonator"}
    documents = [
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    ]
    # Whether it is a word is known at the end.
    sent = await anthropic(documents, Shield(output=[BanSubstrings(["detonator"], match_type="word")]))
    reasons = [one["delta"]["stop_reason"] for one in sent if one["type"] == "message_delta"]
    assert reasons == ["refusal"]
    assert sent[-1]["type"] == "message_stop"


UNKNOWN = {"type": "note", "by": [{"say": NUMBER}, "555-0142", 7], "at": {"also": "fine"}}


async def test_strings_of_no_dialect_are_scanned_each_for_itself():
    document = json.dumps(UNKNOWN)
    redacted = {"type": "note", "by": [{"say": "call [REDACTED]"}, "[REDACTED]", 7], "at": {"also": "fine"}}
    clean = '{"type":  "tick", "n": [1.50]}'
    first, second = said(await through(EventFlow(outputs(), 1_000), f"data: {clean}\n\ndata: {document}\n\n"))
    assert first == clean
    assert json.loads(second) == redacted
    assert said(await through(EventFlow(outputs(), 1_000), f"event: x\ndata: [{document}]\n\n")) != [document]
    lines = (await through(LineFlow(outputs(), 1_000), f"{document}\n{clean}\n")).splitlines()
    assert [json.loads(line) for line in lines] == [redacted, json.loads(clean)]
    flow = MessageFlow(outputs(), 1_000)
    assert [json.loads(one) for one in await flow.feed(document)] == [redacted]


async def test_a_refused_string_of_no_dialect_ends_it():
    flow = EventFlow(outputs(), 1_000)
    sent = await through(
        flow, 'data: {"a": "fine"}\n\ndata: {"a": ["a detonator"]}\n\ndata: {"a": "more"}\n\n'
    )
    assert flow._outputs.blocked
    assert said(sent) == ['{"a": "fine"}']


@pytest.mark.parametrize("text", [chunk("fine"), '{"response": "fine"}', "plain"])
async def test_what_stands_beside_texts_is_scanned_too(text):
    other = json.dumps(UNKNOWN)
    for flow, body in (
        (EventFlow(outputs(), 1_000), f"data: {text}\n\ndata: {other}\n\ndata: {json.dumps(NUMBER)}\n\n"),
        (LineFlow(outputs(), 1_000), f"{text}\n{other}\n{json.dumps(NUMBER)}\n"),
    ):
        sent = await through(flow, body)
        assert b"555-0142" not in sent
        assert sent.count(b"[REDACTED]") == 3


async def test_names_and_sound_of_no_dialect_stay_as_they_are():
    number = "555-0142"
    untouched = [
        {"id": number, "type": number, "model": number, "role": number, "tool_call_id": number},
        {"audio": number, "logprobs": [{"token": number}]},
        {"audio": {"id": number, "data": number}},
        {"type": "audio", "data": number},
        {"type": "speech.audio.delta", "delta": number},
    ]
    for document in untouched:
        data = json.dumps(document)
        assert said(await through(EventFlow(outputs(), 1_000), f"data: {data}\n\n")) == [data]
    for document in ({"audio": {"transcript": number}}, {"type": "audiobook", "delta": number}):
        assert number.encode() not in await through(
            EventFlow(outputs(), 1_000), f"data: {json.dumps(document)}\n\n"
        )


@pytest.mark.parametrize(
    "document",
    [
        {"message": {"role": "assistant", "content": "", "thinking": NUMBER}},
        {"response": "", "thinking": NUMBER},
        {
            "message": {
                "content": "",
                "tool_calls": [{"function": {"name": "n", "arguments": {"to": NUMBER}}}],
            }
        },
        {"response": "fine", "notes": [NUMBER]},
    ],
)
async def test_what_an_ollama_answer_says_beside_its_text(document):
    sent = await through(LineFlow(outputs(), 1_000), json.dumps({**document, "done": True}) + "\n")
    assert json.loads(sent) == json.loads(
        json.dumps({**document, "done": True}).replace("555-0142", "[REDACTED]")
    )


async def test_thoughts_come_in_pieces():
    lines = [
        {"message": {"content": "", "thinking": piece}, "done": False} for piece in ("call 555", "-0142 or")
    ]
    body = "".join(json.dumps(line) + "\n" for line in [*lines, {"message": {"content": ""}, "done": True}])
    sent = await through(LineFlow(outputs(), 1_000), body)
    said = "".join(json.loads(line)["message"].get("thinking", "") for line in sent.splitlines())
    assert said == "call [REDACTED] or"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "response.a", "n": 1.10, "deep": {"é": "fine"}},
        {"choices": [{"index": 0, "delta": {"content": "fine "}}], "n": 1.10},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "fine "}},
        {"response": "fine ", "n": 1.10},
        "fine ",
    ],
)
async def test_what_is_not_changed_keeps_its_bytes(body):
    data = json.dumps(body).replace("1.1", "1.10").replace(": ", ":   ")
    assert await through(EventFlow(outputs(), 1_000), f"data:{data}\n\n") == f"data:{data}\n\n".encode()
    assert await through(LineFlow(outputs(), 1_000), f"{data}\r\n") == f"{data}\r\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        '{"choices": [{"delta": {"content": "NUMBER"}}], "choices": [{"delta": {"content": "fine "}}]}',
        '{"choices": [{"delta": {"content": "NUMBER", "content": "fine "}}]}',
        '{"text": "NUMBER", "text": "fine "}',
        '{"type": "response.a", "note": "NUMBER", "note": "fine "}',
        '{"type": "ping", "note": "NUMBER", "note": "fine "}',
        '[{"say": "NUMBER", "say": "fine "}]',
    ],
)
async def test_what_an_object_says_under_a_key_that_comes_twice_does_not_go_by(data):
    for flow, body in ((EventFlow, "data: {}\n\n"), (LineFlow, "{}\n")):
        sent = await through(flow(outputs(), 1_000), body.replace("{}", data.replace("NUMBER", NUMBER)))
        assert b"0142" not in sent
        assert b"fine" in sent


async def test_a_number_that_is_too_large_stays_a_number():
    body = '{"text": "call 555-0142 ", "n": 1e999, "m": -1e999}'

    def refuse(word):
        raise AssertionError(word)

    for line in (await through(LineFlow(outputs(), 1_000), f"{body}\n")).splitlines():
        assert json.loads(line, parse_constant=refuse)["n"] > 1e300


async def test_any_number_of_texts_one_after_the_other():
    lines = '{"text": "hello", "done": true}\n' * 50
    assert (await through(LineFlow(outputs(most=5), 1_000), lines)).decode() == lines
    ended = chunk("hello").replace("null", '"stop"')
    events = f"data: {ended}\n\n" * 50
    assert (await through(EventFlow(outputs(most=5), 1_000), events)).decode() == events


async def test_deep_documents_of_no_dialect_are_scanned():
    deep = "[" * 400 + '"555-0142"' + "]" * 400
    assert said(await through(EventFlow(outputs(), 10_000), f"data: {deep}\n\n")) == [
        deep.replace("555-0142", "[REDACTED]")
    ]


@pytest.mark.parametrize("known", [chunk("fine"), '{"a": 1}'])
async def test_events_without_text_let_others_have_a_turn(known):
    loop = asyncio.get_running_loop()
    turns = 0

    def look():
        nonlocal turns, handle
        turns += 1
        handle = loop.call_soon(look)

    flow = EventFlow(outputs(), 100_000)
    await flow.feed(f"data: {known}\n\n".encode())
    handle = loop.call_soon(look)
    event = f'data: {{"type": "blob", "of": [{"7," * 20_000}7]}}\n\n'.encode()
    assert await flow.feed(event * 5) == event * 5
    handle.cancel()
    assert turns >= 5
