"""The middleware over HTTP, on uvicorn with asyncio and with uvloop, and on granian."""

from __future__ import annotations

import asyncio

import httpx
import pytest

JSON = {"content-type": "application/json"}


def test_clean(client):
    body = b' {"a": "hello", "n": 1.50, "a": "\\u00e9"}'
    answer = client.post("/echo", content=body).json()
    assert answer["body"] == body.decode()
    assert answer["scanned"] == ["/a", "/a"]
    assert answer["state"]


def test_redacted_and_the_next_request_has_a_state_of_its_own(client):
    answer = client.post("/echo", content=b'{"a": "the heron"}').json()
    assert answer["body"] == '{"a": "the [REDACTED]"}'
    assert ["content-length", str(len(answer["body"]))] in answer["headers"]
    answer = client.post("/echo", content=b"GIF89a", headers={"content-type": "image/gif"}).json()
    assert (answer["body"], answer["scanned"], answer["state"]) == ("GIF89a", None, True)


def test_refused_and_the_connection_goes_on(client):
    answer = client.post("/echo", content=b'["bomb"]')
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pyshield:problem:refused"
    local = answer.extensions["network_stream"].get_extra_info("client_addr")
    again = client.post("/echo", content=b'["fine"]')
    assert again.status_code == 200
    assert again.extensions["network_stream"].get_extra_info("client_addr") == local


@pytest.mark.parametrize("size", [1_048_577, 2_000_000])
def test_too_large(client, size):
    answer = client.post("/echo", content=b'"' + b"x" * (size - 2) + b'"')
    assert answer.status_code == 413
    assert client.post("/echo", content=b'["fine"]').status_code == 200


def test_as_large_as_allowed(client):
    body = b'"' + b"x" * 1_048_568 + b" heron" + b'"'
    answer = client.post("/echo", content=body).json()
    assert answer["body"] == body.decode().replace("heron", "[REDACTED]")


def test_too_large_in_chunks(client):
    answer = client.post("/echo", content=(b"x" * 65536 for _ in range(20)))
    assert answer.status_code == 413


def test_chunked(client):
    answer = client.post("/echo", content=iter([b'["he', b"ron", b'", 1.0]'])).json()
    assert answer["body"] == '["[REDACTED]", 1.0]'
    headers = dict(answer["headers"])
    assert headers["content-length"] == str(len(answer["body"]))
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/plain; charset=iso-8859-1", b"\xe9 heron", b"\xe9 [REDACTED]"),
        ("text/plain", "é heron".encode(), "é [REDACTED]".encode()),
        ("application/json", '["heron"]'.encode("utf-16"), '["[REDACTED]"]'.encode("utf-16")),
        ("application/json; charset=utf-8", b'\xef\xbb\xbf["heron"]', b'\xef\xbb\xbf["[REDACTED]"]'),
    ],
    ids=["text-latin-1", "text-utf-8", "json-utf-16", "json-utf-8-mark"],
)
def test_charsets(client, content_type, body, expected):
    answer = client.post("/echo", content=body, headers={"content-type": content_type})
    assert answer.json()["body"] == expected.decode("latin-1")


def test_not_text_not_json_not_decoded(client):
    assert client.post("/echo", content=b'{"a"').status_code == 400
    assert client.post("/echo", content=b'["\\ud800"]').status_code == 400
    assert client.post("/echo", content=b"[" * 100_000).status_code == 400
    refused = client.post("/echo", content=b"x", headers={"content-encoding": "gzip"})
    assert (refused.status_code, refused.headers["accept-encoding"]) == (415, "identity")


def test_late(client):
    answer = client.post("/late", content=b'["x"]')
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"] == "urn:pyshield:problem:deadline-exceeded"


def test_two_hundred_at_once(port):
    async def run():
        limits = httpx.Limits(max_connections=50)
        address = f"http://127.0.0.1:{port}/echo"
        async with httpx.AsyncClient(timeout=60, limits=limits, headers=JSON) as client:
            return await asyncio.gather(
                *(
                    client.post(address, content=b'["%b %d"]' % ((b"fine", b"heron", b"bomb")[n % 3], n))
                    for n in range(200)
                )
            )

    for n, answer in enumerate(asyncio.run(run())):
        assert answer.status_code == (200, 200, 422)[n % 3]
        if answer.status_code == 200:
            assert answer.json()["body"] == f'["{("fine", "[REDACTED]")[n % 3]} {n}"]'
