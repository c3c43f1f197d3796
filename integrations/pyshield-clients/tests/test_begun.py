"""Answers whose media type does not say what an SDK reads them as."""

from __future__ import annotations

import json

import pytest
from openai import AsyncOpenAI

from pyshield import BlockingShield, Shield
from pyshield.dialects.sse import TooLongError
from pyshield.errors import TextError
from pyshield.output_scanners import BanSubstrings, Regex
from pyshield.policy import unless_redacted
from pyshield_clients import guard
from pyshield_clients.begun import BegunFlow
from pyshield_clients.exchange import Exchange
from pyshield_clients.settings import Settings
from pyshield_clients.waiting import Waiting, at_once

SHIELD = BlockingShield(
    output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])],
)
SETTINGS = Settings(SHIELD, False, frozenset(), unless_redacted, "end", "hold", None, 1_000, 10, 1_000, None)
UNKNOWN = ["", "application/octet-stream", "x"]
CHAT = {"object": "chat.completion", "choices": [{"message": {"content": "call 555-0142"}}]}
HIDDEN = json.loads(json.dumps(CHAT).replace("555-0142", "[REDACTED]"))


def read(exchange, body, size):
    """What comes of a body that comes in pieces of that size."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join([at_once(exchange.feed(piece)) for piece in pieces]) + at_once(exchange.finish())


def asked(media, *, stream=False, accept="application/json"):
    """An exchange whose answer has begun, and whether its body is guarded."""
    exchange = Exchange(SETTINGS, Waiting(SHIELD, None))
    at_once(exchange.request({}, json.dumps({"stream": stream, "messages": []}).encode()))
    return exchange, exchange.answer(200, {"content-type": media} if media else {}, accept)


JSON_TYPES = ["application/json", "application/vnd.x+json; charset=utf-8"]


@pytest.mark.parametrize("media", [*UNKNOWN, *JSON_TYPES, "text/plain", "text/event-stream"])
@pytest.mark.parametrize("before", ["", "\n\n", "\ufeff", ": hello\n\n", "\r\nevent: x\n"])
def test_a_stream_is_read_as_events_whatever_its_media_type_says(media, before):
    chunks = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("call 555", "-0142")]
    body = before + "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    for size in (1, 1_000):
        exchange, guarded = asked(media, stream=True)
        assert guarded
        sent = read(exchange, body.encode(), size).decode().removeprefix("\ufeff")
        assert "0142" not in sent
        assert "call [REDACTED]" in "".join(
            json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
            for line in sent.splitlines()
            if line.startswith("data: {")
        )
        assert sent.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("media", JSON_TYPES)
def test_json_that_comes_in_place_of_a_stream_is_read_as_a_whole(media, stream):
    exchange, _ = asked(media, stream=stream)
    assert json.loads(read(exchange, b" \n" + json.dumps(CHAT).encode(), 1)) == HIDDEN


@pytest.mark.parametrize("media", UNKNOWN)
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le"])
def test_json_is_read_as_json_whatever_its_media_type_says(media, charset):
    escaped = json.dumps(CHAT).replace("555", "\\u0035\\u0035\\u0035")
    for size in (1, 1_000):
        exchange, guarded = asked(media)
        assert guarded
        assert json.loads(read(exchange, f"\n {escaped}".encode(charset), size)) == HIDDEN


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"\x00\x00", b"\x89PNG 555-0142", b"  call 555-0142", b"\xff\xfe\xfa", b"5"]
)
def test_what_does_not_begin_as_json_passes_as_it_is(body):
    for size in (1, 1_000):
        assert read(asked("")[0], body, size) == body


def test_what_is_not_read_as_json_is_not_guarded():
    for accept in ("application/binary", "*/*", ""):
        assert not asked("application/octet-stream", accept=accept)[1]
    for stream in (True, False):
        assert not asked("audio/mpeg", stream=stream)[1]


def test_what_does_not_begin_is_bounded():
    exchange, _ = asked("")
    with pytest.raises(TextError, match="max_answer_bytes"):
        read(exchange, b" " * 2_000, 10)
    with pytest.raises(TooLongError):
        at_once(BegunFlow(None, 10, None).feed(b"\n" * 11))


@pytest.mark.parametrize("media", [None, "application/octet-stream"])
async def test_an_answer_that_the_sdk_reads_all_the_same(provider, media):
    client = AsyncOpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1")
    answer = {"id": "c", "created": 1, "model": "m", **CHAT}
    provider.raw = (200, media, json.dumps(answer).encode())
    async with guard(client, Shield(output=[BanSubstrings(["555-0142"], redact=True)])) as guarded:
        messages = [{"role": "user", "content": "hello"}]
        read = await guarded.chat.completions.create(model="m", messages=messages)
        assert read.choices[0].message.content == "call [REDACTED]"
        # A file is not.
        assert (await guarded.files.content("f1")).content == provider.raw[2]
        events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in ("call 555", "-0142")]
        body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        provider.raw = (200, "application/json", body)
        stream = await guarded.chat.completions.create(model="m", messages=messages, stream=True)
        assert "".join([chunk.choices[0].delta.content async for chunk in stream]) == "call [REDACTED]"
