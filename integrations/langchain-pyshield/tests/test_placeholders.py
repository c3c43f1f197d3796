"""Threads that outlive their vault: whose values placeholders stand for then, and who is given them."""

from __future__ import annotations

from multiprocessing import get_context

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_chat import (
    EMAIL,
    HIDDEN,
    SENT,
    agent,
    calls,
    model,
    private_shield,
    said,
    send_mail,
    thread,
)
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_turn import FileSaver, first_turn
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from benchmarks.private.redis_server import KEY, Server, installed
from langchain_pyshield import Conversations, PyShieldMiddleware, Refused, SolePyShieldMiddleware
from langchain_pyshield.placeholders import Read
from pyshield import Shield, Vault
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.vault import RedisVaults

BOB = "bob@example.org"
SECOND = "[REDACTED_EMAIL_ADDRESS_2]"
ASKS = f"Never write to {BOB}. Mail me my salary"
WITHHELD = "[Withheld"

guards = pytest.mark.parametrize("guard", [PyShieldMiddleware, SolePyShieldMiddleware])


def guarded(chat, kept, saver, guard=PyShieldMiddleware, middleware=(), **options):
    return create_agent(
        chat, [send_mail], middleware=[guard(kept, **options), *middleware], checkpointer=saver
    )


def expires(kept):
    # As if it had been left for so long: a run takes its time on a busy machine.
    for thread_id, (used, shields) in list(kept._kept.items()):
        kept._kept[thread_id] = (used - 61, shields)


def ends(kept):
    kept.end("1")


@guards
@pytest.mark.parametrize("forget", [expires, ends])
async def test_a_tool_is_not_given_another_ones_value(ask, guard, forget):
    kept = Conversations(private_shield, ttl=60)
    chat = model("Hello.", calls("send_mail", to=HIDDEN, text="salary"), "I could not.")
    bot = guarded(chat, kept, InMemorySaver(), guard)
    await ask(bot, said(f"I am {EMAIL}"), thread("1"))
    forget(kept)
    state = await ask(bot, said(ASKS), thread("1"))
    assert SENT == []
    assert chat.last[-3:-1] == [f"Never write to {SECOND}. Mail me my salary", ""]
    assert chat.last[-1].startswith(WITHHELD)
    (refused,) = [message for message in state["messages"] if isinstance(message, ToolMessage)]
    assert refused.status == "error"
    assert state["messages"][-1].text == "I could not."


@guards
async def test_what_the_new_vault_knows_is_restored(ask, guard):
    kept = Conversations(private_shield)
    chat = model("Hello.", calls("send_mail", to=SECOND, text="hi"), f"I wrote to {SECOND}, not {HIDDEN}.")
    bot = guarded(chat, kept, InMemorySaver(), guard)
    await ask(bot, said(f"I am {EMAIL}"), thread("1"))
    ends(kept)
    state = await ask(bot, said(f"Write to {BOB}"), thread("1"))
    assert SENT == [(BOB, "hi")]
    assert state["messages"][-1].text == f"I wrote to {BOB}, not {HIDDEN}."


@pytest.mark.parametrize("forget", [expires, ends])
async def test_a_call_that_is_approved_too_late_is_withheld(ask, forget):
    kept = Conversations(private_shield, ttl=60)
    chat = model(calls("send_mail", to=HIDDEN, text="hi"), "I could not.")
    human = HumanInTheLoopMiddleware(interrupt_on={"send_mail": True})
    bot = guarded(chat, kept, InMemorySaver(), middleware=[human])
    await ask(bot, said(f"I am {EMAIL}"), thread("1"))
    forget(kept)
    state = await ask(bot, Command(resume={"decisions": [{"type": "approve"}]}), thread("1"))
    assert SENT == []
    assert state["messages"][-2].text.startswith(WITHHELD)
    assert state["messages"][-1].text == "I could not."
    # Nor is its number given to another.
    chat.script = iter([AIMessage("Noted.")])
    await ask(bot, said(f"I am {BOB}"), thread("1"))
    assert chat.last[-1] == f"I am {SECOND}"


@guards
async def test_a_second_process_with_the_same_checkpoints(ask, guard, tmp_path):
    path = tmp_path / "checkpoints"
    first = get_context("spawn").Process(target=first_turn, args=(path, {}))
    first.start()
    first.join(120)
    assert first.exitcode == 0
    chat = model(calls("send_mail", to=HIDDEN, text="salary"), "I could not.")
    await ask(guarded(chat, Conversations(private_shield), FileSaver(path), guard), said(ASKS), thread("1"))
    assert SENT == []
    assert f"Never write to {SECOND}. Mail me my salary" in chat.last


@guards
async def test_processes_that_take_turns(ask, guard):
    saver = InMemorySaver()
    chat = model("One.", "Two.", "Three.", calls("send_mail", to=SECOND, text="hi"), "I could not.")
    # What the one gives while the other still has its vault is not the other's to give again.
    one, other = (guarded(chat, Conversations(private_shield), saver, guard) for _ in range(2))
    await ask(one, said(f"I am {EMAIL}"), thread("1"))
    await ask(other, said(f"I know {BOB}"), thread("1"))
    await ask(one, said("I know carol@example.org"), thread("1"))
    assert chat.last[-1] == "I know [REDACTED_EMAIL_ADDRESS_3]"
    state = await ask(one, said("Write to the second"), thread("1"))
    assert SENT == []
    assert state["messages"][-1].text == "I could not."


async def test_a_shield_for_all_threads_keeps_to_it_too(ask):
    saver = InMemorySaver()
    chat = model("Hello.", calls("send_mail", to=HIDDEN, text="salary"), "I could not.")
    await ask(guarded(chat, private_shield(), saver), said(f"I am {EMAIL}"), thread("1"))
    await ask(guarded(chat, private_shield(), saver), said(ASKS), thread("1"))
    assert SENT == []


async def test_made_up_placeholders_are_withheld_and_never_given(ask):
    chat = model(calls("send_mail", to="a", text="for [redacted_email_address_1]"), "No.", "Noted.")
    bot = agent(chat, checkpointer=InMemorySaver())
    state = await ask(bot, said("Write"), thread("1"))
    assert SENT == []
    assert state["messages"][2].status == "error"
    await ask(bot, said(f"I am {EMAIL}"), thread("1"))
    assert chat.last[-1] == f"I am {SECOND}"


async def test_it_is_refused_as_other_calls_are(ask):
    def chat():
        return model(calls("send_mail", to=HIDDEN, text="hi"), "never")

    with pytest.raises(Refused, match="tool call refused by Deanonymize"):
        await ask(agent(chat(), blocked_tools="raise"), said("Write"))
    state = await ask(agent(chat(), blocked_tools="end"), said("Write"))
    assert state["messages"][-1].text == "I cannot help with that."


async def test_a_tool_that_is_given_no_values_is_called_with_placeholders(ask):
    chat = model(calls("send_mail", to=HIDDEN, text="hi"), "Done.")
    await ask(agent(chat, restore_for=["read_page"]), said("Write"))
    assert SENT == [(HIDDEN, "hi")]
    SENT.clear()
    chat = model(calls("send_mail", to=HIDDEN, text="hi"), "Done.")
    await ask(agent(chat, shield=Shield([Anonymize(Vault())])), said("Write"))
    assert SENT == [(HIDDEN, "hi")]


async def test_placeholders_of_kinds_of_ones_own_are_known(ask):
    def make(_):
        vault = Vault()
        patterns = [{"name": "Employee id", "expressions": ["E-[0-9]{5}"], "context": [], "score": 0.9}]
        kinds = ["EMPLOYEE ID"]
        return Shield([Anonymize(vault, entity_types=kinds, regex_patterns=patterns)], [Deanonymize(vault)])

    chat = model("What?", "[]")
    bot = guarded(chat, Conversations(make), InMemorySaver())
    await ask(bot, said("I am E-12345"), thread("1"))
    placeholder = chat.last[0].removeprefix("I am ")
    assert "12345" not in placeholder
    chat.script = iter([calls("send_mail", to=placeholder, text="hi"), AIMessage("Done.")])
    await ask(bot, said("Write to me"), thread("1"))
    assert SENT == [("E-12345", "hi")]


def test_each_message_is_read_once():
    read = Read(most=3)
    messages = [HumanMessage("a", id=str(n)) for n in range(4)]
    assert read.fresh([]) == []
    assert read.fresh(messages) == messages
    read.note(messages, messages)
    assert read.fresh(messages) == []
    assert read.fresh(messages[:3]) == []
    more = [*messages, HumanMessage("b", id="4"), HumanMessage("c")]
    assert read.fresh(more) == more[4:]
    read.note(more, more[4:])
    # What has no id is not known again; and no more ids are kept than there is room for.
    assert read.fresh(more) == [*more[:4], more[5]]


async def test_a_vault_in_redis(ask, tmp_path):
    if not installed():
        pytest.skip("redis-server and redis-cli are not installed")
    with Server(tmp_path) as server:
        vaults = RedisVaults(server.url, keys=[KEY])

        def make(name):
            vault = vaults.vault(name)
            return Shield([Anonymize(vault, entity_types=["EMAIL_ADDRESS"])], [Deanonymize(vault)])

        saver = InMemorySaver()
        chat = model(
            "Hello.", calls("send_mail", to=HIDDEN, text="hi"), "Sent.", "Noted.",
            calls("send_mail", to=HIDDEN, text="salary"), "I could not.",
        )  # fmt: skip
        one, other = (guarded(chat, Conversations(make), saver) for _ in range(2))
        await ask(one, said(f"I am {EMAIL}"), thread("1"))
        # Both processes have the vault.
        await ask(other, said("Write to me"), thread("1"))
        assert SENT == [(EMAIL, "hi")]
        vaults.vault("1").clear()
        third = guarded(chat, Conversations(make), saver)
        await ask(third, said(f"I know {BOB}"), thread("1"))
        assert chat.last[-1] == f"I know {SECOND}"
        await ask(third, said("Write to me"), thread("1"))
        assert SENT == [(EMAIL, "hi")]
