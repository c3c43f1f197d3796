"""Streamed answers over real connections."""

from __future__ import annotations

import json
import socket
import time

import pytest


def event(content, finish=None):
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice]})}\n\n"


def said(body):
    return "".join(
        json.loads(line[6:])["choices"][0]["delta"].get("content", "")
        for line in body.splitlines()
        if line.startswith("data: {")
    )


@pytest.fixture
def ask(client):
    """An answer of these pieces."""
    return lambda pieces, **query: client.get("/stream", params={"pieces": json.dumps(pieces), **query})


def test_redacted_across_events(ask):
    pieces = [event("call 55"), event("5-01"), event("42 now"), event("", "stop"), "data: [DONE]\n\n"]
    answer = ask(pieces)
    assert said(answer.text) == "call [REDACTED] now"
    assert answer.text.endswith("data: [DONE]\n\n")
    assert "content-length" not in answer.headers


@pytest.mark.parametrize(
    ("media", "pieces", "expected"),
    [
        ("text/plain", ["call 55", "5-0142", " now \ud83d\ude00"], "call [REDACTED] now 😀"),
        ("application/x-ndjson", ['{"response": "555-', '0142"}\n', '{"done": true}\n'], "[REDACTED]"),
    ],
)
def test_other_kinds(ask, media, pieces, expected):
    assert expected in ask(pieces, media=media).text


def test_a_cut_is_a_whole_answer_and_the_connection_goes_on(ask, stats):
    before = stats()
    answer = ask([event("light the pe"), event("tard"), *[event("x")] * 100])
    assert said(answer.text) == "light the "
    assert answer.text.endswith("data: [DONE]\n\n")
    local = answer.extensions["network_stream"].get_extra_info("client_addr")
    again = ask([event("fine")])
    assert again.extensions["network_stream"].get_extra_info("client_addr") == local
    # The application stopped writing.
    assert stats()["written"] - before.get("written", 0) < 50


def open_stream(port, room=None):
    """A connection on which an answer without end is coming."""
    connection = socket.socket()
    if room is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connection.settimeout(100)
    connection.connect(("127.0.0.1", port))
    connection.sendall(b"GET /stream HTTP/1.1\r\nhost: x\r\n\r\n")
    return connection


def test_a_client_that_leaves_mid_token(port, stats, wait_for):
    before = stats()
    with open_stream(port) as leaving:
        heard = b""
        while b"word" not in heard:
            heard += leaving.recv(65536)
    wait_for("left", before)
    assert stats()["in flight"] == 0


def test_slow_clients_hold_up_nobody_else(port, ask, stats, wait_for):
    before = stats()
    slow = [open_stream(port, 4096) for _ in range(5)]
    try:
        # All have begun: a busy server takes its time to accept them.
        assert [connection.recv(1) for connection in slow] == [b"H"] * 5
        # Until they are full: nothing is written to them any more.
        last = -1
        while (now := stats().get("written", 0)) != last:
            last = now
            time.sleep(0.3)
        assert said(ask([event("call 555-0142 ")] * 100).text) == "call [REDACTED] " * 100
    finally:
        for connection in slow:
            connection.close()
    wait_for("left", {"left": before.get("left", 0) + 4})
    assert stats()["in flight"] == 0
