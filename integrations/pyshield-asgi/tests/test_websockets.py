"""WebSocket messages that come in."""

from __future__ import annotations

import asyncio

import pytest
from asgi_helpers.sockets import TIMEOUT, Client, Echo, exchange, make_shield

from pyshield import Limits, Shield
from pyshield.errors import Closed, DeadlineExceeded, Overloaded, ScannerError
from pyshield_asgi import ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


@pytest.mark.parametrize(
    ("options", "text", "given"),
    [
        ({}, "the heron", "the [REDACTED]"),
        ({}, '{"a": "the heron", "n": 1.50}', '{"a": "the [REDACTED]", "n": 1.50}'),
        ({}, '\ufeff{"a":"heron"}', '\ufeff{"a":"heron"}'.replace("heron", "[REDACTED]")),
        ({}, '["heron", {"b": "her\\u006fn"}]', '["[REDACTED]", {"b": "[REDACTED]"}]'),
        ({}, '{"a": "heron"', '{"a": "[REDACTED]"'),
        ({}, '"heron"', '"[REDACTED]"'),
        ({}, '"her\\u006fn"', '"[REDACTED]"'),
        ({}, '"heron" and "crane"', '"[REDACTED]" and "crane"'),
        ({}, '\ufeff["her\\u006fn"]', '\ufeff["[REDACTED]"]'),
        ({}, "", ""),
        ({"fields": ["/text"]}, '{"text": "heron", "id": "heron"}', '{"text": "[REDACTED]", "id": "heron"}'),
        ({"messages": "text"}, '{"heron": "her\\u006fn"}', '{"[REDACTED]": "her\\u006fn"}'),
        ({"messages": "json"}, '"heron"', '"[REDACTED]"'),
        ({"messages": "json", "unreadable": "pass"}, "heron", "heron"),
        ({"messages": "pass"}, "heron", "heron"),
    ],
)
async def test_what_comes_in_is_redacted(shield, options, text, given):
    _, app = await exchange(shield, text, responses=False, **options)
    assert app.received[0]["text"] == given


async def test_the_application_sees_what_was_found(shield):
    seen = []

    async def app(scope, receive, send):
        await receive()
        seen.append(scope["pyshield"])
        while (await receive())["type"] == "websocket.receive":
            seen.append(scope["state"]["pyshield"])

    await exchange(shield, '{"a": "heron"}', "nothing", app=app)
    first, second, third = seen
    assert first.fields == ()
    assert [(pointer, found.start) for pointer, found in second.findings] == [("/a", 0)]
    assert (second.rewritten, third.rewritten) == (True, False)


async def test_the_same_guard_twice_scans_once(shield):
    texts = []

    class Counting:
        def scan(self, prompt):
            texts.append(prompt)
            return prompt, True, -1.0

    shield = Shield(prompt=[Counting()])
    await exchange(shield, "x", app=ShieldMiddleware(Echo(), shield))
    assert texts == ["x"]


@pytest.mark.parametrize(
    ("options", "message", "code"),
    [
        ({}, {"text": "a bomb"}, 1008),
        ({}, {"text": '{"a": ["bomb"]}'}, 1008),
        ({}, {"data": b"a bomb"}, 1008),
        ({}, {"data": '["a bomb"]'.encode("utf-16")}, 1008),
        ({"other_types": "refuse"}, {"data": b"\xffbomb"}, 1003),
        ({"other_types": "refuse", "binary_messages": "other"}, {"data": b"fine"}, 1003),
        ({"max_body_bytes": 10}, {"data": b"x" * 11}, 1009),
        ({"max_body_bytes": 10}, {"data": '"xxxxx"'.encode("utf-16-le")}, 1009),
        ({"messages": "json"}, {"data": b"{"}, 1007),
        ({"max_body_bytes": 10}, {"text": "x" * 11}, 1009),
        ({"max_body_bytes": 10}, {"text": "é" * 6}, 1009),
        ({"max_fields": 2}, {"text": '["a", "b", "c"]'}, 1009),
        ({"messages": "json"}, {"text": "{"}, 1007),
        ({}, {"text": "[" * 300 + '"a"' + "]" * 300}, 1007),
        ({}, {"text": '["\\ud800"]'}, 1007),
        ({}, {"text": "\ud800"}, 1007),
        # What json.loads reads, with half a pair beside it that is no text.
        ({}, {"data": b'{"x": "\xed\xa0\x80", "a": "bomb"}'}, 1007),
        ({"messages": "json"}, {"data": b'{"x": "\xed\xa0\x80", "a": "bomb"}'}, 1007),
        ({"unreadable": "pass"}, {"data": '{"x": "\ud800"}'.encode("utf-16", "surrogatepass")}, 1007),
        ({}, {"data": '["\ud800"]'.encode("utf-32-be", "surrogatepass")}, 1007),
        # Escapes behind a byte order mark, and of a string that is all there is.
        ({}, {"data": b'\xef\xbb\xbf {"a": "b\\u006fmb"}'}, 1008),
        ({"other_types": "refuse"}, {"data": b'\xef\xbb\xbf["b\\u006fmb"]'}, 1008),
        ({}, {"data": b'"b\\u006fmb"'}, 1008),
        ({}, {"text": ' "b\\u006fmb"\n'}, 1008),
        ({"fields": ["/a"]}, {"text": '"a bomb"'}, 1008),
        ({"fields": ["/a"]}, {"data": '"a bomb"'.encode("utf-16")}, 1008),
        ({"fields": lambda document: document["no"]}, {"text": '"a bomb"'}, 1008),
    ],
)
async def test_what_must_not_come_in_closes_the_connection(shield, options, message, code):
    app = Echo()
    client = Client(ShieldMiddleware(app, shield, **options))
    client.say('"fine"')
    await client.until(1)
    client.say(**message)
    client.say("after it")
    sent = await client.until(2)
    assert (sent[1]["type"], sent[1]["code"]) == ("websocket.close", code)
    assert "bomb" not in sent[1]["reason"]
    assert len(sent[1]["reason"].encode()) <= 123
    await asyncio.wait_for(client.task, TIMEOUT)
    # To the application the client has gone; what came after is not given to it.
    assert [message["type"] for message in app.received] == ["websocket.receive", "websocket.disconnect"]
    assert app.received[-1]["code"] == code


HERON = '{"a": "the heron"}'


@pytest.mark.parametrize(
    ("options", "data", "given"),
    [
        ({}, b"the heron", b"the [REDACTED]"),
        ({}, bytearray(b"the heron"), b"the [REDACTED]"),
        ({}, HERON.encode(), b'{"a": "the [REDACTED]"}'),
        ({}, HERON.encode("utf-16-le"), '{"a": "the [REDACTED]"}'.encode("utf-16-le")),
        ({}, HERON.encode("utf-32"), '{"a": "the [REDACTED]"}'.encode("utf-32")),
        ({"messages": "json"}, '"heron"'.encode("utf-16-be"), '"[REDACTED]"'.encode("utf-16-be")),
        ({"fields": ["/b"]}, HERON.encode(), HERON.encode()),
        ({"messages": "text"}, HERON.encode(), b'{"a": "the [REDACTED]"}'),
        ({"messages": "json"}, "1".encode("utf-16-le"), "1".encode("utf-16-le")),
        ({}, b"\xef\xbb\xbf[0]", b"\xef\xbb\xbf[0]"),
        # What is no text, and what only begins as JSON in UTF-16 would.
        ({}, b"{\xed\xa0\x80heron", b"{\xed\xa0\x80heron"),
        ({"messages": "json"}, b'"\x00\x00\xd8heron', b'"\x00\x00\xd8heron'),
        ({"max_body_bytes": 3}, b'"\xffheron"', b'"\xffheron"'),
        ({}, b"\xffthe heron", b"\xffthe heron"),
        ({}, b"{\x00\xff", b"{\x00\xff"),
        ({}, b"", b""),
        ({"binary_messages": "other"}, b"the heron", b"the heron"),
        ({"messages": "pass"}, b"the heron", b"the heron"),
    ],
)
async def test_binary_messages_that_are_text_are_redacted(shield, options, data, given):
    app = Echo()
    client = Client(ShieldMiddleware(app, shield, responses=False, **options))
    client.say(data=data)
    assert (await client.until(1))[0]["bytes"] == given
    await client.end()


async def test_who_refuses_is_told(shield):
    told = []

    async def on_refused(scope, outcome):
        told.append((scope["path"], [finding.scanner for _, finding in outcome.findings]))

    client = Client(ShieldMiddleware(Echo(), shield, on_refused=on_refused))
    client.say("a bomb")
    await asyncio.wait_for(client.task, TIMEOUT)
    assert told == [("/", ["BanSubstrings#2"])]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Overloaded("full", retry_after=1.0), 1013),
        (DeadlineExceeded("late"), 1013),
        (Closed("closed"), 1001),
        (ScannerError("broken", scanner="Regex", reason="failed"), 1011),
    ],
)
@pytest.mark.parametrize("direction", ["scan_prompt", "scan_output"])
async def test_errors_of_the_shield(shield, monkeypatch, caplog, error, code, direction):
    async def fails(self, *arguments, **options):
        raise error

    monkeypatch.setattr(Shield, direction, fails)
    monkeypatch.setattr(Shield, f"{direction}s", fails)
    client = Client(ShieldMiddleware(Echo(), shield))
    client.say('["hello", "world"]')
    sent = await client.until(1)
    assert (sent[0]["type"], sent[0]["code"]) == ("websocket.close", code)
    await asyncio.wait_for(client.task, TIMEOUT)


async def test_overload_closes_one_connection_and_not_the_other():
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def scan(self, prompt):
            entered.set()
            await go.wait()
            return prompt, True, -1.0

    shield = Shield(prompt=[Slow()], limits=Limits(max_in_flight=1))
    app = ShieldMiddleware(Echo(), shield)
    first, second = Client(app), Client(app)
    first.say("one")
    await entered.wait()
    second.say("two")
    assert (await second.until(1))[0]["code"] == 1013
    go.set()
    assert (await first.until(1))[0]["text"] == "one"
    await first.end()
