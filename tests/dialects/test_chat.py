"""What chat completions write beside content, across chunks."""

from __future__ import annotations

import json

import pytest

from pyshield import Shield
from pyshield.dialects.chat import Chat
from pyshield.dialects.outputs import Outputs
from pyshield.errors import TextError
from pyshield.output_scanners import BanSubstrings, Regex

SCANNERS = [Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])]


def chunk(delta, finish=None):
    return {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


async def deltas(*given):
    """The deltas that come of these, and why the choice ended."""
    outputs = Outputs(Shield(output=SCANNERS), "", 100)
    dialect = Chat(outputs)
    documents = []
    for delta in (*given, None):
        document = chunk(delta) if delta is not None else chunk({}, "stop")
        made = await dialect.document(document)
        documents += [document] if made is None else made
        if outputs.blocked:
            break
    choices = [choice for document in documents for choice in document["choices"]]
    return [choice["delta"] for choice in choices], choices[-1]["finish_reason"]


def custom(text, **members):
    return {"tool_calls": [{"index": 1, "custom": {"input": text}, **members}]}


@pytest.mark.parametrize(
    ("delta", "said"),
    [
        (custom, lambda delta: delta["tool_calls"][0]["custom"]["input"]),
        (lambda text: {"audio": {"transcript": text}}, lambda delta: delta["audio"]["transcript"]),
        (lambda text: {"refusal": text}, lambda delta: delta["refusal"]),
        (
            lambda text: {"function_call": {"arguments": text}},
            lambda delta: delta["function_call"]["arguments"],
        ),
    ],
    ids=["custom tool", "audio", "refusal", "function call"],
)
async def test_each_kind_of_text(delta, said):
    sent, reason = await deltas(delta("call 555-"), delta("0142 or 5"), delta("55-0199"))
    assert "".join(said(one) for one in sent if one) == "call [REDACTED] or [REDACTED]"
    assert reason == "stop"
    sent, reason = await deltas(delta("the deto"), delta("nator"))
    assert "".join(said(one) for one in sent if one) == "the "
    assert reason == "content_filter"


def parts(kind):
    return lambda text: {"content": [kind(text)]}


def thought(text):
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (lambda text: {"type": "text", "text": text}, lambda part: part["text"]),
        (thought, lambda part: part["thinking"][0]["text"]),
        (lambda text: {"type": "thinking", "thinking": text}, None),
    ],
    ids=["text", "thoughts", "a thought"],
)
async def test_content_in_parts(kind, said):
    delta = parts(kind)

    def all_of(sent):
        every = [part for one in sent for part in one.get("content", ())]
        read = said or (
            lambda part: (
                part["thinking"] if isinstance(part["thinking"], str) else part["thinking"][0]["text"]
            )
        )
        return "".join(map(read, every))

    sent, reason = await deltas(delta("call 555-"), delta("0142 or 5"), delta("55-0199"))
    assert (all_of(sent), reason) == ("call [REDACTED] or [REDACTED]", "stop")
    sent, reason = await deltas(delta("the deto"), delta("nator"))
    assert (all_of(sent), reason) == ("the ", "content_filter")


def whole(text):
    call = {"id": "1", "type": "function", "function": {"name": "n", "arguments": text}}
    message = {"role": "assistant", "content": text, "tool_calls": [call]}
    return {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": {}}]}


async def test_a_choice_that_is_no_chunk():
    dialect = Chat(Outputs(Shield(output=SCANNERS), "", 100))
    (document,) = await dialect.document(whole("call 555-0142"))
    (choice,) = document["choices"]
    assert choice["message"]["content"] == "call [REDACTED]"
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "n", "arguments": "call [REDACTED]"}
    assert choice["logprobs"] is None
    documents = await Chat(Outputs(Shield(output=SCANNERS), "", 100)).document(whole("a detonator"))
    assert "detonator" not in str(documents)
    assert documents[-1]["choices"][0]["finish_reason"] == "content_filter"


async def test_a_call_begins_with_its_name():
    begin = {"tool_calls": [{"index": 0, "id": "t", "type": "custom", "custom": {"name": "n", "input": ""}}]}
    sent, _ = await deltas(begin, {"tool_calls": [{"index": 0, "custom": {"input": "fine"}}]})
    assert sent[0] == begin
    assert "".join(one["tool_calls"][0]["custom"]["input"] for one in sent if one) == "fine"


def _arguments(one):
    return {"arguments": one["arguments"]}


def calls(*given):
    return {
        "tool_calls": [
            {
                **{name: one[name] for name in ("index", "id") if name in one},
                "function": {"arguments": one["arguments"]},
            }
            for one in given
        ]
    }


def arguments_of(sent):
    """What each call is given, where a new id begins another one."""
    said = []
    for delta in sent:
        for call in delta.get("tool_calls", ()):
            if call.get("id"):
                said.append("")
            said[-1] += call["function"]["arguments"]
    return said


@pytest.mark.parametrize("number", [{}, {"index": 0}], ids=["no index", "all with 0"])
async def test_calls_that_only_their_ids_tell_apart(number):
    first, second = {**number, "id": "a"}, {**number, "id": "b"}
    pieces = [
        {**first, "arguments": '{"to": "555-'},
        {**number, "arguments": '0142", "n": 5'},
        {**second, "arguments": '5}{"to": "555-'},
        {**number, "arguments": "01"},
    ]
    expected = ['{"to": "[REDACTED]", "n": 5', '5}{"to": "555-01']
    sent, _ = await deltas(*(calls(one) for one in pieces))
    assert arguments_of(sent) == expected
    # An id that every piece repeats is the same call.
    sent, _ = await deltas(*(calls({**one, "id": "a"}) for one in pieces[:2]))
    assert (
        "".join(call["function"]["arguments"] for one in sent for call in one.get("tool_calls", ()))
        == expected[0]
    )
    sent, _ = await deltas(calls({**first, "arguments": "call 55"}, {**second, "arguments": "5-0142 "}))
    assert arguments_of(sent) == ["call 55", "5-0142 "]


@pytest.mark.parametrize(
    "delta",
    [
        lambda text: {"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": text}]},
        lambda text: {"reasoning_details": [{"type": "reasoning.summary", "summary": text}]},
        lambda text: {"thinking_blocks": [{"type": "thinking", "thinking": text}]},
        lambda text: {"nobody_knows": {"this": [text]}},
    ],
)
async def test_members_beside_the_known_ones(delta):
    sent, reason = await deltas(delta("call 555-"), delta("0142 or 5"), delta("55-0199"))
    assert "555" not in json.dumps(sent)
    assert json.dumps(sent).count("[REDACTED]") == 2
    assert reason == "stop"
    shapes = {json.dumps(one).replace(text, "") for one in sent if one for text in texts(one)}
    assert len(shapes) == 1  # what is held comes in the shape of the rest
    sent, reason = await deltas(delta("the deto"), delta("nator"))
    assert (texts(sent), reason) == (["the "], "content_filter")


def texts(value, name=None):
    if isinstance(value, str):
        return [] if name == "type" else [value]
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [text for name, one in inside for text in texts(one, name)]


async def test_what_is_no_piece_is_scanned_for_itself():
    for delta in (
        {"annotations": [{"type": "url_citation", "url_citation": {"title": "call 555-0142", "url": "u"}}]},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"arguments": {"name": ["call 555-0142"]}}}]},
    ):
        sent, _ = await deltas(delta)
        assert sent[0] == json.loads(json.dumps(delta).replace("555-0142", "[REDACTED]"))


@pytest.mark.parametrize("member", [{"citations": ["call 555-0142"]}, {"choices": ["call 555-0142"]}])
async def test_what_stands_beside_the_choices(member):
    (document,) = await Chat(Outputs(Shield(output=SCANNERS), "", 100)).document({**chunk({}), **member})
    assert "555-0142" not in json.dumps(document)
    refused = json.loads(json.dumps(member).replace("call 555-0142", "a detonator"))
    documents = await Chat(Outputs(Shield(output=SCANNERS), "", 100)).document({**chunk({}), **refused})
    assert "detonator" not in json.dumps(documents)


async def test_identifiers_signatures_and_sound_stay_as_they_are():
    number = "call 555-0142"
    for delta in (
        {"audio": {"id": number, "data": number}},
        {
            "reasoning_details": [
                {"type": "reasoning.encrypted", "data": number, "signature": number, "id": number}
            ]
        },
        {"tool_calls": [{"id": number, "type": "function", "function": {"name": number}}]},
        {"role": number, "encrypted_content": number},
    ):
        assert (await deltas(delta))[0][0] == delta


async def test_chunks_nested_too_deeply_do_not_pass_unscanned():
    deep: object = "call 555-0142"
    for _ in range(100):
        deep = [deep]
    with pytest.raises(TextError, match="levels deep"):
        await deltas({"nobody_knows": deep})
