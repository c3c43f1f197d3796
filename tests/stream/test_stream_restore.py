"""Private data that comes back while an output is written: as into the whole output, whatever the pieces."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Shield, StreamText, Vault
from pyshield import output_scanners as o
from pyshield.input_scanners import Anonymize

ENTRIES = [
    ("[REDACTED_PERSON_1]", "Ada Lovelace"),
    ("[REDACTED_PERSON_11]", 'Grace "Amazing" Hopper'),
    ("[REDACTED_URL_1]", "https://example.com/?q=[REDACTED_PERSON_1]"),
    ("Keanu Reeves", "王伟"),
]
KEY = b"0123456789abcdef0123456789abcdef"


async def collected(shield, *pieces):
    async def source():
        for piece in pieces:
            yield piece

    return [event async for event in shield.stream_output("", source())]


def passed(events):
    return [event.text for event in events if isinstance(event, StreamText)]


def vault_of(entries):
    vault = Vault()
    vault.extend(entries)
    return vault


WORDS = st.sampled_from(
    [
        *(placeholder for placeholder, _ in ENTRIES),
        "[REDACTED_PERSON_2]",
        "[REDACTED_PERSON_",
        "%5BREDACTED_PERSON_1%5D",
        r"\[REDACTED\_PERSON\_11\]",
        "**[REDACTED_PERSON_1]**",
        "Keanu ",
        '{"a": "',
        '"}',
        "1",
        "]",
        " é ",
        "project heron",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_way_to_cut_it_gives_the_whole_result(data):
    text = "".join(data.draw(st.lists(WORDS, max_size=10)))
    if data.draw(st.booleans()):
        text = json.dumps({"a": text})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edges = [0, *cuts, len(text)]
    strategy = data.draw(st.sampled_from(["exact", "case_insensitive", "fuzzy"]))
    shield = BlockingShield(
        output=[
            o.Deanonymize(vault_of(ENTRIES), matching_strategy=strategy),
            o.BanSubstrings(["project heron"], redact=True),
        ]
    )
    events = list(shield.stream_output("", (text[a:b] for a, b in itertools.pairwise(edges))))
    whole = shield.scan_output("", text)
    assert "".join(passed(events)) == whole.text
    assert events[-1].result.is_valid == whole.is_valid


async def test_what_was_taken_out_comes_back():
    letter = "Ask ada@example.org or +1 202-555-0173, and again ada@example.org."
    for operator in ("placeholder", "fake", "encrypt"):
        vault = Vault()
        shield = Shield(
            prompt=[Anonymize(vault, operators={"EMAIL_ADDRESS": operator}, key=KEY)],
            output=[o.Deanonymize(vault, key=KEY), o.NoRefusalLight()],
        )
        assert not shield.open_output("").holds
        sent = (await shield.scan_prompt(letter)).text
        assert "ada@" not in sent
        assert "".join(passed(await collected(shield, *sent))) == letter


async def test_text_passes_while_it_is_restored():
    shield = Shield(output=[o.Deanonymize(vault_of(ENTRIES))])
    pieces = ("Dear [REDACTED_", "PERSON_1", "1]", ", and [REDACTED_PERSON_1", "]", "!")
    events = await collected(shield, *pieces)
    assert passed(events) == ["Dear ", 'Grace "Amazing" Hopper', ", and ", "Ada Lovelace", "!"]
    assert "Ada" not in repr(events)
    result = events[-1].result
    assert (result.is_valid, result.findings, result.verdicts["Deanonymize"].risk) == (True, [], -1.0)


async def test_typing_errors_need_the_whole():
    shield = Shield(output=[o.Deanonymize(vault_of(ENTRIES), matching_strategy="fuzzy")])
    assert shield.open_output("").holds
    assert passed(await collected(shield, "To [REDACTD_", "PERSON_1]")) == ["To Ada Lovelace"]


async def test_a_vault_of_another_conversation_says_nothing():
    mine, others = vault_of([("[REDACTED_PERSON_1]", "Ada")]), vault_of([("[REDACTED_PERSON_2]", "Bob")])
    text = "[REDACTED_PERSON_1] met [REDACTED_PERSON_2]."
    assert "".join(passed(await collected(Shield(output=[o.Deanonymize(mine)]), *text))) == (
        "Ada met [REDACTED_PERSON_2]."
    )
    assert "".join(passed(await collected(Shield(output=[o.Deanonymize(others)]), *text))) == (
        "[REDACTED_PERSON_1] met Bob."
    )


async def test_the_loop_goes_on_while_a_large_vault_is_compiled():
    vault = vault_of([(f"[REDACTED_PERSON_{n}]", f"name {n}") for n in range(20_000)])
    shield = Shield(output=[o.Deanonymize(vault)])
    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    stream = shield.open_output("")
    task = asyncio.create_task(others())
    events = await stream.feed("[REDACTED_PERSON_19999]!")
    task.cancel()
    assert passed(events) == ["name 19999!"]
    # Had it been compiled here, there would have been two.
    assert turns > 10


@pytest.mark.parametrize("blocking", [True, False])
async def test_a_stream_that_gets_nothing_ends(blocking):
    vault = vault_of(ENTRIES)
    if blocking:
        events = list(BlockingShield(output=[o.Deanonymize(vault)]).stream_output("", []))
    else:
        events = await collected(Shield(output=[o.Deanonymize(vault)]))
    assert len(events) == 1
    assert events[0].result.is_valid
