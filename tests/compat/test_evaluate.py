"""scan_prompt and scan_output: llm-guard's chain and tuples, and the awaitable twins' agreement with them."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest

from pyshield import ascan_output, ascan_prompt, scan_output, scan_prompt
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ScannerError

CURRENT = contextvars.ContextVar("current", default=None)


class Upper:
    def scan(self, *texts):
        return texts[-1].upper(), True, 0.3


class UpperLater(Upper):
    async def scan(self, *texts):
        await asyncio.sleep(0)
        return Upper.scan(self, *texts)


class Fails:
    def scan(self, *texts):
        raise LookupError("no model")


class Remembers:
    def __init__(self):
        self.seen = []

    def scan(self, *texts):
        self.seen.append((texts, threading.get_ident(), CURRENT.get()))
        return texts[-1], True, -1.0


WORD = i.BanSubstrings(["bomb"], redact=True)
YEAR = i.Regex([r"\d{4}"])

PROMPTS = [
    ([WORD, YEAR], "a bomb in 1999", False, ("a [REDACTED] in [REDACTED]", [False, False], [1.0, 1.0])),
    ([WORD, YEAR], "a bomb in 1999", True, ("a [REDACTED] in 1999", [False], [1.0])),
    ([YEAR, WORD], "a bomb", True, ("a [REDACTED]", [True, False], [-1.0, 1.0])),
    ([WORD, Upper()], "a bomb", False, ("A [REDACTED]", [False, True], [1.0, 0.3])),
    ([Upper(), i.Regex(["[A-Z]{4}"])], "a bomb", False, ("A [REDACTED]", [True, False], [0.3, 1.0])),
    ([], "a bomb", False, ("a bomb", [], [])),
    ((), "a bomb", False, ("a bomb", [], [])),
    ([WORD], "", False, ("", [], [])),
    ([Fails()], " \n\t\u2003", False, (" \n\t\u2003", [], [])),
]


def expected(scanners, outcome):
    names = [type(scanner).__name__ for scanner in scanners]
    text, valid, risk = outcome
    return text, dict(zip(names, valid, strict=False)), dict(zip(names, risk, strict=False))


@pytest.mark.parametrize(("scanners", "prompt", "fail_fast", "outcome"), PROMPTS)
async def test_prompt(scanners, prompt, fail_fast, outcome):
    assert scan_prompt(scanners, prompt, fail_fast) == expected(scanners, outcome)
    assert scan_prompt(scanners, prompt, fail_fast=fail_fast) == expected(scanners, outcome)
    assert await ascan_prompt(scanners, prompt, fail_fast) == expected(scanners, outcome)


OUTPUTS = [
    (
        [o.BanSubstrings(["bomb"], redact=True), Upper()],
        "a bomb",
        ("A [REDACTED]", [False, True], [1.0, 0.3]),
    ),
    ([o.ReadingTime(0.01, truncate=True), Upper()], "one two three", ("ONE TWO", [False, True], [1.0, 0.3])),
    ([Fails()], "  ", ("  ", [], [])),
    ([], "a bomb", ("a bomb", [], [])),
]


@pytest.mark.parametrize(("scanners", "output", "outcome"), OUTPUTS)
async def test_output(scanners, output, outcome):
    assert scan_output(scanners, "why", output) == expected(scanners, outcome)
    assert await ascan_output(scanners, "why", output) == expected(scanners, outcome)
    # A blank prompt does not matter, only a blank output does.
    assert scan_output(scanners, "", output) == expected(scanners, outcome)


async def test_fail_fast_for_outputs():
    scanners = [o.BanSubstrings(["bomb"]), Fails()]
    outcome = ("a bomb", {"BanSubstrings": False}, {"BanSubstrings": 1.0})
    assert scan_output(scanners, "", "a bomb", True) == outcome
    assert await ascan_output(scanners, "", "a bomb", fail_fast=True) == outcome


def test_of_two_scanners_of_one_class_the_later_counts():
    assert scan_prompt([i.BanSubstrings(["a"]), i.BanSubstrings(["b"])], "a") == (
        "a",
        {"BanSubstrings": True},
        {"BanSubstrings": -1.0},
    )


async def test_exceptions_are_the_callers():
    with pytest.raises(LookupError, match="no model"):
        scan_prompt([Fails()], "x")
    with pytest.raises(LookupError, match="no model"):
        await ascan_prompt([Fails()], "x")
    with pytest.raises(LookupError, match="no model"):
        await ascan_output([Fails()], "", "x")
    with pytest.raises(AttributeError):
        scan_prompt(["not a scanner"], "x")


def test_asynchronous_scanners_need_the_awaitable_calls():
    # Warnings are errors here: nothing is left unawaited.
    with pytest.raises(ScannerError, match="UpperLater: its `scan` is asynchronous; use ascan_prompt"):
        scan_prompt([UpperLater()], "a prompt")
    with pytest.raises(ScannerError, match="use ascan_output"):
        scan_output([UpperLater()], "a prompt", "an output")


async def test_asynchronous_scanners_are_awaited():
    assert await ascan_prompt([UpperLater(), WORD], "x") == (
        "X",
        {"UpperLater": True, "BanSubstrings": True},
        {"UpperLater": 0.3, "BanSubstrings": -1.0},
    )
    assert (await ascan_output([UpperLater()], "y", "x"))[0] == "X"


async def test_synchronous_scanners_of_ones_own_run_in_a_thread():
    CURRENT.set("caller")
    own = Remembers()
    await ascan_output([own], "y", "x")
    ((texts, thread, current),) = own.seen
    assert (texts, current) == (("y", "x"), "caller")
    assert thread != threading.get_ident()


def test_blocking_scanners_stay_on_the_thread():
    own = Remembers()
    scan_prompt([own], "x")
    assert own.seen == [(("x",), threading.get_ident(), None)]
