"""What chat completions write beside content, across chunks."""

from __future__ import annotations

import pytest

from pyshield import Shield
from pyshield.dialects.chat import Chat
from pyshield.dialects.outputs import Outputs
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
