"""WebSocket messages over real connections."""

from __future__ import annotations

import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as open_websocket


@pytest.fixture
def talk(port):
    """Opens a connection."""
    return lambda path="/talk", **options: open_websocket(
        f"ws://127.0.0.1:{port}{path}", open_timeout=30, close_timeout=30, **options
    )


def test_both_directions(talk):
    with talk() as connection:
        for said, heard in (
            ("the heron", "the [REDACTED]"),
            ('{"a": "heron", "b": "555-0142"}', '{"a": "[REDACTED]", "b": "[REDACTED]"}'),
            (b"heron 555-0142", b"[REDACTED] [REDACTED]"),
            (b"\xffheron", b"\xffheron"),
        ):
            connection.send(said)
            assert connection.recv(timeout=30) == heard


@pytest.mark.parametrize("said", ["a bomb", '["bomb"]', "a petard"])
def test_what_must_not_pass(talk, stats, wait_for, said):
    before = stats()
    with talk() as connection:
        connection.send("fine")
        assert connection.recv(timeout=30) == "fine"
        connection.send(said)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=30)
    assert closed.value.rcvd.code == 1008
    assert "refused" in closed.value.rcvd.reason
    if "bomb" in said:
        wait_for("left 1008", before)


def test_pieces(talk):
    with talk("/pieces") as connection:
        for said in ("call ", "55", "5-01", "42", " now"):
            connection.send(said)
        heard = ""
        while "now" not in heard:
            heard += connection.recv(timeout=30)
        assert heard == "call [REDACTED] now"


def test_overloaded(client, talk, stats, wait_for):
    before = stats()
    with talk("/slow") as busy, talk("/slow") as other:
        busy.send("held")
        wait_for("started", before)
        other.send("fast")
        with pytest.raises(ConnectionClosed) as closed:
            other.recv(timeout=30)
        assert closed.value.rcvd.code == 1013
        client.get("/release")
        assert busy.recv(timeout=30) == "held"


def test_a_client_that_reads_slowly_makes_the_application_wait(talk, stats, wait_for):
    before = stats()
    with talk(max_queue=2, max_size=None, compression=None) as connection:
        connection.send("many")
        wait_for("written", before)
        time.sleep(0.5)
        written = stats()["written"] - before.get("written", 0)
        # 30 MB are not in anybody's queue; the buffers of the system and of both sides hold some.
        assert 0 < written < 250
        heard = [connection.recv(timeout=30) for _ in range(300)]
        assert heard == ["word " * 20_000] * 300
        assert connection.recv(timeout=30) == "many"


def test_shields_are_ready_when_the_server_is(stats):
    assert stats()["warmed up"] == 1
