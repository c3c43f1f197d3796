"""Objects of one's own beside the built-in scanners."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest

from pyshield import BlockingShield, Limits, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ConfigError, DeadlineExceeded, Overloaded, ScannerError

CURRENT = contextvars.ContextVar("current", default="nobody")
REDACT = i.BanSubstrings(["bomb"], redact=True)


class Append:
    """Appends a word, and remembers what it was given."""

    def __init__(self, word="!", valid=True, risk=-1.0):
        self.word, self.valid, self.risk = word, valid, risk
        self.given, self.threads, self.contexts = [], [], []

    def scan(self, *texts):
        self.given.append(texts)
        self.threads.append(threading.get_ident())
        self.contexts.append(CURRENT.get())
        return texts[-1] + self.word, self.valid, self.risk


class AppendLater(Append):
    async def scan(self, *texts):
        await asyncio.sleep(0)
        return Append.scan(self, *texts)


class AppendEither(Append):
    """Has both ways; only the awaitable one may be used from a loop."""

    def scan(self, *texts):
        raise AssertionError("the awaitable way was there")

    async def ascan(self, *texts):
        return Append.scan(self, *texts)


class Raises:
    def __init__(self, error=None):
        self.error = error or KeyError("a bomb")

    def scan(self, *texts):
        raise self.error


class Returns:
    def __init__(self, value):
        self.value = value

    def scan(self, prompt):
        return self.value


class Slow:
    def __init__(self, seconds):
        self.seconds = seconds

    async def scan(self, prompt):
        await asyncio.sleep(self.seconds)
        return prompt, True, -1.0


class SlowInThread(Slow):
    def scan(self, prompt):
        time.sleep(self.seconds)
        return prompt, True, -1.0


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


@pytest.mark.parametrize("kind", [Slow, SlowInThread])
async def test_the_deadline_holds(kind):
    shield = Shield([kind(0.5)], limits=Limits(deadline=0.05))
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x")
    assert time.monotonic() - start < 0.4
    assert (await shield.scan_prompt("x", deadline=10)).is_valid


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


class Deaf:
    """Takes no notice of being cancelled."""

    async def scan(self, prompt):
        for _ in range(5):
            try:
                await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                continue
        return prompt, True, -1.0


async def test_the_deadline_holds_for_a_scanner_that_is_deaf():
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await Shield([Deaf()]).scan_prompt("x", deadline=0.05)
    assert time.monotonic() - start < 0.3
    await asyncio.sleep(0.6)


class CancelsItself:
    async def scan(self, prompt):
        raise asyncio.CancelledError


async def test_a_scanner_that_cancels_itself_has_failed():
    result = await Shield([CancelsItself()]).scan_prompt("x")
    assert [(error.scanner, error.reason) for error in result.errors] == [("CancelsItself", "raised")]


class Late:
    async def scan(self, prompt):
        raise DeadlineExceeded("its own")


async def test_a_deadline_of_the_scanners_own_is_its_failure():
    result = await Shield([Late()]).scan_prompt("x", deadline=10)
    assert [error.reason for error in result.errors] == ["raised"]


class Stuck:
    release = threading.Event()

    def scan(self, prompt):
        self.release.wait(30)
        return prompt, True, -1.0


async def test_threads_that_are_stuck_are_counted_and_bounded():
    shield = Shield([Stuck()])
    try:
        # On a busy machine some come to their end before their thread begins; those are not stuck.
        for _ in range(100):
            with pytest.raises(DeadlineExceeded):
                await shield.scan_prompt("x", deadline=0.1)
            numbers = shield.metrics()["own_scanners"]["Stuck"]["thread"]
            if numbers["abandoned"] == 8:
                break
        assert (numbers["abandoned"], numbers["errors_total"]["timeout"]) == (8, 8)
        result = await shield.scan_prompt("x", deadline=5)
        assert [(error.scanner, error.reason) for error in result.errors] == [("Stuck", "failed")]
        assert "given up and still run" in str(result.errors[0])
        # The application's own threads, and other scanners, are none the worse.
        assert await asyncio.to_thread(lambda: 1) == 1
        assert (await Shield([Append()]).scan_prompt("x", deadline=5)).is_valid
    finally:
        Stuck.release.set()


async def test_a_timeout_of_the_scanners_own_is_its_failure():
    result = await Shield([Raises(TimeoutError())]).scan_prompt("x")
    assert [error.reason for error in result.errors] == ["raised"]


async def test_cancelling_ends_the_scanner():
    shield = Shield([Slow(60)], limits=Limits(max_in_flight=1))
    task = asyncio.create_task(shield.scan_prompt("x"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert shield._gate._free == 1


async def test_no_more_are_admitted_than_allowed():
    shield = Shield([Slow(0.05)], limits=Limits(max_in_flight=3))
    results = await asyncio.gather(*(shield.scan_prompt("x") for _ in range(10)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Overloaded)]
    assert len(refused) == 7
    assert all(error.retry_after > 0 for error in refused)
    assert (await shield.scan_prompt("x")).is_valid


async def test_waiting_for_a_place():
    shield = Shield([Slow(0.01)], limits=Limits(max_in_flight=2, policy="wait"))
    results = await asyncio.gather(*(shield.scan_prompt("x") for _ in range(20)))
    assert all(result.is_valid for result in results)
    assert shield._gate._free == 2


async def test_waiting_ends_at_the_deadline():
    shield = Shield([Slow(0.3)], limits=Limits(max_in_flight=1, policy="wait", deadline=0.05))
    first = asyncio.create_task(shield.scan_prompt("x", deadline=5))
    await asyncio.sleep(0.01)
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x")
    assert (await first).is_valid
    assert shield._gate._free == 1


async def test_a_waiter_that_gives_up_passes_its_place_on():
    shield = Shield([Slow(0.02)], limits=Limits(max_in_flight=1, policy="wait"))
    for _ in range(20):
        tasks = [asyncio.create_task(shield.scan_prompt("x")) for _ in range(4)]
        await asyncio.sleep(0.02)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert shield._gate._free == 1
    assert not shield._gate._waiting


def test_places_are_shared_between_loops():
    shield = Shield([Slow(0.01)], limits=Limits(max_in_flight=2, policy="wait"))
    valid = []

    def work():
        async def scan():
            return await asyncio.gather(*(shield.scan_prompt("x") for _ in range(10)))

        valid.extend(result.is_valid for result in asyncio.run(scan()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert valid == [True] * 40
    assert shield._gate._free == 2


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
