"""Server-sent events out of bytes that are cut anywhere."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield.dialects.sse import EventParser, TooLongError, event

STREAM = (
    b"\xef\xbb\xbf: hello\r\n\r\ndata: a\ndata:b\n\nevent: x\rid: 7\rdata: \xc3\xa9\r\r"
    b"data\n\ndata: bad \xff\r\n\r\nretry: 5\n\ndata: unfinished"
)
DATA = [None, "a\nb", "é", "", "bad \ufffd", None]


@given(st.lists(st.integers(0, len(STREAM)), max_size=10))
def test_cut_anywhere(cuts):
    parser = EventParser(1_000)
    edges = [0, *sorted(cuts), len(STREAM)]
    events = [found for a, b in itertools.pairwise(edges) for found in parser.feed(STREAM[a:b])]
    assert [found.data for found in events] == DATA
    assert b"".join(found.raw for found in events) + parser.rest() == STREAM


def test_data_is_replaced_and_the_rest_stays():
    (found,) = EventParser(100).feed(b"event: x\nid: 7\ndata: a\ndata: b\n\n")
    assert found.named
    assert found.with_data("1\r\n2") == b"event: x\nid: 7\ndata: 1\ndata: 2\n\n"
    assert found.with_data("1", "y") == b"event: y\nid: 7\ndata: 1\n\n"
    assert event("a\nb", "x") == b"event: x\ndata: a\ndata: b\n\n"


def test_an_event_without_end():
    parser = EventParser(1_000)
    for _ in range(9):
        parser.feed(b"data: " + b"x" * 100 + b"\n")
    with pytest.raises(TooLongError):
        parser.feed(b"data: " + b"x" * 100 + b"\n")
