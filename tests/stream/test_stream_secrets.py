"""Secrets in outputs that are being written. No token stands in this file: they are put together here."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Shield, StreamBlocked, StreamText
from pyshield import output_scanners as o

TOKEN = "ghp_" + "Zk3xQ9vB7nLw2RtY8sHd" + "5JcM1aPf6GqE4uKo"
BEGIN, END = ("-----" + word + " RSA PRIVATE KEY-----" for word in ("BEGIN", "END"))
KEY = "\n".join([BEGIN, "MIIEpAIBAAKCAQEA" * 4, END])
WORDS = st.sampled_from(
    [
        TOKEN,
        KEY,
        'password = "Tr0ub4dor&3"',
        "https://kim:hunter2@example.org/",
        "the password is ",
        "api_key=",
        " It was a dark and stormy night, ",
        " é ",
        "-----",
        "ghp_",
    ]
)


def passed(events):
    return "".join(event.text for event in events if isinstance(event, StreamText))


def found(result):
    return [(f.label, f.start, f.end, f.replacement) for f in result.findings]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_way_to_cut_it_gives_the_whole_result(data):
    text = " ".join(data.draw(st.lists(WORDS, max_size=8)))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edges = [0, *cuts, len(text)]
    shield = BlockingShield(output=[o.Secrets(), o.BanSubstrings(["stormy"], redact=True)])
    assert not shield.open_output("").holds
    events = list(shield.stream_output("", (text[a:b] for a, b in itertools.pairwise(edges))))
    whole = shield.scan_output("", text)
    assert passed(events) == whole.text
    result = events[-1].result
    assert result.is_valid == whole.is_valid
    assert found(result) == found(whole)
    assert not any(isinstance(event, StreamBlocked) for event in events)


async def test_prose_passes_at_once_and_a_secret_does_not():
    stream = Shield(output=[o.Secrets()]).open_output("")
    assert passed(await stream.feed("The night was dark, ")) == "The night was dark, "
    assert passed(await stream.feed("and " + TOKEN[:20])) == "and "
    assert passed(await stream.feed(TOKEN[20:])) == ""
    assert passed(await stream.feed(", it said ")) == "******, it said "
    assert TOKEN[4:12] not in repr(stream)


@pytest.mark.parametrize("mode", ["all", "partial", "hash"])
async def test_a_value_is_redacted_wherever_it_comes_again(mode):
    shield = Shield(output=[o.Secrets(redact_mode=mode)])
    stream = shield.open_output("")
    events = []
    for letter in 'password = "Tr0ub4dor&3" and again Tr0ub4dor&3.':
        events += await stream.feed(letter)
    events += await stream.finish()
    assert "Tr0ub4dor" not in passed(events)
    assert len(events[-1].result.findings) == 2


def test_where_a_value_stood_before_it_was_told_it_has_left():
    shield = BlockingShield(output=[o.Secrets()])
    events = list(shield.stream_output("", ["Say Tr0ub4dor&3 aloud. ", 'password = "Tr0ub4dor&3"']))
    assert passed(events) == 'Say Tr0ub4dor&3 aloud. password = "******"'


def test_allowed_lines_need_the_whole():
    assert BlockingShield(output=[o.Secrets(allow_pragma=True)]).open_output("").holds
