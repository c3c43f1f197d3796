"""Shield and BlockingShield: one surface, awaitable and not."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import multiprocessing
import pickle
import threading

import pytest

from pyshield import BlockingShield, Cache, Limits, ScanResult, Severity, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import Closed, ConfigError, DeadlineExceeded, TextError

WORDS = i.BanSubstrings(["bomb"], redact=True)
PLAN = {
    "prompt": [WORDS, i.Regex([r"\d{4}"]), i.InvisibleText()],
    "output": [o.BanSubstrings(["bomb"], redact=True), o.JSON()],
}
PROMPTS = ["a bomb, 1234", "harmless", "", "zero\u200bwidth", "ünïcödé bomb"]
PAIRS = [("why", "a bomb"), ("why", "fine"), ("", ""), ("why", '{"a": 1}')]


def facts(result):
    """What every lane must agree on."""
    return (
        result.is_valid,
        result.text,
        result.risk,
        {name: (verdict.is_valid, verdict.risk) for name, verdict in result.verdicts.items()},
        [(f.scanner, f.label, f.start, f.end, f.score, f.severity, f.replacement) for f in result.findings],
    )


@pytest.fixture
def shield():
    return Shield(**PLAN)


@pytest.fixture
def blocking():
    return BlockingShield(**PLAN)


async def test_prompt(shield):
    result = await shield.scan_prompt("a Bomb, 1234")
    assert isinstance(result, ScanResult)
    assert (result.is_valid, result.text, result.risk) == (False, "a [REDACTED], [REDACTED]", 1.0)
    assert list(result.verdicts) == ["BanSubstrings", "Regex", "InvisibleText"]
    assert [(f.scanner, f.start, f.end) for f in result.findings] == [
        ("BanSubstrings", 2, 6),
        ("Regex", 8, 12),
    ]
    assert all(isinstance(finding.severity, Severity) for finding in result.findings)
    assert result.errors == []


async def test_output(shield):
    result = await shield.scan_output("why", "a bomb")
    assert (result.is_valid, result.text) == (False, "a [REDACTED]")
    assert list(result.verdicts) == ["BanSubstrings", "JSON"]


async def test_scanners_of_one_class_are_numbered():
    result = await Shield([i.BanSubstrings(["a"]), i.BanSubstrings(["b"])]).scan_prompt("b")
    assert {name: verdict.is_valid for name, verdict in result.verdicts.items()} == {
        "BanSubstrings": True,
        "BanSubstrings#2": False,
    }


async def test_a_shield_without_scanners_lets_everything_through():
    result = await Shield().scan_prompt("anything")
    assert (result.is_valid, result.text, result.risk) == (True, "anything", 0.0)
    assert result.verdicts == {}


async def test_every_way_in_agrees(shield, blocking):
    single = [facts(await shield.scan_prompt(text)) for text in PROMPTS]
    assert [facts(result) for result in await shield.scan_prompts(PROMPTS)] == single
    assert [facts(blocking.scan_prompt(text)) for text in PROMPTS] == single
    assert [facts(result) for result in blocking.scan_prompts(PROMPTS)] == single
    actor = Shield(**PLAN, limits=Limits(inline_budget_us=0))
    assert [facts(await actor.scan_prompt(text)) for text in PROMPTS] == single

    single = [facts(await shield.scan_output(*pair)) for pair in PAIRS]
    assert [facts(result) for result in await shield.scan_outputs(PAIRS)] == single
    assert [facts(blocking.scan_output(*pair)) for pair in PAIRS] == single
    assert [facts(result) for result in blocking.scan_outputs(PAIRS)] == single
    assert [facts(await actor.scan_output(*pair)) for pair in PAIRS] == single


async def test_bulk_takes_any_sequence_but_a_string(shield, blocking):
    assert len(await shield.scan_prompts(tuple(PROMPTS))) == len(PROMPTS)
    assert await shield.scan_prompts([]) == []
    with pytest.raises(TypeError, match="expected a list, got one str"):
        await shield.scan_prompts("abc")
    with pytest.raises(TypeError, match="expected a list, got one str"):
        blocking.scan_outputs("abc")
    # Its keys would be scanned, and what stands below them pass.
    with pytest.raises(TypeError, match="expected a list, got one dict"):
        await shield.scan_prompts({"first": PROMPTS[0]})
    with pytest.raises(TypeError, match="expected a list, got one dict"):
        blocking.scan_prompts({"first": PROMPTS[0]})


@pytest.mark.parametrize("text", [None, 7, b"bytes"])
async def test_a_text_is_a_string(shield, blocking, text):
    with pytest.raises(TypeError):
        await shield.scan_prompt(text)
    with pytest.raises(TypeError):
        blocking.scan_prompt(text)
    with pytest.raises(TypeError):
        await shield.scan_prompts([text])


async def test_texts_that_cannot_be_scanned(blocking):
    shield = Shield(**PLAN, limits=Limits(max_text_bytes=10))
    for text in ("\ud800", "x" * 11):
        with pytest.raises(TextError):
            await shield.scan_prompt(text)
    with pytest.raises(TextError):
        blocking.scan_prompt("\udfff")


async def test_the_awaitable_is_good_for_asyncio(shield):
    task = asyncio.create_task(shield.scan_prompt("a bomb"))
    assert not (await task).is_valid
    assert not (await asyncio.wait_for(shield.scan_prompt("a bomb"), 60)).is_valid
    results = await asyncio.gather(*(shield.scan_prompt(text) for text in PROMPTS))
    assert [result.is_valid for result in results] == [False, True, True, False, False]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(shield.scan_output(*pair)) for pair in PAIRS]
    assert [task.result().is_valid for task in tasks] == [False, True, True, True]


async def test_a_deadline_that_has_passed(shield, blocking):
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("x", deadline=0)
    with pytest.raises(TimeoutError):
        blocking.scan_prompt("x", deadline=0)


async def test_results_are_remembered():
    shield = Shield([WORDS], cache=Cache(ttl=60))
    first = await shield.scan_prompt("a bomb")
    second = await shield.scan_prompt("a bomb")
    assert (first.cached, second.cached) == (False, True)
    assert facts(first) == facts(second)


async def test_metrics_count(shield):
    await shield.scan_prompt("a bomb")
    metrics = shield.metrics()
    assert metrics
    assert pickle.loads(pickle.dumps(metrics)) == metrics
    assert "# TYPE" in shield.prometheus()


async def test_close_refuses_new_work():
    async with Shield(**PLAN) as shield:
        await shield.scan_prompt("x")
    with pytest.raises(Closed):
        await shield.scan_prompt("x")
    await shield.aclose()
    with BlockingShield(**PLAN) as blocking:
        blocking.scan_prompt("x")
    assert blocking.close() is True
    with pytest.raises(Closed):
        blocking.scan_prompt("x")


def test_several_loops_and_threads_share_a_shield(shield):
    seen = []

    def work():
        async def scan():
            return [facts(await shield.scan_prompt(text)) for text in PROMPTS * 20]

        seen.append(asyncio.run(scan()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 4
    assert all(facts_ == seen[0] for facts_ in seen)


async def test_context_variables_are_left_alone(shield):
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(7)
    await asyncio.gather(shield.scan_prompt("x" * 100_000), shield.scan_prompt("y"))
    assert variable.get() == 7


@pytest.mark.parametrize("kind", [Shield, BlockingShield])
class TestDeclaration:
    def test_pickles(self, kind):
        shield = kind(**PLAN, limits=Limits(deadline=3), cache=Cache(ttl=9), on_error="allow")
        again = pickle.loads(pickle.dumps(shield))
        assert type(again) is kind
        assert again.to_config() == shield.to_config()
        assert repr(again) == repr(shield)

    def test_prints(self, kind):
        assert repr(kind([i.InvisibleText()])) == f"{kind.__name__}(prompt=[InvisibleText()], output=[])"
        assert "deadline=3" in repr(kind(limits=Limits(deadline=3), cache=Cache(), on_error="raise"))

    def test_the_callers_lists_are_copied(self, kind):
        scanners = [i.InvisibleText()]
        shield = kind(scanners)
        scanners.clear()
        assert shield.prompt == (i.InvisibleText(),)

    @pytest.mark.parametrize(
        ("arguments", "field", "words"),
        [
            ({"prompt": None}, "prompt", "expected a list of scanners, got None"),
            ({"prompt": i.InvisibleText()}, "prompt", "expected a list of scanners, got a InvisibleText"),
            ({"prompt": [WORDS, 3]}, "prompt[1]", "expected a scanner"),
            ({"prompt": ["Regex"]}, "prompt[0]", "expected a scanner"),
            ({"prompt": [i.InvisibleText]}, "prompt[0]", "got the class InvisibleText; call it"),
            ({"prompt": [o.JSON()]}, "prompt[0]", "JSON is not one of pyshield.input_scanners"),
            ({"output": [WORDS]}, "output[0]", "BanSubstrings is not one of pyshield.output_scanners"),
            ({"limits": {}}, "limits", "expected Limits, got a dict"),
            ({"cache": True}, "cache", "expected Cache or None, got True"),
            ({"on_error": "ignore"}, "on_error", "'ignore'"),
            ({"on_error": ["block"]}, "on_error", "got a list"),
        ],
    )
    def test_wrong(self, kind, arguments, field, words):
        with pytest.raises(ConfigError) as caught:
            kind(**arguments)
        assert words in str(caught.value)
        assert (caught.value.scanner, caught.value.field) == (kind.__name__, field)


@pytest.mark.parametrize(
    ("kind", "arguments", "field"),
    [
        (Limits, {"max_in_flight": 0}, "max_in_flight"),
        (Limits, {"max_in_flight": 1.0}, "max_in_flight"),
        (Limits, {"policy": "drop"}, "policy"),
        (Limits, {"policy": ["wait"]}, "policy"),
        (Limits, {"deadline": 0}, "deadline"),
        (Limits, {"deadline": float("nan")}, "deadline"),
        (Limits, {"deadline": "1"}, "deadline"),
        (Limits, {"max_text_bytes": 0}, "max_text_bytes"),
        (Limits, {"inline_budget_us": -1}, "inline_budget_us"),
        (Limits, {"inline_budget_us": None}, "inline_budget_us"),
        (Cache, {"max_bytes": 0}, "max_bytes"),
        (Cache, {"max_bytes": True}, "max_bytes"),
        (Cache, {"ttl": -1}, "ttl"),
        (Cache, {"ttl": 10**400}, "ttl"),
    ],
)
def test_wrong_bounds(kind, arguments, field):
    with pytest.raises(ConfigError) as caught:
        kind(**arguments)
    assert (caught.value.scanner, caught.value.field) == (kind.__name__, field)


def _scan_in_child(shield, queue):
    queue.put(facts(shield.scan_prompt("a bomb, 1234")))


def test_a_spawned_worker_compiles_its_own(blocking):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_scan_in_child, args=(blocking, queue))
    child.start()
    try:
        assert queue.get(timeout=60) == facts(blocking.scan_prompt("a bomb, 1234"))
    finally:
        child.join(30)
        child.close()
        queue.close()


async def test_shields_do_not_pile_up():
    before = len(gc.get_objects())
    for _ in range(200):
        await Shield([WORDS]).scan_prompt("a bomb")
    gc.collect()
    assert len(gc.get_objects()) - before < 200
