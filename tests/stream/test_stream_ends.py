"""Streams that end otherwise than with their text: a session that is over, a piece without end, no end."""

from __future__ import annotations

import itertools
import tracemalloc
from inspect import isawaitable

import pytest

from benchmarks.measure import resident
from pyshield import BlockingShield, Limits, Shield, StreamBlocked, StreamEnd, StreamText
from pyshield import output_scanners as o
from pyshield.errors import TextError, VaultError
from pyshield.input_scanners import Anonymize
from pyshield.sessions import Sessions
from pyshield.vault import Vault

HUNDRED_MEGABYTES = 100_000_000


def passed(events):
    return "".join(event.text for event in events if isinstance(event, StreamText))


async def ended(stream):
    """The last events of a stream of either kind."""
    events = stream.finish()
    return await events if isawaitable(events) else events


async def restoring(sessions):
    """A shield in a session whose vault knows one address, and the address."""
    vault = Vault()
    shield = Shield(prompt=[Anonymize(vault, entity_types=["EMAIL_ADDRESS"])], output=[o.Deanonymize(vault)])
    session = shield.session(sessions["one"])
    result = await session.scan_prompt("Write to ada@example.org.")
    return session, result.text.removeprefix("Write to ").removesuffix(".")


async def test_a_session_that_ends_while_an_answer_is_written():
    sessions = Sessions(ttl=3600)
    session, placeholder = await restoring(sessions)
    stream = session.open_output("")
    assert passed(await stream.feed(f"Wrote to {placeholder}, ")) == "Wrote to ada@example.org, "
    assert sessions.discard("one")
    # What it took when it began it still has, so that no answer is half restored.
    assert passed(await stream.feed(f"then {placeholder} again.")) == "then ada@example.org again."
    *_, end = await stream.finish()
    assert end.result.is_valid
    # The next one has nothing to restore from, and says so; what is private stays where it is.
    after = session.open_output("")
    events = [*await after.feed(f"Wrote to {placeholder}.")]
    if not after.ended:
        events += await after.finish()
    assert [type(event) for event in events] == [StreamBlocked, StreamEnd]
    (error,) = events[-1].result.errors
    assert isinstance(error, VaultError)
    assert "ada" not in str(error)
    assert placeholder not in str(error)


async def test_a_piece_of_a_hundred_megabytes():
    held = Shield(output=[o.JSON()]).open_output("")
    with pytest.raises(TextError, match="max_text_bytes"):
        await held.feed("x" * HUNDRED_MEGABYTES)
    assert held.ended
    # One that never comes to an end is not waited for either.
    stream = Shield(output=[o.Regex(["a[^b]*b"])], limits=Limits(max_text_bytes=100_000)).open_output("")
    with pytest.raises(TextError, match="max_text_bytes"):
        await stream.feed("a" * HUNDRED_MEGABYTES)
    assert stream.ended


@pytest.mark.parametrize("shield", [Shield(output=[o.JSON()]), BlockingShield(output=[o.JSON()])])
async def test_a_pair_of_surrogates_is_cut_in_a_text_that_is_held(shield):
    stream = shield.open_output("")
    assert stream.holds
    for piece in ('["\ud83d', '\ude00"', "]"):
        fed = stream.feed(piece)
        assert (await fed if isinstance(shield, Shield) else fed) == []
    assert passed(await ended(stream)) == '["\U0001f600"]'
    stream = shield.open_output("")
    for piece in ("\ude00", "\ud83d"):
        fed = stream.feed(piece)
        assert (await fed if isinstance(shield, Shield) else fed) == []
    with pytest.raises(TextError, match="surrogate"):
        await ended(stream)


@pytest.mark.parametrize("pieces", [[""], [chr(at) for at in range(0x4E00, 0x9000)]], ids=["empty", "short"])
async def test_what_is_held_takes_the_memory_of_its_text(pieces):
    stream = Shield(output=[o.JSON()], limits=Limits(max_text_bytes=10_000_000)).open_output("")
    await stream.feed("é中")
    tracemalloc.start()
    try:
        for piece in itertools.islice(itertools.cycle(pieces), 200_000):
            await stream.feed(piece)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Two bytes a character, and room to grow.
    assert held < 1_000_000


async def test_a_stream_that_never_ends_holds_no_more_than_it_did():
    words = "The meeting about project heron was moved to Thursday. " * 1_000
    shield = Shield(output=[o.BanSubstrings(["project heron"], redact=True), o.Secrets()])

    async def source():
        for _ in itertools.count():
            yield words

    events = shield.stream_output("", source())
    length, before = 0, 0
    async for event in events:
        length += len(event.text) if isinstance(event, StreamText) else 0
        if not before and length > 5_000_000:
            before = resident()
        if length > 40_000_000:
            break
    await events.aclose()
    assert resident() - before < 16 << 20
    assert shield.metrics()["outcomes_total"]["cancelled"] == 1
