"""What may be shown of an answer before a scanner that reads a model has judged it, in both lanes."""

from __future__ import annotations

import pytest
from langchain_chat import StreamingModel, agent, model, said
from langchain_core.output_parsers import StrOutputParser

from langchain_pyshield import PyShieldMiddleware, ScanOutput
from pyshield import Shield
from pyshield.errors import ConfigError
from pyshield.output_scanners import Toxicity

TOXIC = "You are a stupid idiot and everybody hates you."
PASSES = [("hold", ""), ("lag", TOXIC), ("after", TOXIC), (None, "")]
LANES = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def given(policy):
    return {} if policy is None else {"policy": policy}


@LANES
@pytest.mark.parametrize(("policy", "passed"), PASSES)
async def test_a_chain(asynchronous, policy, passed):
    scan = ScanOutput(Shield(output=[Toxicity()]), blocked="replace", refusal="No.", **given(policy))
    chain = model(TOXIC, kind=StreamingModel, piece=100) | StrOutputParser() | scan
    if asynchronous:
        pieces = [piece async for piece in chain.astream("well?")]
    else:
        pieces = list(chain.stream("well?"))
    assert "".join(pieces) == passed + "No."
    # What is there as a whole passes after its verdict.
    assert (await scan.ainvoke(TOXIC) if asynchronous else scan.invoke(TOXIC)) == "No."


@LANES
@pytest.mark.parametrize(("policy", "passed"), PASSES)
@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
async def test_the_events_of_an_agent(asynchronous, policy, passed):
    chat = model(TOXIC, kind=StreamingModel, piece=100)
    guarded = agent(chat, shield=Shield(output=[Toxicity()]), **given(policy))
    if asynchronous:
        stream = await guarded.astream_events(said("Well?"), version="v3")
        events = [event async for event in stream]
    else:
        events = list(guarded.stream_events(said("Well?"), version="v3"))
    parts = [event["params"]["data"][0] for event in events if event["method"] == "messages"]
    deltas = [
        part["delta"]["text"]
        for part in parts
        if isinstance(part, dict) and part["event"] == "content-block-delta"
    ]
    assert "".join(deltas) == passed
    state = [event["params"]["data"] for event in events if event["method"] == "values"][-1]
    assert state["messages"][-1].text == "I cannot help with that."


@pytest.mark.parametrize("make", [PyShieldMiddleware, ScanOutput])
def test_another_policy_is_refused_at_once(make):
    with pytest.raises(ConfigError, match="expected 'hold', 'lag' or 'after', got 'never'") as caught:
        make(Shield(output=[Toxicity()]), policy="never")
    assert caught.value.field == "policy"
