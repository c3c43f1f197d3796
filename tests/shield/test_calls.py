"""What the calls of a shield take, and what they say of anything else."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

import pyshield
from pyshield import BlockingShield, Canary, Shield, output_scanners
from pyshield.errors import ConfigError
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import JSON


class Passes:
    """A scanner of one's own."""

    def scan(self, *texts):
        return texts[-1], True, -1.0


SCANNERS = [BanSubstrings(["heron"])]
ANSWERS = [output_scanners.BanSubstrings(["heron"])]
BLOCKING = BlockingShield(prompt=SCANNERS, output=[JSON()])
OWN = BlockingShield(prompt=[Passes()], output=[Passes()])
PRIVATE = "the private words"
PAIR = ("p", "o")


def results(shield, method, *arguments, **options):
    """What both kinds of shield say."""

    async def main():
        twin = Shield(prompt=shield.prompt, output=shield.output)
        return await getattr(twin, method)(*arguments, **options)

    return [lambda: getattr(shield, method)(*arguments, **options), lambda: asyncio.run(main())]


@pytest.mark.parametrize("shield", [BLOCKING, OWN])
@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("scan_prompt", (None,), "text: expected a string, got NoneType"),
        ("scan_prompt", (PRIVATE.encode(),), "text: expected a string, got bytes"),
        ("scan_output", (None, "x"), "prompt: expected a string, got NoneType"),
        ("scan_output", ("p", 3), "output: expected a string, got int"),
        ("scan_prompts", (["a"] * 3 + [None],), "texts[3]: expected a string, got NoneType"),
        ("scan_prompts", (["a"] * 5_000 + [None],), "texts[5000]: expected a string, got NoneType"),
        ("scan_prompts", (None,), "texts: expected a list, got NoneType"),
        ("scan_prompts", (PRIVATE,), "texts: expected a list, got one str"),
        (
            "scan_outputs",
            ([("p", "o"), ("p", "o", PRIVATE)],),
            "pairs[1]: expected (prompt, output), got 3 values",
        ),
        ("scan_outputs", ([("p",)],), "pairs[0]: expected (prompt, output), got 1 values"),
        ("scan_outputs", (["po"],), "pairs[0]: expected (prompt, output), got str"),
        ("scan_outputs", ([{"prompt": PRIVATE}],), "pairs[0]: expected (prompt, output), got dict"),
        ("scan_outputs", ([("p", 5)],), "pairs[0]: output: expected a string, got int"),
        (
            "scan_outputs",
            ([["p", "o"]] * 5_000 + [[5, "o"]],),
            "pairs[5000]: prompt: expected a string, got int",
        ),
        ("scan_outputs", (5,), "pairs: expected a list, got int"),
    ],
)
def test_wrong_types_are_named(shield, method, arguments, message):
    for result in results(shield, method, *arguments):
        with pytest.raises(TypeError) as raised:
            result()
        assert str(raised.value) == message


@pytest.mark.parametrize("shield", [BLOCKING, OWN])
def test_pairs_may_be_lists(shield):
    for result in results(shield, "scan_outputs", [["p", "o"], ("p", "{}")]):
        assert [one.text for one in result()] == ["o", "{}"]


@pytest.mark.parametrize("shield", [BLOCKING, OWN])
@pytest.mark.parametrize(
    ("method", "argument"),
    [
        ("scan_prompt", "x"),
        ("scan_prompts", ["x"]),
        ("scan_prompts", ["x"] * 5_000),
        ("scan_outputs", [("p", "o")]),
        ("scan_messages", [{"role": "user", "content": "x"}]),
    ],
)
@pytest.mark.parametrize(
    ("deadline", "given"), [("1", "a str"), (float("nan"), "nan"), (True, "a bool"), ([], "a list")]
)
def test_a_deadline_is_a_number(shield, method, argument, deadline, given):
    for result in results(shield, method, argument, deadline=deadline):
        with pytest.raises(ConfigError) as raised:
            result()
        assert str(raised.value) == f"deadline: expected a number of seconds, got {given}"
        assert raised.value.field == "deadline"


@pytest.mark.parametrize("deadline", [30, 30.0, float("inf"), Decimal(30)])
def test_any_number_is_a_deadline(deadline):
    for shield in (BLOCKING, OWN):
        for result in results(shield, "scan_prompt", "x", deadline=deadline):
            assert result().is_valid


def test_streams_take_strings():
    with pytest.raises(TypeError, match="pieces: expected an iterable of strings, got one str"):
        BLOCKING.stream_output("p", "hello")
    with pytest.raises(TypeError, match="pieces: expected an iterable of strings, got one str"):
        Shield(output=[JSON()]).stream_output("p", "hello")
    with pytest.raises(TypeError, match=r"^prompt: expected a string, got NoneType"):
        BLOCKING.open_output(None)
    with pytest.raises(ConfigError, match="deadline: expected a number of seconds"):
        BLOCKING.open_output("p", deadline="1")
    for shield in (BLOCKING, BlockingShield(output=ANSWERS)):
        with pytest.raises(TypeError, match=r"^piece: expected a string, got NoneType"):
            shield.open_output("p").feed(None)
        with pytest.raises(TypeError, match=r"^pieces\[1\]: expected a string, got int"):
            list(shield.stream_output("p", ["he", 5]))


async def test_asynchronous_streams_take_strings():
    async def pieces():
        yield "he"
        yield 5

    with pytest.raises(TypeError, match=r"^pieces\[1\]: expected a string, got int"):
        _ = [event async for event in Shield(output=ANSWERS).stream_output("p", pieces())]


def test_other_calls_name_what_is_wrong():
    with pytest.raises(TypeError, match=r"^system_prompt: expected a string, got NoneType"):
        Canary().insert(None)
    with pytest.raises(TypeError, match=r"^text: expected a string, got int"):
        Canary().leaked(5)
    with pytest.raises(TypeError, match=r"^text: expected a string, got NoneType"):
        SCANNERS[0].scan(None)
    with pytest.raises(TypeError, match=r"^prompt: expected a string, got NoneType"):
        pyshield.scan_prompt(SCANNERS, None)
    with pytest.raises(TypeError, match=r"^output: expected a string, got bytes"):
        pyshield.scan_output(SCANNERS, "p", b"x")
    with pytest.raises(TypeError, match=r"^messages: expected a list, got NoneType"):
        BLOCKING.scan_messages(None)
