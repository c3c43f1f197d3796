"""What answers say beside their content: thoughts, and calls as some providers write them, in both lanes."""

from __future__ import annotations

import json

import pytest
from langchain_chat import EMAIL, HIDDEN, Both, agent, model, said
from langchain_core.messages import AIMessage, AIMessageChunk, InvalidToolCall

from langchain_pyshield import Refused, ScanOutput
from pyshield import Shield
from pyshield.output_scanners import BanSubstrings

LANES = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def piecewise():
    """Redacts "heron" and refuses "bomb"."""
    return Shield(output=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])])


def raw(arguments):
    """A call as OpenAI's API writes it."""
    return [{"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}]


@LANES
async def test_thoughts_in_the_state_of_an_agent(asynchronous):
    kept = {"reasoning_content": "a heron?", "other": "heron"}
    answer = AIMessage("Hello", id="1", additional_kwargs=kept)
    state = await Both(asynchronous)(agent(model(answer), shield=piecewise()), said("Well?"))
    assert state["messages"][-1].text == "Hello"
    assert state["messages"][-1].additional_kwargs == {**kept, "reasoning_content": "a [REDACTED]?"}
    assert answer.additional_kwargs == kept
    # Also where there is nothing else to scan.
    answer = AIMessage("", additional_kwargs={"reasoning": {"summary": [{"text": "a bomb"}]}})
    state = await Both(asynchronous)(agent(model(answer), shield=piecewise()), said("Well?"))
    assert state["messages"][-1].text == "I cannot help with that."
    assert "bomb" not in str(state)


async def test_private_data_is_not_put_back_into_thoughts():
    answer = AIMessage(f"To {HIDDEN}", additional_kwargs={"reasoning_content": f"They are {HIDDEN}"})
    state = await agent(model(answer)).ainvoke(said(f"I am {EMAIL}"))
    assert state["messages"][-1].text == f"To {EMAIL}"
    assert state["messages"][-1].additional_kwargs["reasoning_content"] == f"They are {HIDDEN}"


@LANES
async def test_a_chain_scans_them_too(asynchronous):
    scan, ask = ScanOutput(piecewise()), Both(asynchronous)
    message = AIMessage(
        "heron",
        additional_kwargs={"tool_calls": raw('{"a": "heron"}'), "refusal": "no heron"},
        invalid_tool_calls=[InvalidToolCall(name="f", args="{heron", id="1", error=None)],
    )
    passed = await ask(scan, message)
    assert passed.additional_kwargs == {
        "tool_calls": raw('{"a": "[REDACTED]"}'),
        "refusal": "no [REDACTED]",
    }
    assert passed.invalid_tool_calls[0]["args"] == "{[REDACTED]"
    assert "heron" in json.dumps(message.additional_kwargs)
    for refused in (
        AIMessage("", additional_kwargs={"reasoning_content": "a bomb"}),
        AIMessage("", invalid_tool_calls=[InvalidToolCall(name="f", args="{bomb", id="1", error=None)]),
    ):
        with pytest.raises(Refused):
            await ask(scan, refused)


def streamed(*kwargs):
    chunks = [AIMessageChunk("", id="1", additional_kwargs=one) for one in kwargs]
    passed = list(ScanOutput(piecewise()).transform(iter(chunks)))
    return passed, passed[0] + passed[1:]


def test_thoughts_are_streamed_as_they_pass():
    passed, whole = streamed(
        {"reasoning_content": "two her"}, {"reasoning_content": "ons, her"}, {"other": 1}
    )
    assert whole.additional_kwargs == {"reasoning_content": "two [REDACTED]s, her", "other": 1}
    assert passed[0].additional_kwargs == {"reasoning_content": "two "}
    assert passed[1].additional_kwargs == {"reasoning_content": "[REDACTED]s, "}
    with pytest.raises(Refused):
        streamed({"reasoning_content": "a bo"}, {"reasoning_content": "mb"})


def test_streamed_calls_beside_the_content_come_at_the_end():
    calls = [{"function_call": {"name": "f", "arguments": ""}}]
    calls += [{"function_call": {"arguments": piece}} for piece in ('{"a": "her', 'on"}')]
    passed, whole = streamed(*calls)
    assert whole.additional_kwargs == {"function_call": {"name": "f", "arguments": '{"a": "[REDACTED]"}'}}
    assert not any(chunk.additional_kwargs for chunk in passed[:3])
    with pytest.raises(Refused):
        streamed({"function_call": {"name": "f", "arguments": "bo"}}, {"function_call": {"arguments": "mb"}})
