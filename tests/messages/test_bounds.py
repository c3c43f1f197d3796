"""Too much, too deep, too late: typed errors that say where and never what."""

from __future__ import annotations

import asyncio
import gc
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Limits, MessagePolicy, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import Closed, DeadlineExceeded, MessageError, Overloaded, ScannerError, TextError

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
        await asyncio.sleep(600)
        return prompt, True, -1.0


async def test_deadlines_hold_for_all_of_it():
    shield = Shield([Slow()], limits=Limits(deadline=0.05))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_messages(user("a"))
    with pytest.raises(DeadlineExceeded):
        await Shield([Slow()]).scan_messages(user("a"), deadline=0.05)


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


async def longest_pause(work):
    """The longest that the loop worked without a turn, and all it worked, in seconds of its own thread."""
    longest, running = 0.0, True

    async def watch():
        nonlocal longest
        last = time.thread_time()
        while running:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    task = asyncio.create_task(watch())
    await asyncio.sleep(0)
    # How long the collector takes depends on everything that was ever imported.
    gc.disable()
    try:
        begun = time.thread_time()
        result = await work
        took = time.thread_time() - begun
    finally:
        gc.enable()
    running = False
    await task
    return longest, took, result


@pytest.mark.parametrize(
    "content",
    [
        {"content": ["some words"] * 30_000},
        {"tool_calls": [{"function": {"arguments": "[" + '"word",' * 30_000 + "1]"}}]},
        {"tool_calls": [{"function": {"arguments": "[" + "1," * 400_000 + "1]"}}]},
        {"content": [[]] * 100_000},
    ],
    ids=["parts", "strings", "numbers", "lists"],
)
async def test_the_loop_turns_while_a_large_message_is_read(content):
    shield = Shield(PROMPT, [o.BanSubstrings(["mole"])])
    pause, took, result = await longest_pause(shield.scan_messages([{"role": "assistant", **content}]))
    assert result.passes
    assert pause < max(0.1, 0.3 * took)


async def test_a_message_that_changes_meanwhile():
    parts = {str(at): "words" for at in range(5000)}
    task = asyncio.create_task(Shield(PROMPT).scan_messages([{"role": "user", "content": parts}]))
    await asyncio.sleep(0)
    del parts["4999"]
    with pytest.raises(MessageError, match="was changed while it was scanned"):
        await task


def test_findings_over_thousands_of_tiny_texts_take_little_time():
    shield = BlockingShield([i.BanSubstrings(["ab"])])
    begun = time.thread_time()
    result = shield.scan_messages(user(*"ab" * 2000))
    assert len(result.findings) > 500
    assert time.thread_time() - begun < 2


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


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


async def alone():
    """Returns when no other task is left; what was given up takes a turn or two to end."""
    async with asyncio.timeout(60):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110  # no event tells
            await asyncio.sleep(0.01)


async def test_scanners_of_ones_own_work_side_by_side():
    at_once = most = 0

    class Slowly:
        async def ascan(self, *texts):
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.2)
            at_once -= 1
            return texts[-1], True, -1.0

        scan = None

    class SlowPrompt(Slowly):
        def scan(self, prompt):
            raise AssertionError

    class SlowOutput(Slowly):
        def scan(self, prompt, output):
            raise AssertionError

    class Raises:
        def scan(self, prompt, output):
            raise ValueError

    messages = [*user("a"), {"role": "assistant", "content": "b"}]
    result = await Shield([SlowPrompt()], [SlowOutput()]).scan_messages(messages)
    assert (result.passes, most) == (True, 2)
    with pytest.raises(ScannerError):
        await Shield([Slow()], [Raises()], on_error="raise").scan_messages(messages)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    await alone()


async def test_cancelling_stops_all_that_work_side_by_side():
    class SlowOutput:
        async def scan(self, prompt, output):
            await asyncio.sleep(600)

    messages = [*user("a"), {"role": "assistant", "content": "b"}]
    task = asyncio.create_task(Shield([Slow()], [SlowOutput()]).scan_messages(messages))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await alone()


async def test_texts_that_are_handed_over():
    limits = Limits(inline_budget_us=0)
    shield = Shield([i.BanSubstrings(["mole"], redact=True)], [o.BanSubstrings(["mole"])], limits=limits)
    messages = [*user("a mole", "b", "c"), {"role": "assistant", "content": "a mole"}]
    result = await shield.scan_messages(messages)
    assert [one.decision.value for one in result.scanned] == ["redact", "allow", "allow", "block"]
    assert {text.result.lane for one in result.scanned for text in one.texts} <= {"actor", "bulk"}
    # Nothing was begun and then given up.
    assert shield.metrics()["outcomes_total"]["cancelled"] == 0
