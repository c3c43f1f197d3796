"""A shield for each conversation, and how long it is kept."""

from __future__ import annotations

import asyncio
import pickle
import time
from threading import current_thread, main_thread

import pytest
from langchain.agents import create_agent
from langchain_chat import EMAIL, HIDDEN, SENT, calls, model, private_shield, said, send_mail, thread
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

from langchain_pyshield import Conversations, PyShieldMiddleware, Refused
from pyshield import Shield, Vault
from pyshield.errors import ConfigError


def test_each_has_its_own_and_the_oldest_goes():
    made = []

    def make(thread):
        made.append(thread)
        return private_shield()

    kept = Conversations(make, most=2)
    one, two = kept.of("1"), kept.of("2")
    assert one is not two
    assert kept.of("1") is one
    kept.of("3")
    assert len(kept) == 2
    assert kept.of("1") is one
    assert kept.of("2") is not two
    assert made == ["1", "2", "3", "2"]
    kept.end("1")
    kept.end("unknown")
    assert kept.of("1") is not one


def test_idle_ones_go():
    kept = Conversations(private_shield, ttl=0.05)
    one = kept.of("1")
    time.sleep(0.1)
    assert len(kept) == 0
    assert kept.of("1") is not one


async def test_one_is_made_aside_and_once():
    threads = []

    def make(_):
        threads.append(current_thread())
        time.sleep(0.05)
        return Shield()

    kept = Conversations(make)
    first, second = await asyncio.gather(kept.aof("1"), kept.aof("1"))
    assert first is second
    assert main_thread() not in threads
    assert await kept.aof("1") is first


@pytest.mark.parametrize(
    ("options", "field"),
    [({"make": 1}, "make"), ({"most": 0}, "most"), ({"ttl": 0}, "ttl"), ({"ttl": float("nan")}, "ttl")],
)
def test_arguments_are_checked(options, field):
    with pytest.raises(ConfigError) as raised:
        Conversations(**({"make": private_shield} | options))
    assert raised.value.field == field


def test_what_is_made_is_checked():
    with pytest.raises(ConfigError, match="got NoneType"):
        Conversations(lambda _: None).of("1")


def test_the_error_pickles():
    error = pickle.loads(pickle.dumps(Refused.at("answer", ("Toxicity",))))
    assert (error.place, error.scanners, str(error)) == (
        "answer",
        ("Toxicity",),
        "answer refused by Toxicity",
    )


@pytest.mark.skipif(not hasattr(Shield, "session"), reason="sessions are newer")
async def test_sessions_of_one_shield(ask):
    shield = private_shield()
    kept = Conversations(lambda _: shield.session(Vault()))
    chat = model(calls("send_mail", to=HIDDEN, text="hi"), f"Wrote to {HIDDEN}", f"You are {HIDDEN}", "Bye")
    guarded = create_agent(
        chat, [send_mail], middleware=[PyShieldMiddleware(kept)], checkpointer=InMemorySaver()
    )
    state = await ask(guarded, said(f"I am {EMAIL}"), thread("ada"))
    assert state["messages"][-1].text == f"Wrote to {EMAIL}"
    assert SENT == [(EMAIL, "hi")]
    state = await ask(guarded, said(f"Who is {HIDDEN}?"), thread("eve"))
    assert state["messages"][-1].text == f"You are {HIDDEN}"
    await ask(guarded, {"messages": [AIMessage(f"Hello {EMAIL}"), *said("Well?")["messages"]]}, thread("ada"))
    assert f"Hello {HIDDEN}" in chat.last
