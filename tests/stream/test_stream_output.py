"""Outputs that are scanned while they are written: the events, whatever the pieces."""

from __future__ import annotations

import asyncio
import gc
import itertools
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield import (
    BlockingShield,
    Limits,
    Shield,
    StreamBlocked,
    StreamEnd,
    StreamFinding,
    StreamText,
)
from pyshield import output_scanners as o
from pyshield.errors import Closed, ConfigError, ScannerError, TextError
from pyshield.input_scanners.anonymize_helpers import ENCODER_CONF

MAIL = r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}"
SCANNERS = [
    o.BanSubstrings(["project heron"], match_type="word", redact=True),
    o.Regex([MAIL, r"\b\d{3}-\d{4}\b"], match_type="all"),
    o.BanSubstrings(["bomb"]),
]
TEXT = "Ask jane.doe@example.com about Project Heron — or call 555-0142, café ☕."
CLEAN = "Ask [REDACTED] about [REDACTED] — or call [REDACTED], café ☕."


@pytest.fixture
def shield():
    return Shield(output=SCANNERS)


async def pieces_of(*pieces):
    for piece in pieces:
        yield piece


async def collected(shield, *pieces, **options):
    return [event async for event in shield.stream_output("why", pieces_of(*pieces), **options)]


def passed(events):
    return "".join(event.text for event in events if isinstance(event, StreamText))


def facts(result):
    return (
        result.is_valid,
        result.risk,
        {name: (verdict.is_valid, verdict.risk) for name, verdict in result.verdicts.items()},
        [(f.scanner, f.label, f.start, f.end, f.score, f.replacement) for f in result.findings],
        result.omitted_findings,
    )


async def test_events(shield):
    events = await collected(shield, "Ask jane", ".doe@exa", "mple.com, ", "please", ".")
    assert [type(event) for event in events] == [StreamText, StreamFinding, StreamText, StreamText, StreamEnd]
    assert [event.text for event in events if isinstance(event, StreamText)] == [
        "Ask ",
        "[REDACTED], ",
        "please.",
    ]
    finding = events[1].finding
    assert (finding.scanner, finding.start, finding.end) == ("Regex", 4, 24)
    assert "please" not in repr(events)
    result = events[-1].result
    assert (result.is_valid, result.risk, result.lane, result.cached) == (False, 1.0, "stream", False)
    assert result.timings.total >= result.timings.scan > 0
    assert result.to_dict()["findings"][0]["start"] == 4
    with pytest.raises(TextError, match="not kept"):
        result.text  # noqa: B018


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_way_to_cut_it_gives_the_whole_result(data):
    words = st.sampled_from(
        ["project ", "heron", "Heron ", "a@b.cd", "jane@", "example.com ", "555-0142", " é", "x"]
    )
    text = "".join(data.draw(st.lists(words, max_size=12)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edges = [0, *cuts, len(text)]
    shield = BlockingShield(output=SCANNERS)
    events = list(shield.stream_output("", (text[a:b] for a, b in itertools.pairwise(edges))))
    whole = shield.scan_output("", text)
    assert passed(events) == whole.text
    assert facts(events[-1].result) == facts(whole)


async def test_a_long_piece_lets_the_others_in(shield):
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    events = await collected(shield, TEXT * 20_000)
    task.cancel()
    assert turns > 10
    assert passed(events) == CLEAN * 20_000
    assert events[-1].result.omitted_findings == 20_000 * 3 - 2_000


async def test_what_must_not_pass_ends_the_output(shield):
    closed = []

    async def model():
        try:
            for piece in ("How to build a ", "bo", "mb", ": take", " this"):
                yield piece
        finally:
            closed.append(True)

    events = [event async for event in shield.stream_output("", model())]
    assert [type(event) for event in events] == [StreamText, StreamFinding, StreamBlocked, StreamEnd]
    assert passed(events) == "How to build a "
    assert events[2].scanners == ["BanSubstrings#2"]
    assert closed == [True]
    result = events[-1].result
    assert [name for name, verdict in result.verdicts.items() if not verdict.is_valid] == ["BanSubstrings#2"]


async def test_any_finding_may_end_it(shield):
    events = await collected(shield, TEXT, cut="found")
    assert passed(events) == "Ask "
    assert next(event for event in events if isinstance(event, StreamBlocked)).scanners == ["Regex"]
    with pytest.raises(ConfigError, match="cut"):
        shield.stream_output("", pieces_of(), cut="never")


class Shout:
    """A scanner of the user's own."""

    def scan(self, prompt, output):
        return output.upper() + prompt, "no" not in output, 0.0


async def test_a_scanner_that_needs_the_whole_holds_it_back():
    shield = Shield(output=[o.BanSubstrings(["heron"], redact=True), Shout()])
    stream = shield.open_output("?")
    assert stream.holds
    assert await stream.feed("a her") == []
    assert await stream.feed("on") == []
    *findings, text, end = await stream.finish()
    assert [event.finding.start for event in findings] == [2]
    assert (text.text, end.result.text) == ("A [REDACTED]?", "A [REDACTED]?")
    assert stream.ended
    events = await collected(shield, "n", "o")
    assert [type(event) for event in events] == [StreamBlocked, StreamEnd]
    assert events[0].scanners == ["Shout"]
    assert Shield(output=[o.JSON()]).open_output("").holds
    assert Shield(output=[o.Regex(["a$"])]).open_output("").holds
    assert not Shield(output=[o.Regex([r"\w+@\w+"])]).open_output("").holds


async def test_what_is_held_is_bounded():
    limits = Limits(max_text_bytes=1_000)
    held = Shield(output=[o.JSON()], limits=limits)
    with pytest.raises(TextError, match="max_text_bytes"):
        await collected(held, *["é" * 100] * 6)
    endless = Shield(output=[o.Regex(["a[^b]*b"])], limits=limits)
    stream = endless.open_output("")
    for _ in range(10):
        await stream.feed("a" * 100)
    with pytest.raises(TextError, match="max_text_bytes"):
        await stream.feed("a")
    assert stream.ended
    # What passes is not held.
    assert len(passed(await collected(endless, *["x" * 100] * 100))) == 10_000


async def test_halves_of_characters_are_put_together(shield):
    smile = "\U0001f600"
    high, low = "\ud83d", "\ude00"
    assert passed(await collected(shield, "a" + high, low + "b", high + low)) == f"a{smile}b{smile}"
    with pytest.raises(TextError, match="surrogate"):
        await collected(shield, "a" + high)
    with pytest.raises(TextError, match="surrogate"):
        await collected(shield, "a" + low + "b")


async def test_a_consumer_that_leaves_frees_everything(shield):
    class Source:
        def __init__(self):
            self.closed = False

        def __aiter__(self):
            return self

        async def __anext__(self):
            return "a piece "

        async def aclose(self):
            self.closed = True

    source = Source()
    seen = weakref.ref(source)
    events = shield.stream_output("", source)
    assert isinstance(await anext(events), StreamText)
    await events.aclose()
    assert source.closed
    del events, source
    gc.collect()
    assert seen() is None
    assert shield.metrics()["outcomes_total"]["cancelled"] == 1

    async def consume():
        async for _ in shield.stream_output("", Source()):
            await asyncio.sleep(0)

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # Where the task is cancelled between two events, the loop closes the generator a few turns later.
    for _ in range(1_000):
        gc.collect()
        if not shield.metrics()["in_flight"]:
            break
        await asyncio.sleep(0.01)
    metrics = shield.metrics()
    assert (metrics["outcomes_total"]["cancelled"], metrics["in_flight"]) == (2, 0)


async def test_after_the_end_there_is_nothing(shield):
    stream = shield.open_output("")
    await stream.feed("a bomb ")
    assert stream.ended
    with pytest.raises(Closed):
        await stream.feed("more")
    with pytest.raises(Closed):
        await stream.finish()
    await shield.close()
    with pytest.raises(Closed):
        shield.open_output("")


async def test_metrics_count_streams(shield):
    await collected(shield, "fine")
    await collected(shield, "a bomb")
    metrics = shield.metrics()
    assert metrics["requests_total"]["stream"] == 2
    assert (metrics["outcomes_total"]["valid"], metrics["outcomes_total"]["invalid"]) == (1, 1)


def test_blocking():
    shield = BlockingShield(output=[*SCANNERS, o.JSON()])
    events = list(shield.stream_output("", ['{"a": "', "jane@exam", 'ple.com"}']))
    assert passed(events) == '{"a": "[REDACTED]"}'
    closed = []

    def model():
        try:
            yield "a "
            yield "bomb "
            yield "x"
        finally:
            closed.append(True)

    events = list(BlockingShield(output=SCANNERS).stream_output("", model()))
    assert (passed(events), closed) == ("a ", [True])
    stream = BlockingShield(output=SCANNERS).open_output("")
    with pytest.raises(TextError):
        stream.feed("\udc00.")
    with pytest.raises(Closed):
        stream.finish()


async def test_on_error():
    # Loops within loops and a back-reference: the backtracker gives up.
    pattern = o.Regex([r"((?:x+x+)+)z\1y"], match_type="all")
    text = "x" * 60 + "z y"
    with pytest.raises(ScannerError):
        await collected(Shield(output=[pattern], on_error="raise"), text, " more")
    events = await collected(Shield(output=[pattern]), text, " more")
    assert any(isinstance(event, StreamBlocked) for event in events)
    assert events[-1].result.errors[0].reason == "limit"
    events = await collected(Shield(output=[pattern], on_error="allow"), text, " more")
    assert passed(events) == text + " more"
    assert events[-1].result.is_valid


async def test_private_data_is_redacted_as_it_comes():
    shield = Shield(output=[o.Sensitive(redact=True)])
    assert not shield.open_output("").holds
    pieces = ("Write to ada@exam", "ple.org or call (202) 55", "5-0173, ", "and that is all.")
    events = await collected(shield, *pieces)
    assert passed(events) == "Write to <EMAIL_ADDRESS> or call <PHONE_NUMBER>, and that is all."
    assert len([event for event in events if isinstance(event, StreamText)]) > 2
    whole = await shield.scan_output("", "".join(pieces))
    verdict = events[-1].result.verdicts["Sensitive"]
    assert (verdict.is_valid, verdict.risk) == (False, whole.verdicts["Sensitive"].risk)
    assert [finding.start for finding in events[-1].result.findings] == [f.start for f in whole.findings]
    events = await collected(Shield(output=[o.Sensitive()]), *pieces)
    assert passed(events) == "Write to "
    named = o.Sensitive(recognizer_conf=ENCODER_CONF, entity_types=["PERSON"])
    assert Shield(output=[named]).open_output("").holds
