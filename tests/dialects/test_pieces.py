"""Streams of no dialect that is known: what is a piece of a text in them, and of which."""

from __future__ import annotations

import json

import pytest

from pyshield import Shield, Vault
from pyshield.dialects.flow import EventFlow, LineFlow
from pyshield.dialects.outputs import Outputs
from pyshield.output_scanners import BanSubstrings, Deanonymize, Regex

SHIELD = Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])])


async def sent(*documents, shield=SHIELD):
    """The documents that a stream of these becomes."""
    flow = EventFlow(Outputs(shield, "", 100), 10_000)
    body = b""
    for document in documents:
        body += await flow.feed(f"data: {json.dumps(document)}\n\n".encode())
        if flow._outputs.blocked:
            break
    else:
        body += await flow.finish()
    return [json.loads(part.removeprefix(b"data: ")) for part in body.split(b"\n\n")[:-1]]


def strings(value):
    if isinstance(value, str):
        return value
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "".join(map(strings, values))


@pytest.mark.parametrize(
    "make",
    [
        lambda text: {"message": text},
        lambda text: {"chunk": text},
        lambda text: {"data": text},
        lambda text: {"data": {"text": text}},
        lambda text: {"data": {"chunk": {"content": text}}},
        lambda text: {"delta": {"text": text}},
        lambda text: {"delta": {"content": text}},
        lambda text: {"outputs": [{"text": text}]},
        lambda text: {"generated_text": text},
        # Gemini, Cohere, Bedrock, OpenAI's threads, LangGraph, the AI SDK's tools.
        lambda text: {"candidates": [{"content": {"parts": [{"text": text}]}}]},
        lambda text: {"index": 0, "delta": {"message": {"content": {"text": text}}}},
        lambda text: {"contentBlockDelta": {"delta": {"text": text}, "contentBlockIndex": 0}},
        lambda text: {"delta": {"content": [{"index": 0, "text": {"value": text}}]}},
        lambda text: [{"content": text}, {"step": 1}],
        lambda text: [{"content": [{"index": 0, "text": text}]}, {"step": 1}],
        lambda text: {"type": "tool-input-delta", "toolCallId": "", "inputTextDelta": text},
    ],
)
async def test_pieces_go_together_wherever_they_stand(make):
    got = await sent(make("call 555-"), make("0142 or"), make(" 5"))
    assert "".join(map(strings, got)).replace("tool-input-delta", "") == "call [REDACTED] or 5"
    assert [type(one) for one in got] == [type(make(""))] * len(got)
    refused = await sent(make("a deto"), make("nator here"))
    assert "nator" not in strings(refused)


async def test_texts_that_are_written_at_once_are_told_apart_by_the_type_of_their_events():
    def text(delta):
        return {"type": "text-delta", "id": "1", "delta": delta}

    thought = {"type": "reasoning-delta", "id": "2", "delta": "think 5"}
    got = await sent(
        {"type": "text-start", "id": "1"},
        text("call 555-"),
        thought,
        text("0142 or 5"),
        {"type": "text-end", "id": "1"},
        {"type": "finish"},
    )
    said = {
        kind: "".join(one["delta"] for one in got if one["type"] == kind)
        for kind in ("text-delta", "reasoning-delta")
    }
    assert said == {"text-delta": "call [REDACTED] or 5", "reasoning-delta": "think 5"}
    # What is held of a text comes before the event that it has ended with, and no other's does.
    kinds = [one["type"] for one in got]
    assert kinds[kinds.index("text-end") - 1] == "text-delta"
    assert kinds.index("reasoning-delta") < kinds.index("finish") < len(kinds) - 1


async def test_calls_are_told_apart_by_their_ids():
    def piece(call, delta):
        return {"type": "TOOL_CALL_ARGS", "toolCallId": call, "delta": delta}

    got = await sent(piece("a", "555-"), piece("b", "77"), piece("a", "0142 "), piece("b", " "))
    said = {call: "".join(one["delta"] for one in got if one["toolCallId"] == call) for call in "ab"}
    assert said == {"a": "[REDACTED] ", "b": "77 "}


async def test_what_gemini_says_and_what_it_thinks():
    def chunk(*parts, **members):
        return {"candidates": [{"index": 0, "content": {"parts": list(parts), "role": "model"}, **members}]}

    thought, text = {"text": "think 555-", "thought": True}, {"text": "call 555-"}
    got = await sent(
        chunk(thought, text),
        chunk({"text": "0142 or"}, {"text": " 5"}, finishReason="STOP"),
        {"usageMetadata": {"totalTokenCount": 9}},
    )
    parts = [part for one in got for each in one.get("candidates", ()) for part in each["content"]["parts"]]
    assert "".join(part["text"] for part in parts if not part.get("thought")) == "call [REDACTED] or 5"
    assert "".join(part["text"] for part in parts if part.get("thought")) == "think 555-"
    # All of it before the chunk is over that says so.
    assert [list(one) for one in got][-2:] == [["candidates"], ["usageMetadata"]]
    assert got[-2]["candidates"][0]["finishReason"] == "STOP"


async def test_a_document_within_a_document_is_no_piece():
    vault = Vault()
    vault.append(("[REDACTED_PERSON_1]", 'Ada "A" Byron'))
    shield = Shield(output=[Deanonymize(vault)])
    inner = json.dumps({"say": "I am [REDACTED_PERSON_1]", "n": 1})
    got = await sent({"event": "a", "data": inner}, {"event": "b", "data": inner}, shield=shield)
    assert [(one["event"], json.loads(one["data"])) for one in got] == [
        (name, {"say": 'I am Ada "A" Byron', "n": 1}) for name in "ab"
    ]


async def test_all_that_is_held_comes_before_the_document_that_is_the_last():
    got = await sent({"thinking": "so 5"}, {"response": "call 5"}, {"response": "", "done": True})
    assert [one.get("thinking", "") for one in got] == ["so ", "", "5", ""]
    assert [one.get("response", "") for one in got] == ["", "call ", "", "5"]


async def test_records_of_a_sequence():
    flow = LineFlow(Outputs(SHIELD, "", 100), 10_000)
    lines = '\x1e{"text": "call 555-"}\n\x1e{"text": "0142 or"}\n\x1e{"n":   1}\n'
    body = await flow.feed(lines.encode()) + await flow.finish()
    records = [line.removeprefix(b"\x1e") for line in body.splitlines() if line.startswith(b"\x1e")]
    assert len(records) == body.count(b"\n")
    assert "".join(json.loads(line).get("text", "") for line in records) == "call [REDACTED] or"
    assert b'\x1e{"n":   1}\n' in body
