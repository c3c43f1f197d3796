"""Too much, too deep, too late: typed errors that say where and never what."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Limits, MessagePolicy, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import Closed, DeadlineExceeded, MessageError, Overloaded, TextError

PROMPT = [i.BanSubstrings(["mole"])]


def user(*texts):
    return [{"role": "user", "content": text} for text in texts]


def refused(messages, **bounds):
    limits = bounds.pop("limits", None)
    shield = BlockingShield(
        PROMPT, [o.BanSubstrings(["mole"])], limits=limits, messages=MessagePolicy(**bounds)
    )
    with pytest.raises(MessageError) as caught:
        shield.scan_messages(messages)
    assert isinstance(caught.value, TextError)
    assert "secret" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("messages", "bounds", "index"),
    [
        (user("a", "b", "secret"), {"max_messages": 2}, 2),
        (user("a", "b", "secret"), {"max_texts": 2}, 2),
        (user("é" * 4, "secret"), {"max_bytes": 13}, 1),
        (user("a", "secret" * 4), {"limits": Limits(max_text_bytes=20)}, 1),
        (user("a", ["secret"] * 9), {"max_texts": 8}, 1),
        (user("a", [7] * 10 + [[]] * 200), {"max_texts": 8}, 1),
    ],
)
def test_too_much(messages, bounds, index):
    error = refused(messages, **bounds)
    assert (error.reason, error.index) == ("limit", index)


def test_many_strings_in_one_document():
    call = {"function": {"name": "f", "arguments": "[" + '"secret",' * 99 + "1]"}}
    assert refused([{"role": "assistant", "tool_calls": [call]}], max_texts=50).reason == "limit"


def test_texts_put_together_and_prompts_count_too():
    shield = BlockingShield(PROMPT, messages=MessagePolicy(max_bytes=100))
    shield.scan_messages(user("a" * 90))
    with pytest.raises(MessageError):
        shield.scan_messages(user("a" * 45, "b" * 45))

    class Pairs:
        def scan(self, prompt, output):
            return output, True, -1.0

    shield = BlockingShield([], [Pairs()], messages=MessagePolicy(max_bytes=100))
    answers = [{"role": "assistant", "content": "a"}] * 10
    with pytest.raises(MessageError):
        shield.scan_messages([*user("u" * 50), *answers])


def test_too_deep():
    nested = "secret"
    for _ in range(5000):
        nested = [nested]
    assert refused(user(nested)).reason == "limit"
    ring = {}
    ring["again"] = ring
    assert refused(user(ring)).reason == "limit"


@pytest.mark.parametrize("text", ["secret \ud800", "\udc00"])
def test_half_a_pair(text):
    error = refused(user("a", text))
    assert (error.reason, error.index) == ("text", 1)


def test_arguments_of_any_depth_and_length():
    shield = BlockingShield(output=[o.BanSubstrings(["mole"])])
    for raw in ("[" * 100_000, '{"a":' * 50_000, "9" * 100_000, '"' * 99_999, "", "null"):
        call = {"function": {"name": "f", "arguments": raw}}
        assert shield.scan_messages([{"role": "assistant", "tool_calls": [call]}]).passes


@pytest.mark.parametrize("bound", ["max_messages", "max_texts", "max_bytes"])
def test_bounds_are_numbers(bound):
    with pytest.raises(ValueError, match=bound):
        MessagePolicy(**{bound: 0})


async def test_a_short_limit_of_texts_is_no_trouble_for_texts_put_together():
    shield = Shield(PROMPT, limits=Limits(max_text_bytes=60))
    result = await shield.scan_messages(user(*["é" * 30] * 5, "mo", "le"))
    assert [found.message for found in result.findings] == [6]


class Slow:
    async def scan(self, prompt):
        await asyncio.sleep(30)
        return prompt, True, -1.0


async def test_deadlines_hold_for_all_of_it():
    begun = time.monotonic()
    shield = Shield([Slow()], limits=Limits(deadline=0.05))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_messages(user("a"))
    with pytest.raises(DeadlineExceeded):
        await Shield([Slow()]).scan_messages(user("a"), deadline=0.05)
    assert time.monotonic() - begun < 10


async def test_cancelling_frees_everything():
    shield = Shield([Slow()], [o.BanSubstrings(["a"])], limits=Limits(max_in_flight=1))
    messages = [*user("a"), {"role": "assistant", "content": "x"}]
    task = asyncio.create_task(shield.scan_messages(messages))
    await asyncio.sleep(0.05)
    with pytest.raises(Overloaded):
        await shield.scan_messages(user("b"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(DeadlineExceeded):
        await shield.scan_messages(user("b"), deadline=0.05)


async def test_the_loop_turns_while_a_long_conversation_is_read():
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(count())
    result = await Shield(PROMPT).scan_messages(user(*["some words"] * 4000))
    task.cancel()
    assert turns > 10
    assert result.passes
    assert len(result.scanned) == 4000


async def test_a_closed_shield_takes_no_conversation():
    shield = Shield(PROMPT, [o.BanSubstrings(["a"]), o.JSON()])
    messages = [*user("a"), {"role": "assistant", "tool_calls": [{"function": {"arguments": '{"q":"x"}'}}]}]
    await shield.scan_messages(messages)
    assert await shield.close()
    for conversation in (messages, messages[:1], messages[1:]):
        with pytest.raises(Closed):
            await shield.scan_messages(conversation)
    fresh = Shield(PROMPT, [o.BanSubstrings(["a"]), o.JSON()])
    assert await fresh.close()
    with pytest.raises(Closed):
        await fresh.scan_messages(messages[1:])


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.binary(max_size=4)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "role", "content", "text", "input", "arguments", "tool_calls", "output", "data", "x"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TREES, max_size=4))
def test_any_messages_bring_a_result_or_a_typed_error(messages):
    shield = BlockingShield([i.BanSubstrings(["a"], redact=True)], [o.BanSubstrings(["e"], redact=True)])
    kept = repr(messages)
    try:
        result = shield.scan_messages(messages)
    except MessageError:
        result = None
    assert repr(messages) == kept
    if result is not None:
        assert len(result.messages) == len(result.withheld()) == len(messages)
        assert len(result.to_dict()["messages"]) == len(messages)
