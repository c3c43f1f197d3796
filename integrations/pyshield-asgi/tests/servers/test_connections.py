"""Connections: pipelining, overload, and clients that go away."""

from __future__ import annotations

import json
import time

import pytest


def read_answers(connection, count):
    """Reads this many answers with a content-length; their statuses and bodies."""
    answers, data = [], b""
    while len(answers) < count:
        head, found, rest = data.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if not found or len(rest) < int(headers[b"content-length"]):
            more = connection.recv(65536)
            assert more, data
            data += more
            continue
        length = int(headers[b"content-length"])
        answers.append((int(head.split(b" ")[1]), rest[:length]))
        data = rest[length:]
    return answers


def raw(body, path="/echo"):
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    return head.encode() + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def test_overloaded(client, connect, stats, wait_for):
    before = stats()
    with connect() as busy:
        busy.sendall(raw(b'["held"]', "/slow"))
        wait_for("started", before)
        answer = client.post("/slow", content=b'["fast"]')
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["type"] == "urn:pyshield:problem:overloaded"
        client.get("/release")
        assert read_answers(busy, 1)[0][0] == 200
    assert client.post("/slow", content=b'["fast"]').status_code == 200


def test_a_client_that_goes_while_its_text_is_scanned(client, connect, stats, wait_for):
    before = stats()
    with connect() as leaving:
        leaving.sendall(raw(b'["long"]', "/slow"))
        wait_for("started", before)
    wait_for("cancelled", before)
    # Its place is free again, and the application never heard of it.
    assert client.post("/slow", content=b'["fast"]').status_code == 200
    assert stats()["/slow"] == before.get("/slow", 0) + 1


@pytest.mark.parametrize("path", ["/echo", "/hang"])
def test_a_client_that_goes_while_it_sends(client, connect, stats, path):
    before = stats()
    with connect() as leaving:
        leaving.sendall(raw(b'["' + b"x" * 100 + b'"]', path)[:-50])
        time.sleep(0.1)
    assert client.post("/echo", content=b'["fine"]').status_code == 200
    after = stats()
    assert after.get("application disconnected", 0) == before.get("application disconnected", 0)
    assert after.get("/hang", 0) == before.get("/hang", 0)


def test_the_application_hears_of_a_client_that_goes(connect, stats, wait_for):
    before = stats()
    with connect() as leaving:
        leaving.sendall(raw(b'["heron"]', "/hang"))
        wait_for("hanging", before)
    wait_for("http.disconnect", before)


def test_pipelined(connect):
    with connect() as connection:
        bodies = [b'["bomb"]', b'["fine"]', b"{", b'["heron"]']
        connection.sendall(b"".join(raw(body) for body in bodies))
        answers = read_answers(connection, 4)
    assert [status for status, _ in answers] == [422, 200, 400, 200]
    assert json.loads(answers[3][1])["body"] == '["[REDACTED]"]'
