"""Texts that are written side by side in no dialect that is known: each is what it would be alone."""

from __future__ import annotations

import asyncio
import json
from functools import reduce
from operator import getitem

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield import Shield
from pyshield.dialects.flow import EventFlow
from pyshield.dialects.outputs import Outputs
from pyshield.output_scanners import BanSubstrings, Regex

SHIELD = Shield(
    output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["project heron"], redact=True)]
)


async def sent(*documents, flow=None):
    """The documents that a stream of these becomes."""
    flow = flow or EventFlow(Outputs(SHIELD, "", 100), 10_000)
    body = b"".join([await flow.feed(f"data: {json.dumps(one)}\n\n".encode()) for one in documents])
    body += await flow.finish()
    return [json.loads(part.removeprefix(b"data: ")) for part in body.split(b"\n\n")[:-1]]


def part(one, text):
    return {"type": "text-delta", "id": one, "delta": text}


def written(one, text):
    return {"type": "TEXT_MESSAGE_CONTENT", "messageId": one, "delta": text}


def graph(one, text):
    return [{"content": text, "type": "AIMessageChunk", "id": one}, {"langgraph_node": "n"}]


def run(one, text):
    chunk = {"content": text, "type": "AIMessageChunk"}
    return {"event": "on_chat_model_stream", "run_id": one, "data": {"chunk": chunk}}


KINDS = {
    "the AI SDK": (part, ["id"], ["delta"]),
    "its calls": (lambda *of: {**part(*of), "type": "tool-input-delta"}, ["id"], ["delta"]),
    "AG-UI": (written, ["messageId"], ["delta"]),
    "LangGraph": (graph, [0, "id"], [0, "content"]),
    "its modes": (lambda *of: ["messages", graph(*of)], [1, 0, "id"], [1, 0, "content"]),
    "its parts": (lambda *of: [["n:1"], "messages", graph(*of)], [2, 0, "id"], [2, 0, "content"]),
    "its events": (
        lambda *of: {"type": "messages", "ns": [], "data": graph(*of)},
        ["data", 0, "id"],
        ["data", 0, "content"],
    ),
    "Bedrock": (
        lambda one, text: {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": one}},
        ["contentBlockDelta", "contentBlockIndex"],
        ["contentBlockDelta", "delta", "text"],
    ),
    "Cohere": (
        lambda one, text: {
            "type": "content-delta",
            "index": one,
            "delta": {"message": {"content": {"text": text}}},
        },
        ["index"],
        ["delta", "message", "content", "text"],
    ),
    "OpenAI's threads": (
        lambda one, text: {
            "id": one,
            "object": "thread.message.delta",
            "delta": {"content": [{"index": 0, "type": "text", "text": {"value": text}}]},
        },
        ["id"],
        ["delta", "content", 0, "text", "value"],
    ),
    "LangChain": (run, ["run_id"], ["data", "chunk", "content"]),
    "its parsers": (
        lambda one, text: {"event": "on_parser_stream", "run_id": one, "data": {"chunk": text}},
        ["run_id"],
        ["data", "chunk"],
    ),
}


def said(documents, whose, what):
    """What each text says."""
    texts = {}
    for one in documents:
        name = reduce(getitem, whose, one)
        texts[name] = texts.get(name, "") + reduce(getitem, what, one)
    return texts


PIECES = ["project ", "heron", "555-", "0142", " or ", "5"]


@pytest.mark.parametrize("kind", KINDS)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(PIECES)), max_size=12))
@settings(max_examples=30)
def test_texts_side_by_side_are_what_they_are_alone(kind, pieces):
    make, *where = KINDS[kind]

    async def check():
        together = said(await sent(*(make(*piece) for piece in pieces)), *where)
        for name in {one for one, _ in pieces}:
            alone = said(await sent(*(make(*piece) for piece in pieces if piece[0] == name)), *where)
            assert together[name] == alone[name]

    asyncio.run(check())


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("the AI SDK", {"type": "text-end", "id": "a"}),
        ("its calls", {"type": "tool-input-end", "id": "a"}),
        ("its calls", {"type": "tool-input-available", "toolCallId": "a", "input": {"n": 5}}),
        ("AG-UI", {"type": "TEXT_MESSAGE_END", "messageId": "a"}),
        ("LangGraph", [{"content": "", "id": "a", "chunk_position": "last"}, {}]),
        ("its modes", ["messages", [{"content": "", "id": "a", "chunk_position": "last"}, {}]]),
        ("its events", {"type": "m", "data": [{"content": "", "id": "a", "chunk_position": "last"}]}),
        ("Bedrock", {"contentBlockStop": {"contentBlockIndex": "a"}}),
        ("Cohere", {"type": "content-end", "index": "a"}),
        ("LangChain", {"event": "on_chat_model_end", "run_id": "a", "data": {"output": {}}}),
        ("its parsers", {"event": "on_parser_end", "run_id": "a", "data": {"output": "call 5"}}),
    ],
)
async def test_a_text_ends_alone(kind, end):
    make, *where = KINDS[kind]
    got = await sent(make("a", "call 5"), make("b", "call 555-"), end, make("b", "0142 "))
    if "Block" in json.dumps(end):
        assert (await sent(make("a", "call 5"), {"messageStop": {}}))[-1] == {"messageStop": {}}
    *before, last = [one for one in got if one != end]
    assert said(before, *where) == {"a": "call 5", "b": "call "}
    assert last == make("b", "[REDACTED] ")
    assert end not in got or got.index(end) == 3


async def test_responses_of_a_session_end_alone():
    def delta(response, text):
        place = {"response_id": response, "item_id": f"of {response}", "output_index": 0, "content_index": 0}
        return {"type": "response.output_text.delta", **place, "delta": text}

    done = {"type": "response.done", "response": {"id": "a", "status": "completed", "output": []}}
    got = await sent(delta("a", "call 5"), delta("b", "call 555-"), done, delta("b", "0142 "))
    assert got.index(done) == 3
    del got[3]
    assert said(got, ["response_id"], ["delta"]) == {"a": "call 5", "b": "call [REDACTED] "}


async def named(*events, outputs=None):
    """The events that a stream of these becomes, each with its name."""
    flow = EventFlow(outputs or Outputs(SHIELD, "", 100), 10_000)
    body = b""
    for name, data in events:
        body += await flow.feed(f"event: {name}\ndata: {data}\n\n".encode())
    body += await flow.finish()
    lines = [one.decode().split("\n") for one in body.split(b"\n\n")[:-1]]
    return [(name.removeprefix("event: "), data.removeprefix("data: ")) for name, data in lines]


@pytest.mark.parametrize(
    ("spell", "read"), [(str, str), (json.dumps, json.loads), (lambda text: json.dumps({"text": text}), None)]
)
async def test_names_of_events_tell_texts_apart(spell, read):
    read = read or (lambda data: json.loads(data)["text"])
    pieces = [("thought", "call 555-"), ("answer", "so 5"), ("thought", "0142 or 5"), ("answer", "-5 or 5")]
    texts = {"thought": "", "answer": ""}
    for name, data in await named(*((name, spell(text)) for name, text in pieces)):
        texts[name] += read(data)
    assert texts == {"thought": "call [REDACTED] or 5", "answer": "so 5-5 or 5"}


@pytest.mark.parametrize("end", ["null", "{}", "[DONE]", '{"text": ""}', "bye "])
async def test_what_is_held_comes_under_its_name_before_the_end(end):
    piece = json.dumps(graph("a", "call 5"))
    first, held = json.dumps(graph("a", "call ")), json.dumps(graph("a", "5"))
    got = await named(("messages", piece), ("token", "so 5"), ("end", end))
    assert [name for name, _ in got] == ["messages", "token", "messages", "token", "end"]
    data = [data for _, data in got]
    assert [json.loads(data[at]) for at in (0, 2)] == [json.loads(first), json.loads(held)]
    assert (data[1], data[3], data[4]) == ("so ", "5", end)
    chunk = {"choices": [{"index": 0, "delta": {"content": "call 5"}}]}
    assert [name for name, _ in await named(("chunk", json.dumps(chunk)), ("x", "[DONE]"))] == [
        "chunk"
    ] * 2 + ["x"]


async def test_an_end_without_data():
    flow = EventFlow(Outputs(SHIELD, "", 100), 1_000)
    body = await flow.feed(b"event: token\ndata: call 5\n\nevent: end\n\n") + await flow.finish()
    assert body == b"event: token\ndata: call \n\nevent: token\ndata: 5\n\nevent: end\n\n"


async def test_what_comes_under_the_name_of_text_is_text():
    got = await named(("token", "call "), ("done", "7"), ("token", "555"), ("token", "-0142 "), ("n", "555"))
    assert "".join(data for name, data in got if name == "token") == "call [REDACTED] "
    assert ("n", "555") in got


async def test_any_number_of_names():
    outputs = Outputs(SHIELD, "", 100)
    for spell in ("{}", '"{}"', '{{"text": "{}"}}'):
        got = await named(*((f"n{at}", spell.format("call 5 ")) for at in range(300)), outputs=outputs)
        assert [name for name, _ in got] == [f"n{at}" for at in range(300)]


async def test_candidates_of_gemini_end_alone():
    def candidate(index, text, **members):
        return {"candidates": [{"index": index, "content": {"parts": [{"text": text}]}, **members}]}

    documents = [
        candidate(0, "call 555-"),
        candidate(1, "fine", finishReason="STOP"),
        candidate(0, "0142 "),
    ]
    where = ["candidates", 0, "index"], ["candidates", 0, "content", "parts", 0, "text"]
    assert said(await sent(*documents), *where) == {0: "call [REDACTED] ", 1: "fine"}


async def test_what_does_not_say_whose_it_is_goes_on_with_the_last():
    first, second = written("a", "call 555-"), {"type": "TEXT_MESSAGE_CONTENT", "delta": "0142 or 5"}
    got = await sent(first, second)
    assert "".join(one["delta"] for one in got) == "call [REDACTED] or 5"
    # What is held is written like one that says it: others may have been written since.
    assert (await sent(first, second, written("b", " ")))[-1] == written("a", "5")
    assert await sent(written("b", " "), first, {"type": "TEXT_MESSAGE_END"}, {**second, "delta": "0142"})


@pytest.mark.parametrize(
    "event",
    [
        {"type": "text_delta", "id": 0},
        {"type": "message.chunk", "id": 0},
        {"type": "token", "message_id": 0},
        {"message_id": 0},
        {"id": 0},
    ],
)
async def test_ids_of_events_tell_no_texts_apart(event):
    """Each event of a text may have one for itself."""
    name = next(name for name in event if name != "type")
    got = await sent(*({**event, name: at, "text": text} for at, text in enumerate(["call 555-", "0142 "])))
    assert "".join(one["text"] for one in got) == "call [REDACTED] "


@pytest.mark.parametrize("most", [5, 10_000])
async def test_any_number_of_texts_that_do_not_end(most):
    outputs = Outputs(SHIELD, "", most)
    flow = EventFlow(outputs, 10_000)
    documents = [written(f"{at}", "call 5") for at in range(600)]
    got = await sent(*documents, flow=flow)
    assert said(got, *KINDS["AG-UI"][1:]) == {f"{at}": "call 5" for at in range(600)}
    flow = EventFlow(outputs, 10_000)
    for one in documents:
        await flow.feed(f"data: {json.dumps(one)}\n\n".encode())
        assert len(outputs.open) <= 256
    dialect = flow._documents.dialect
    assert len(dialect._last) == len(outputs.open)
    assert len(dialect._named) == 1
