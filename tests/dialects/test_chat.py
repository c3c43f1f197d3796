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


async def test_a_call_begins_with_its_name():
    begin = {"tool_calls": [{"index": 0, "id": "t", "type": "custom", "custom": {"name": "n", "input": ""}}]}
    sent, _ = await deltas(begin, {"tool_calls": [{"index": 0, "custom": {"input": "fine"}}]})
    assert sent[0] == begin
    assert "".join(one["tool_calls"][0]["custom"]["input"] for one in sent if one) == "fine"
