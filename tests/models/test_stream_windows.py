"""Scanners that read a model, in a stream: windows, what passes before their verdict, and what ends it."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Limits, Shield, StreamBlocked, StreamEnd, StreamFinding, StreamText
from pyshield import output_scanners as o
from pyshield.errors import ConfigError, DeadlineExceeded, ModelError, TextError
from pyshield.model import Model
from pyshield.util import calculate_risk_score as crs
from tests.models.small_models import WIDTH, ordinary, sigmoid, weights

FINE = "Paris is the capital of France, and a fine place to be. "
TOXIC = "You are a stupid idiot and everybody hates you. "
HELLO = "Hello world, hello alice and hello bob of all. "
POISON = "Hello poison, hello alice and hello bob of all. "
AHEAD = 480


@pytest.fixture(scope="module")
def model(encoder_dir):
    return Model(str(encoder_dir))


@pytest.fixture(scope="module")
def toxicity(model):
    return o.Toxicity(model=model, threshold=0.6)


def passed(events):
    return "".join(event.text for event in events if isinstance(event, StreamText))


def blocked(events):
    return next((event for event in events if isinstance(event, StreamBlocked)), None)


def facts(events):
    result = events[-1].result
    return (
        passed(events),
        blocked(events),
        result.is_valid,
        {name: (verdict.is_valid, verdict.risk) for name, verdict in result.verdicts.items()},
        [(f.scanner, f.label, f.start, f.end, f.score) for f in result.findings],
        [event.finding.start for event in events if isinstance(event, StreamFinding)],
    )


def cut(text, cuts):
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(edges)]


async def streamed(shield, pieces, prompt="why", **options):
    async def source():
        for piece in pieces:
            yield piece

    return [event async for event in shield.stream_output(prompt, source(), **options)]


@pytest.mark.parametrize("size", [1, 7, 40, 1000])
async def test_the_sentence_that_is_refused_never_leaves(size):
    shield = Shield(output=[o.Toxicity()])
    text = FINE + TOXIC + FINE
    events = await streamed(shield, [text[at : at + size] for at in range(0, len(text), size)])
    assert passed(events) == FINE.rstrip()
    start, end = len(FINE) - 1, len(FINE + TOXIC) - 1
    assert blocked(events) == StreamBlocked(["Toxicity"], (0, end))
    result = events[-1].result
    assert not result.is_valid
    assert all((found.start, found.end) == (start, end) for found in result.findings)
    verdict = result.verdicts["Toxicity"]
    # The verdict of the window that was read: the sentence with the one before it.
    # Windows that run together are rounded together: a model of small integers says almost the same.
    assert verdict.risk == pytest.approx(o.Toxicity().scan("", text[:end])[2], abs=0.1)
    assert verdict.risk > 0
    assert verdict.model.startswith("pyshield-encoder")
    assert result.timings.inference > 0


async def test_sentences_pass_one_by_one(toxicity):
    stream = Shield(output=[toxicity]).open_output("")
    assert not stream.holds
    assert await stream.feed(HELLO[:-2]) == []
    # A full stop may be an abbreviation's, until the next word begins.
    assert await stream.feed(". ") == []
    assert passed(await stream.feed("H")) == HELLO.rstrip()
    assert await stream.feed("ello again") == []
    *texts, end = await stream.finish()
    assert (passed(texts), end.result.is_valid) == (" Hello again", True)
    assert end.result.verdicts["Toxicity"].risk == crs(sigmoid(-3), 0.6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_way_to_cut_it_gives_the_same(model, data):
    words = [
        "hello ",
        "Alice. ",
        "poison ",
        "world! ",
        "all\n",
        "\n\n",
        "é。",
        "x" * 300 + " ",
        "previous. Then ",
    ]
    text = "".join(data.draw(st.lists(st.sampled_from(words), max_size=40)))
    cuts = data.draw(st.lists(st.integers(0, 2_000), max_size=12))
    shield = BlockingShield(
        output=[
            o.Toxicity(model=model, threshold=0.6),
            o.Toxicity(model=model, threshold=0.6, match_type="sentence"),
            o.Regex([r"previous"], match_type="all"),
        ]
    )
    whole = list(shield.stream_output("", [text]))
    assert facts(list(shield.stream_output("", cut(text, cuts)))) == facts(whole)
    assert "poison" not in passed(whole)
    assert (blocked(whole) is not None) == ("poison" in text)
    # What sentences say is what the whole text says, as far as it went.
    if "poison" not in text:
        result = shield.scan_output("", text)
        assert result.text == passed(whole)
        one, other = result.verdicts["Toxicity#2"], whole[-1].result.verdicts["Toxicity#2"]
        assert (one.is_valid, one.risk) == (other.is_valid, other.risk)


async def test_text_may_lag_by_a_window(toxicity):
    shield = Shield(output=[toxicity])
    stream = shield.open_output("", policy="lag")
    # Of a sentence that goes on nothing is held.
    assert passed(await stream.feed("hello " * 79)) == "hello " * 79
    stream.close()
    text = HELLO + POISON + HELLO * 100
    events = await streamed(shield, [text[at : at + 9] for at in range(0, len(text), 9)], policy="lag")
    assert blocked(events).scanners == ["Toxicity"]
    begins = len(HELLO) - 1
    assert begins <= len(passed(events)) <= begins + AHEAD + len(POISON)
    assert text.startswith(passed(events))
    assert not events[-1].result.is_valid


async def test_a_verdict_may_come_after_the_text(toxicity):
    shield = Shield(output=[toxicity])
    stream = shield.open_output("", policy="after")
    assert passed(await stream.feed("hello poison")) == "hello poison"
    events = await stream.finish()
    assert [type(event) for event in events] == [StreamFinding, StreamBlocked, StreamEnd]
    assert events[1] == StreamBlocked(["Toxicity"], (0, 12))
    assert events[-1].result.verdicts["Toxicity"].risk == crs(sigmoid(3), 0.6)
    # Sooner or later the text is cut: it is never more ahead than a bound.
    long = POISON + HELLO * 4_000
    events = await streamed(shield, [long[at : at + 100] for at in range(0, len(long), 100)], policy="after")
    assert blocked(events).window == (0, len(POISON) - 1)
    assert len(passed(events)) < 40_000 < len(long)
    assert (await streamed(shield, [HELLO] * 50, policy="after"))[-1].result.is_valid


async def test_what_needs_the_whole_waits_for_it_or_judges_at_the_end(model):
    scanners = [o.Relevance(model=model, threshold=0.9), o.Regex([r"\d{3}-\d{4}"], match_type="all")]
    shield = Shield(output=scanners)
    for policy in ("hold", "lag"):
        assert shield.open_output("hello", policy=policy).holds
    pieces = ["call 555-", "0142 or ", "paris " * 300]
    events = await streamed(shield, pieces, prompt="hello world", policy="after")
    assert passed(events) == "call [REDACTED] or " + "paris " * 300
    assert blocked(events) == StreamBlocked(["Relevance"], (0, len("".join(pieces))))
    whole = await shield.scan_output("hello world", "".join(pieces))
    assert events[-1].result.verdicts["Relevance"].risk == whole.verdicts["Relevance"].risk
    assert [(f.scanner, f.start, f.end) for f in events[-1].result.findings] == [
        (f.scanner, f.start, f.end) for f in whole.findings
    ]
    with pytest.raises(TextError, match="max_text_bytes"):
        await streamed(
            Shield(output=scanners, limits=Limits(max_text_bytes=1_000)), pieces, prompt="?", policy="after"
        )
    assert Shield(output=[o.JSON()]).open_output("", policy="after").holds


async def test_the_prompt_is_read_with_every_window(model):
    shield = Shield(output=[o.Bias(model=model, threshold=0.6)])
    assert not (await streamed(shield, [HELLO.replace("bob", "alice")], prompt="bob"))[-1].result.is_valid
    assert (await streamed(shield, [HELLO.replace("bob", "alice")], prompt="x"))[-1].result.is_valid
    with pytest.raises(TextError, match="surrogate"):
        shield.open_output("\ud800")


async def test_what_redacts_holds_whatever_the_policy(model):
    shield = Shield(output=[o.BanCompetitors(["acme"], model=model)])
    text = "Hello world, ask acme of paris. " * 3
    for policy in ("hold", "lag", "after"):
        events = await streamed(shield, [text[at : at + 5] for at in range(0, len(text), 5)], policy=policy)
        assert passed(events) == text.replace("acme", "[REDACTED]")
        result = events[-1].result
        assert [text[found.start : found.end] for found in result.findings] == ["acme"] * 3
        assert (result.is_valid, result.risk) == (False, 1.0)


async def test_languages_are_told_by_windows():
    shield = Shield(output=[o.Language(["en"])])
    german = "Die Besprechung wurde auf Donnerstag verschoben, weil der Raum neu gestrichen wird. "
    events = await streamed(shield, [FINE * 3 + german * 3])
    assert passed(events).startswith(FINE)
    assert "gestrichen" not in passed(events) or passed(events).count(german.strip()) < 3
    assert blocked(events).scanners == ["Language"]
    assert (await streamed(shield, [FINE * 6]))[-1].result.is_valid


async def test_a_sentence_without_an_end_is_cut(toxicity):
    shield = Shield(output=[toxicity], limits=Limits(max_text_bytes=4_000))
    stream = shield.open_output("")
    length = 0
    for _ in range(400):
        length += len(passed(await stream.feed("é" * 50)))
    assert length >= 400 * 50 - AHEAD
    events = await stream.finish()
    assert length + len(passed(events)) == 400 * 50
    assert events[-1].result.is_valid


async def test_the_loop_goes_on_while_windows_are_judged(toxicity):
    shield = Shield(output=[toxicity])
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    assert (await streamed(shield, [HELLO * 100]))[-1].result.is_valid
    task.cancel()
    assert turns > 25  # windows of one piece, four at a time


async def _fed(stream, text):
    return [*await stream.feed(text), *await stream.finish()]


async def test_deadlines(toxicity):
    for policy in ("hold", "lag", "after"):
        stream = Shield(output=[toxicity], limits=Limits(deadline=1e-9)).open_output("", policy=policy)
        with pytest.raises(DeadlineExceeded):
            await _fed(stream, HELLO * 2)
        assert stream.ended
    shield = Shield(output=[toxicity], limits=Limits(deadline=1e-9))
    assert (await streamed(shield, [HELLO * 2], deadline=60.0))[-1].result.is_valid
    with pytest.raises(DeadlineExceeded):
        await streamed(shield, [HELLO * 2])
    assert shield.metrics()["outcomes_total"]["deadline_exceeded"] == 1


async def test_a_model_that_fails(tmp_path):
    def add(graph):
        graph.sequence("logits", weights(2, {})[: WIDTH - 1], [-3, -3])

    directory = ordinary(tmp_path, "BertForSequenceClassification", ["toxicity", "insult"], add)
    scanner = o.Toxicity(model=Model(str(directory)))
    # The last word of the vocabulary is beyond the table: a run with it fails.
    text = HELLO + "Hello there (world), " + HELLO
    pieces = [text[at : at + 6] for at in range(0, len(text), 6)]
    events = await streamed(Shield(output=[scanner]), pieces)
    assert passed(events) == HELLO.rstrip()
    assert blocked(events).scanners == ["Toxicity"]
    assert events[-1].result.errors
    events = await streamed(Shield(output=[scanner], on_error="allow"), pieces)
    assert passed(events) == text
    assert events[-1].result.is_valid
    with pytest.raises(ModelError):
        await streamed(Shield(output=[scanner], on_error="raise"), pieces)


async def test_whoever_leaves_leaves_nothing_behind(toxicity):
    shield = Shield(output=[toxicity])
    stream = shield.open_output("", policy="after")
    await stream.feed(HELLO * 20)
    stream.close()
    assert shield.metrics()["outcomes_total"]["cancelled"] == 1
    stream = shield.open_output("")
    task = asyncio.create_task(stream.feed(HELLO * 200))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stream.ended
    metrics = shield.metrics()
    assert (metrics["outcomes_total"]["cancelled"], metrics["in_flight"]) == (2, 0)
    # The others are served.
    assert (await streamed(shield, [HELLO]))[-1].result.is_valid


def test_blocking(toxicity):
    shield = BlockingShield(output=[toxicity])
    events = list(shield.stream_output("", [HELLO, POISON, HELLO]))
    assert (passed(events), blocked(events).scanners) == (HELLO.rstrip(), ["Toxicity"])
    with pytest.raises(ConfigError, match="policy"):
        shield.open_output("", policy="never")
