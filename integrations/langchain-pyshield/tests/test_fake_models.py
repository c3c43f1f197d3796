"""LangChain's own fake chat models, guarded in agents and chains, in both lanes."""

from __future__ import annotations

import pytest
from langchain.agents import create_agent
from langchain_chat import EMAIL, HIDDEN, SENT, Both, calls, private_shield, said, send_mail
from langchain_core.language_models import FakeListChatModel, FakeMessagesListChatModel, GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser

from langchain_pyshield import PyShieldMiddleware, Refused, ScanOutput, ScanPrompt, SolePyShieldMiddleware

pytestmark = pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")


class WithTools(GenericFakeChatModel):
    """What the fake ones lack."""

    def bind_tools(self, tools, **_):
        return self


def generic(*answers, kind=GenericFakeChatModel):
    return kind(messages=iter(answers))


@pytest.mark.parametrize("guard", [PyShieldMiddleware, SolePyShieldMiddleware])
@pytest.mark.parametrize(
    "chat",
    [
        lambda text: generic(AIMessage(text)),
        lambda text: FakeListChatModel(responses=[text]),
        lambda text: FakeMessagesListChatModel(responses=[AIMessage(text)]),
    ],
    ids=["generic", "list", "messages"],
)
async def test_an_agent(ask, guard, chat):
    for answer, read in (
        (f"Hello {HIDDEN}, a heron", f"Hello {EMAIL}, a [REDACTED]"),
        ("Take a bomb home", "I cannot help with that."),
    ):
        guarded = create_agent(chat(answer), [], middleware=[guard(private_shield())])
        state = await ask(guarded, said(f"I am {EMAIL}"))
        assert [message.text for message in state["messages"]] == [f"I am {HIDDEN}", read]


@pytest.mark.parametrize("guard", [PyShieldMiddleware, SolePyShieldMiddleware])
async def test_an_agent_with_tools(ask, guard):
    chat = generic(calls("send_mail", to=HIDDEN, text="hi"), f"Wrote to {HIDDEN}.", kind=WithTools)
    guarded = create_agent(chat, [send_mail], middleware=[guard(private_shield())])
    state = await ask(guarded, said(f"Write to {EMAIL}"))
    assert SENT == [(EMAIL, "hi")]
    assert [message.text for message in state["messages"][2:]] == [f"sent to {HIDDEN}", f"Wrote to {EMAIL}."]


async def test_the_events_of_an_agent():
    guarded = create_agent(
        generic(f"Hello {HIDDEN} and a heron there"), [], middleware=[PyShieldMiddleware(private_shield())]
    )
    stream = await guarded.astream_events(said(f"I am {EMAIL}"), version="v3")
    events = [event async for event in stream]
    parts = [event["params"]["data"][0] for event in events if event["method"] == "messages"]
    blocks = [part["content"] for part in parts if part["event"] == "content-block-finish"]
    assert blocks[0]["text"] == f"Hello {EMAIL} and a [REDACTED] there"
    assert "heron" not in str(parts)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
async def test_a_chain(asynchronous):
    ask = Both(asynchronous)
    shield = private_shield()
    scan = ScanPrompt(shield) | generic(f"Hello {HIDDEN}, a heron", "Take a bomb home", f"And {HIDDEN} there")
    chain = scan | ScanOutput(shield) | StrOutputParser()
    assert await ask(chain, f"I am {EMAIL}") == f"Hello {EMAIL}, a [REDACTED]"
    with pytest.raises(Refused):
        await ask(chain, "Well?")
    streamed = [piece async for piece in chain.astream("Well?")] if asynchronous else list(chain.stream("?"))
    assert "".join(streamed) == f"And {EMAIL} there"
