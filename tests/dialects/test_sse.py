"""Server-sent events out of bytes that are cut anywhere."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield.dialects.sse import EventParser, TooLongError, event

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine."""

STREAM = (
    b"\xef\xbb\xbf: hello\r\n\r\ndata: a\ndata:b\n\nevent: x\rid: 7\rdata: \xc3\xa9\r\r"
    b"data\n\ndata: bad \xff\r\n\r\nretry: 5\n\ndata: unfinished"
)
DATA = [None, "a\nb", "é", "", "bad \ufffd", None]

LINE_FEEDS = b"\n\ndata: a\ndata:b\n\n: x\n\n\nevent: x\ndata: \xc3\xa9\n\ndata: unfinished\n"
LINE_FEED_DATA = [None, None, "a\nb", None, None, "é"]


@RELAXED
@given(st.sampled_from([(STREAM, DATA), (LINE_FEEDS, LINE_FEED_DATA)]), st.data())
def test_cut_anywhere(example, draw):
    stream, data = example
    cuts = draw.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    parser = EventParser(1_000)
    edges = [0, *sorted(cuts), len(stream)]
    events = [found for a, b in itertools.pairwise(edges) for found in parser.feed(stream[a:b])]
    assert [found.data for found in events] == data
    assert b"".join(found.raw for found in events) + parser.rest() == stream


@RELAXED
@given(
    st.lists(st.sampled_from([b"\n", b"\r", b"data:", b"event: e", b"x"]), max_size=12), st.integers(0, 40)
)
def test_lines_end_in_lf_as_in_anything(pieces, cut):
    # A CR in what follows makes no difference to what came before.
    stream = b"".join(pieces)
    parser, other = EventParser(1_000), EventParser(1_000)
    found = [*parser.feed(stream[:cut]), *parser.feed(stream[cut:]), *parser.feed(b"\n\n\n: end\r\r:")]
    others = other.feed(stream + b"\n\n\n: end\r\r:")
    assert [one.data for one in found] == [one.data for one in others]
    assert [one.raw.strip(b"\r\n") for one in found] == [one.raw.strip(b"\r\n") for one in others]
    assert b"".join(one.raw for one in found) + parser.rest() == stream + b"\n\n\n: end\r\r:"


def test_an_event_of_one_line_of_data_needs_no_more():
    (found,) = EventParser(100).feed(b"data:  a\r\n\r\n")
    assert (found.data, found.bare, found.name) == (" a", True, None)
    assert found.with_data("b", "x") == b"data: b\n\n"
    (found,) = EventParser(100).feed(b"\xef\xbb\xbfdata: a\n\n")
    assert found.with_data("b") == b"\xef\xbb\xbfdata: b\n\n"


def test_data_is_replaced_and_the_rest_stays():
    (found,) = EventParser(100).feed(b"event: x\nid: 7\ndata: a\ndata: b\n\n")
    assert found.name == "x"
    assert found.with_data("1\r\n2") == b"event: x\nid: 7\ndata: 1\ndata: 2\n\n"
    assert found.with_data("1", "y") == b"event: y\nid: 7\ndata: 1\n\n"
    assert event("a\nb", "x") == b"event: x\ndata: a\ndata: b\n\n"


def test_an_event_that_ends_with_the_last_byte():
    for end in (b"\n\n", b"\r\r", b"\n\r", b"\r\n\r"):
        parser = EventParser(100)
        (found,) = parser.feed(b"data: a" + end)
        assert (found.data, parser.rest()) == ("a", b"")
        # What may be the other half of the line is no empty line.
        (after,) = parser.feed(b"\ndata: b\n\n") if end.endswith(b"\r") else parser.feed(b"data: b\n\n")
        assert after.data == "b"


def test_an_event_without_end():
    parser = EventParser(1_000)
    for _ in range(9):
        parser.feed(b"data: " + b"x" * 100 + b"\n")
    with pytest.raises(TooLongError):
        parser.feed(b"data: " + b"x" * 100 + b"\n")
