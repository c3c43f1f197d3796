"""Objects of one's own beside the built-in scanners."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pyshield import BlockingShield, Limits, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ConfigError, DeadlineExceeded, ScannerError
from tests.shield.own import (
    CURRENT,
    REDACT,
    Append,
    AppendEither,
    AppendLater,
    Raises,
    Returns,
    Slow,
    SlowInThread,
)


@pytest.mark.parametrize("kind", [Append, AppendLater, AppendEither])
async def test_own_scanners_run_after_the_built_in_ones(kind):
    first, second = kind(" one"), kind(" two")
    result = await Shield([first, REDACT, second]).scan_prompt("a bomb")
    assert result.text == "a [REDACTED] one two"
    assert first.given == [("a [REDACTED]",)]
    assert second.given == [("a [REDACTED] one",)]
    assert not result.is_valid
    assert {name: v.is_valid for name, v in result.verdicts.items()} == {
        "BanSubstrings": False,
        kind.__name__: True,
        f"{kind.__name__}#2": True,
    }


@pytest.mark.parametrize("kind", [Append, AppendLater])
async def test_outputs_come_with_their_prompt(kind):
    own = kind()
    result = await Shield(output=[o.BanSubstrings(["bomb"], redact=True), own]).scan_output("why", "a bomb")
    assert result.text == "a [REDACTED]!"
    assert own.given == [("why", "a [REDACTED]")]


async def test_an_own_scanner_refuses():
    result = await Shield([Append("", valid=False, risk=0.7)]).scan_prompt("x")
    assert (result.is_valid, result.risk, result.errors) == (False, 0.7, [])
    assert result.verdicts["Append"].risk == 0.7


async def test_synchronous_ones_run_in_a_thread_with_the_callers_context():
    CURRENT.set("somebody")
    own = Append()
    await Shield([own]).scan_prompt("x")
    assert own.contexts == ["somebody"]
    assert own.threads != [threading.get_ident()]


async def test_asynchronous_ones_run_on_the_loop():
    own = AppendLater()
    await Shield([own]).scan_prompt("x")
    assert own.threads == [threading.get_ident()]


class Shouts(i.BanSubstrings):
    def scan(self, prompt):
        text, valid, risk = super().scan(prompt)
        return text.upper(), valid, risk


async def test_a_derived_class_that_scans_its_own_way_is_an_own_scanner():
    result = await Shield([Shouts(["bomb"], redact=True)]).scan_prompt("a bomb")
    assert (result.text, result.is_valid, list(result.verdicts)) == ("A [REDACTED]", False, ["Shouts"])


class Renamed(i.BanSubstrings):
    pass


async def test_a_derived_class_that_does_not_stays_native():
    result = await Shield([Renamed(["bomb"], redact=True)]).scan_prompt("a bomb")
    assert (result.text, result.is_valid) == ("a [REDACTED]", False)


@pytest.mark.parametrize(
    ("on_error", "valid", "risk"), [("block", False, 1.0), ("allow", True, 0.0)], ids=["block", "allow"]
)
@pytest.mark.parametrize("kind", [Shield, BlockingShield])
async def test_an_exception_is_judged_by_the_policy(kind, on_error, valid, risk):
    result = kind([Append("?"), Raises(), Append("!")], on_error=on_error).scan_prompt("x")
    if kind is Shield:
        result = await result
    assert (result.is_valid, result.text, result.risk) == (valid, "x?!", risk)
    (error,) = result.errors
    assert isinstance(error, ScannerError)
    assert (error.scanner, error.reason) == ("Raises", "raised")
    assert "KeyError" in str(error)
    assert "bomb" not in str(error)
    assert result.verdicts["Raises"].error is error
    assert isinstance(error.__cause__, KeyError)


@pytest.mark.parametrize("kind", [Shield, BlockingShield])
async def test_an_exception_is_raised_if_asked(kind):
    async def scan():
        result = kind([Raises()], on_error="raise").scan_prompt("x")
        return await result if kind is Shield else result

    with pytest.raises(ScannerError, match="Raises: raised KeyError"):
        await scan()


async def test_a_scanners_own_scanner_error_is_kept():
    own = ScannerError("Model: out of memory", "Model", "failed")
    result = await Shield([Raises(own)]).scan_prompt("x")
    assert result.errors == [own]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        ("text", True),
        ("text", True, "high"),
        (b"text", True, 0.5),
        ("text", "false", 0.5),
        ("text", None, -1.0),
        ("text", True, float("nan")),
    ],
)
@pytest.mark.parametrize("kind", [Shield, BlockingShield])
async def test_what_is_no_verdict_is_an_error(kind, value):
    result = kind([Returns(value)]).scan_prompt("x")
    if kind is Shield:
        result = await result
    assert (result.is_valid, result.text) == (False, "x")
    assert [(error.scanner, error.reason) for error in result.errors] == [("Returns", "failed")]


async def test_a_text_without_utf8_is_an_error():
    result = await Shield([Returns(("\ud800", True, 0.0))]).scan_prompt("x")
    assert (result.is_valid, result.text, len(result.errors)) == (False, "x", 1)


class Refuses(i.BanSubstrings):
    """An own scanner beside a built-in one of the same name."""

    def scan(self, prompt):
        raise KeyError


Refuses.__name__ = "BanSubstrings"


async def test_verdicts_and_errors_are_in_declared_order():
    scanners = [Raises(), REDACT, Append("!"), i.InvisibleText(), Refuses(["x"]), REDACT, Append("?")]
    result = await Shield(scanners).scan_prompt("a bomb")
    order = [
        "Raises",
        "BanSubstrings",
        "Append",
        "InvisibleText",
        "BanSubstrings#3",
        "BanSubstrings#2",
        "Append#2",
    ]
    assert list(result.verdicts) == order
    assert list(result.to_dict()["verdicts"]) == order
    assert [error.scanner for error in result.errors] == ["Raises", "BanSubstrings"]
    factors = ["Raises", "BanSubstrings", "BanSubstrings#3", "BanSubstrings#2"]
    assert [factor.scanner for factor in result.risk_factors] == factors
    blocking = BlockingShield(scanners).scan_prompt("a bomb")
    assert (list(blocking.verdicts), blocking.text) == (order, result.text)


async def test_many():
    own = AppendLater()
    results = await Shield([REDACT, own]).scan_prompts([f"a bomb {n}" for n in range(50)])
    assert [result.text for result in results] == [f"a [REDACTED] {n}!" for n in range(50)]
    outputs = await Shield(output=[own]).scan_outputs([("p", "o"), ("q", "r")])
    assert [result.text for result in outputs] == ["o!", "r!"]
    assert sorted(own.given[-2:]) == [("p", "o"), ("q", "r")]


async def test_many_fail_as_one_does():
    shield = Shield([Raises()], on_error="raise")
    with pytest.raises(ScannerError, match="raised KeyError"):
        await shield.scan_prompts(["a", "b", "c"])
    assert asyncio.current_task().cancelling() == 0  # the caller goes on as if nothing had been cancelled
    with pytest.raises(DeadlineExceeded):
        await Shield([Slow(5)]).scan_prompts(["a", "b", "c"], deadline=0.05)
    assert shield._gate._free == shield.limits.max_in_flight


class TestBlocking:
    def test_prompts_and_outputs(self):
        shield = BlockingShield([REDACT, Append(" one")], [Append(" two")])
        assert shield.scan_prompt("a bomb").text == "a [REDACTED] one"
        assert shield.scan_output("why", "because").text == "because two"
        assert [result.text for result in shield.scan_prompts(["a", "b"])] == ["a one", "b one"]
        assert [result.text for result in shield.scan_outputs([("p", "a"), ("q", "b")])] == ["a two", "b two"]

    def test_runs_on_the_calling_thread(self):
        own = Append()
        BlockingShield([own]).scan_prompt("x")
        assert own.threads == [threading.get_ident()]

    def test_asynchronous_scanners_are_refused(self):
        with pytest.raises(ConfigError, match="the `scan` of AppendLater is asynchronous; use Shield"):
            BlockingShield([AppendLater()])

    def test_a_scanner_that_turns_out_asynchronous_fails(self):
        async def later():
            return "x", True, -1.0

        class Sneaky:
            def scan(self, prompt):
                return later()

        result = BlockingShield([Sneaky()]).scan_prompt("x")
        assert not result.is_valid
        assert "asynchronous" in str(result.errors[0])

    def test_the_deadline_is_looked_at_between_scanners(self):
        shield = BlockingShield([SlowInThread(0.1), Append()], limits=Limits(deadline=0.05))
        with pytest.raises(DeadlineExceeded):
            shield.scan_prompt("x")


def test_own_scanners_have_no_configuration():
    with pytest.raises(ConfigError, match="Append: only pyshield's own scanners"):
        Shield([Append()]).to_config()
