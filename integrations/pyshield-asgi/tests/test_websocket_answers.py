"""WebSocket messages that go out, whole and in pieces."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from asgi_helpers.sockets import TIMEOUT, Client, Echo, exchange, make_shield
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


async def test_what_goes_out_is_redacted(shield):
    sent, _ = await exchange(shield, "call 555-0142", '{"id": 5, "reply": "call 555-0142"}', '"555-0142"')
    assert sent == ["call [REDACTED]", '{"id": 5, "reply": "call [REDACTED]"}', '"[REDACTED]"']
    sent, _ = await exchange(shield, '{"id": "555-0142", "reply": "555-0142"}', answer_fields=["/reply"])
    assert sent == ['{"id": "555-0142", "reply": "[REDACTED]"}']
    sent, _ = await exchange(shield, "555-0142", responses=False)
    assert sent == ["555-0142"]


@pytest.mark.parametrize("text", ["a petard", '{"reply": "a petard"}', "x" * 2000])
async def test_what_must_not_go_out_closes_the_connection(shield, caplog, text):
    class Telling(Echo):
        async def __call__(self, scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "fine"})
            try:
                await send({"type": "websocket.send", "text": text})
            except OSError as error:
                self.error = error
            self.received.append(await receive())
            with pytest.raises(OSError, match="closed"):
                await send({"type": "websocket.send", "text": "more"})
            raise RuntimeError("as frameworks do")

    app = Telling()
    client = Client(ShieldMiddleware(app, shield, max_body_bytes=1000))
    with caplog.at_level(logging.ERROR, "pyshield_asgi"):
        await asyncio.wait_for(client.task, TIMEOUT)
    assert [message["type"] for message in client.sent[1:]] == ["websocket.send", "websocket.close"]
    assert client.sent[-1]["code"] == (1009 if len(text) > 1000 else 1008)
    assert isinstance(app.error, OSError)
    assert app.received[0]["type"] == "websocket.disconnect"
    assert "petard" not in caplog.text


class Refusing:
    """Answers a connection with these messages in place of accepting it."""

    def __init__(self, *messages):
        self.messages = messages

    async def __call__(self, scope, receive, send):
        await receive()
        for message in self.messages:
            await send(message)


@pytest.mark.parametrize(
    ("reason", "passed"),
    [
        ("call 555-0142", "call [REDACTED]"),
        ("a petard", ""),
        ("fine", "fine"),
        ("555-0142 " * 13, ("[REDACTED] " * 13)[:123]),
    ],
)
async def test_the_reason_of_a_close_is_scanned(shield, caplog, reason, passed):
    close = {"type": "websocket.close", "code": 4000, "reason": reason}
    client = Client(ShieldMiddleware(Refusing(close), shield))
    await client.end()
    assert client.sent == [{**close, "reason": passed}]
    assert "petard" not in caplog.text


@pytest.mark.parametrize(
    ("media", "body", "status", "passed"),
    [
        (b"text/plain", b"call 555-0142", 403, b"call [REDACTED]"),
        (b"application/json", b'{"detail": "call 555-0142"}', 403, b'{"detail": "call [REDACTED]"}'),
        (b"application/json", b'{"detail": "a petard"}', 502, None),
    ],
)
async def test_a_response_in_place_of_a_connection_is_scanned(shield, media, body, status, passed):
    kind = "websocket.http.response"
    headers = [(b"content-type", media), (b"content-length", b"%d" % len(body))]
    denial = (
        {"type": f"{kind}.start", "status": 403, "headers": headers},
        {"type": f"{kind}.body", "body": body},
    )
    client = Client(ShieldMiddleware(Refusing(*denial), shield))
    await client.end()
    start, *bodies = client.sent
    assert {message["type"] for message in bodies} == {f"{kind}.body"}
    assert (start["type"], start["status"]) == (f"{kind}.start", status)
    sent = b"".join(message.get("body", b"") for message in bodies)
    assert sent == passed if passed is not None else b"petard" not in sent


class Writing:
    """An application that answers each message with these pieces, and closes after the last of them."""

    def __init__(self, *answers, code=1000):
        self.answers = list(answers)
        self.code = code

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        for pieces in self.answers:
            await receive()
            for piece in pieces:
                await send({"type": "websocket.send", "text": piece})
        await send({"type": "websocket.close", "code": self.code})


def chunk(content, finish=None):
    return json.dumps({"choices": [{"index": 0, "delta": {"content": content}, "finish_reason": finish}]})


def said(messages):
    return "".join(
        json.loads(message)["choices"][0]["delta"].get("content") or ""
        for message in messages
        if message != "[DONE]"
    )


async def written(shield, *answers, **options):
    client = Client(ShieldMiddleware(Writing(*answers, **options), shield, streamed_messages=True))
    for _ in answers:
        client.say("go on")
    await asyncio.wait_for(client.task, TIMEOUT)
    texts = [message["text"] for message in client.sent if message["type"] == "websocket.send"]
    return texts, client.sent[-1]


async def test_pieces_of_an_answer_are_one_text(shield):
    pieces = [chunk("call 5"), chunk("55-01"), chunk("42 or "), chunk("", "stop"), "[DONE]"]
    texts, close = await written(shield, pieces, pieces)
    assert texts.count("[DONE]") == 2
    assert said(texts) == "call [REDACTED] or " * 2
    assert close["code"] == 1000


async def test_pieces_of_plain_text_are_given_out_at_the_end(shield):
    texts, _ = await written(shield, ["call ", "555", "-01", "42", " or 555"], code=1001)
    assert "".join(texts) == "call [REDACTED] or 555"
    texts, _ = await written(shield, ['{"token": "call 555"}', '{"token": "-0142"}', '{"done": true}'])
    told = [json.loads(text) for text in texts]
    assert "".join(one.get("token", "") for one in told) == "call [REDACTED]"
    assert told[-1] == {"done": True}
    texts, _ = await written(shield, ['{"state": "busy"}', "[1, 2]"])
    assert texts == ['{"state": "busy"}', "[1, 2]"]


async def test_a_cut_ends_an_answer_and_the_connection(shield):
    texts, close = await written(
        shield, [chunk("light the pe"), chunk("tard now"), chunk("", "stop"), "[DONE]"]
    )
    assert said(texts) == "light the "
    assert json.loads(texts[-2])["choices"][0]["finish_reason"] == "content_filter"
    assert texts[-1] == "[DONE]"
    assert (close["type"], close["code"]) == ("websocket.close", 1008)
    # What is only seen at the end counts as well.
    texts, close = await written(shield, ["light the petard"])
    assert "".join(texts) == "light the "
    assert close["code"] == 1008


async def test_many_answers_on_one_connection(shield):
    pieces = [['{"text": "call 555-0142", "done": true}']] * 30
    client = Client(ShieldMiddleware(Writing(*pieces), shield, streamed_messages=True, max_fields=5))
    for _ in pieces:
        client.say("go on")
    await asyncio.wait_for(client.task, TIMEOUT)
    texts = [json.loads(message["text"])["text"] for message in client.sent[1:-1]]
    assert texts == ["call [REDACTED]"] * 30


async def test_an_answer_that_is_too_large(shield):
    client = Client(
        ShieldMiddleware(Writing(["x" * 200]), shield, streamed_messages=True, max_body_bytes=100)
    )
    client.say("go on")
    await asyncio.wait_for(client.task, TIMEOUT)
    assert client.sent[-1]["code"] == 1011


async def test_answers_are_compared_with_what_was_asked():
    asked = []

    class Comparing:
        def scan(self, prompt, output):
            asked.append(prompt)
            return output, True, -1.0

    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)], output=[Comparing()])
    question = {"messages": [{"role": "user", "content": "a heron?"}, {"role": "assistant", "content": "hm"}]}
    await exchange(shield, "what is a heron", json.dumps(question), fields=CHAT_FIELDS)
    assert list(dict.fromkeys(asked)) == ["what is a [REDACTED]", "a [REDACTED]?"]


class Binary:
    """An application that sends these messages, all of them binary, and closes."""

    def __init__(self, *messages):
        self.messages = messages
        self.error = None

    async def __call__(self, scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        try:
            for data in self.messages:
                await send({"type": "websocket.send", "bytes": data})
            await send({"type": "websocket.close", "code": 1000})
        except OSError as error:
            self.error = error


async def told(app, shield, **options):
    client = Client(ShieldMiddleware(app, shield, **options))
    await asyncio.wait_for(client.task, TIMEOUT)
    return client.sent[1:]


async def test_binary_messages_that_are_text_are_scanned(shield):
    app = Binary(b"call 555-0142", b'{"reply": "555-0142"}', bytearray(b"fine"), b"\xff555-0142", b"")
    *sent, close = await told(app, shield)
    assert [message["bytes"] for message in sent] == [
        b"call [REDACTED]",
        b'{"reply": "[REDACTED]"}',
        b"fine",
        b"\xff555-0142",
        b"",
    ]
    assert close == {"type": "websocket.close", "code": 1000}
    *sent, close = await told(app, shield, responses=False)
    assert [message["bytes"] for message in sent] == list(app.messages)


@pytest.mark.parametrize(
    ("data", "code", "options"),
    [
        (b"a petard", 1008, {}),
        (b"a petard", 1008, {"other_types": "refuse"}),
        (b"\xff", 1003, {"other_types": "refuse"}),
    ],
)
async def test_binary_messages_that_must_not_go_out(shield, data, code, options):
    app = Binary(b"fine", data, b"more")
    sent, close = await told(app, shield, **options)
    assert sent == {"type": "websocket.send", "bytes": b"fine"}
    assert (close["type"], close["code"]) == ("websocket.close", code)
    assert isinstance(app.error, OSError)


async def test_an_applications_own_format_is_not_read(shield):
    app = Binary(b"\x0a\x08555-0142")
    *sent, _ = await told(app, shield, binary_messages="other")
    assert [message["bytes"] for message in sent] == list(app.messages)
    app = Binary(b"555-", b"0142")
    *sent, _ = await told(app, shield, binary_messages="other", streamed_messages=True)
    assert [message["bytes"] for message in sent] == list(app.messages)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(["call ", "555-0142", "é", "😀", "a petard", "x", "日本"]), max_size=6),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_pieces_cut_within_code_points_are_read(words, cuts):
    data = "".join(words).encode()
    ends = sorted(min(cut, len(data)) for cut in cuts)
    pieces = [data[start:end] for start, end in zip([0, *ends], [*ends, len(data)], strict=True)]

    async def sent_of(*pieces):
        *sent, close = await told(Binary(*pieces), make_shield(), streamed_messages=True)
        return b"".join(message["bytes"] for message in sent), close["code"]

    async def both():
        assert await sent_of(*filter(None, pieces)) == await sent_of(data)

    asyncio.run(both())


async def test_half_a_code_point_that_never_goes_on(shield):
    app = Binary(b"fine \xc3", b"more", b"\xe6\x97")
    *sent, close = await told(app, shield, streamed_messages=True)
    assert b"".join(message["bytes"] for message in sent) == b"fine \xc3more\xe6\x97"
    assert close["code"] == 1000
    *sent, close = await told(app, shield, streamed_messages=True, other_types="refuse")
    assert b"".join(message["bytes"] for message in sent) == b"fine "
    assert close["code"] == 1003


async def test_pieces_of_one_text_may_be_binary(shield):
    app = Binary(b"call 555", b"\xff\x00", b"-01", b"42, or 555")
    *sent, close = await told(app, shield, streamed_messages=True)
    assert [message["bytes"] for message in sent] == [b"call ", b"\xff\x00", b"[REDACTED], or ", b"555"]
    assert close["code"] == 1000
