"""WebSocket messages, in both directions."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from pyshield import Limits, Shield
from pyshield.errors import Closed, DeadlineExceeded, Overloaded, ScannerError
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield.output_scanners import Regex
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware

TIMEOUT = 10


def make_shield():
    """Redacts "heron" and refuses "bomb" on the way in; telephone numbers and "petard" on the way out."""
    return Shield(
        prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])],
        output=[Regex([r"\d{3}-\d{4}"], match_type="all"), BanOutput(["petard"])],
    )


@pytest.fixture
def shield():
    return make_shield()


class Echo:
    """Sends back what it receives, text as text; keeps what happened."""

    def __init__(self):
        self.received = []
        self.scopes = []
        self.error = None

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while True:
            message = await receive()
            self.received.append(message)
            if message["type"] == "websocket.disconnect":
                return
            answer = {"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")}
            try:
                await send(answer)
            except OSError as error:
                self.error = error
                raise


class Client:
    """One connection as the server would give it to an application."""

    def __init__(self, app, scope=None):
        self.to_app = asyncio.Queue()
        self.sent = []
        self.wakes = asyncio.Event()
        base = {"type": "websocket", "path": "/", "headers": [], "subprotocols": []}
        self.task = asyncio.create_task(app(base | (scope or {}), self.to_app.get, self.send))
        self.to_app.put_nowait({"type": "websocket.connect"})

    async def send(self, message):
        self.sent.append(message)
        self.wakes.set()

    def say(self, text=None, data=None):
        self.to_app.put_nowait({"type": "websocket.receive", "text": text, "bytes": data})

    async def until(self, count):
        """Waits until the server was given so many messages besides the first."""
        async with asyncio.timeout(TIMEOUT):
            while len(self.sent) <= count:
                self.wakes.clear()
                await self.wakes.wait()
        return self.sent[1:]

    async def end(self):
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": 1005, "reason": ""})
        await asyncio.wait_for(self.task, TIMEOUT)
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]


async def exchange(shield, *texts, app=None, **options):
    """Says these texts one after the other; what was sent back, and the application."""
    app = Echo() if app is None else app
    client = Client(ShieldMiddleware(app, shield, **options))
    for text in texts:
        client.say(text)
    return await client.end(), app


@pytest.mark.parametrize(
    ("options", "text", "given"),
    [
        ({}, "the heron", "the [REDACTED]"),
        ({}, '{"a": "the heron", "n": 1.50}', '{"a": "the [REDACTED]", "n": 1.50}'),
        ({}, '\ufeff{"a":"heron"}', '\ufeff{"a":"heron"}'.replace("heron", "[REDACTED]")),
        ({}, '["heron", {"b": "her\\u006fn"}]', '["[REDACTED]", {"b": "[REDACTED]"}]'),
        ({}, '{"a": "heron"', '{"a": "[REDACTED]"'),
        ({}, '"heron"', '"[REDACTED]"'),
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
        ({"other_types": "refuse"}, {"data": b"bomb"}, 1003),
        ({"max_body_bytes": 10}, {"text": "x" * 11}, 1009),
        ({"max_body_bytes": 10}, {"text": "é" * 6}, 1009),
        ({"max_fields": 2}, {"text": '["a", "b", "c"]'}, 1009),
        ({"messages": "json"}, {"text": "{"}, 1007),
        ({}, {"text": "[" * 300 + '"a"' + "]" * 300}, 1007),
        ({}, {"text": '["\\ud800"]'}, 1007),
        ({}, {"text": "\ud800"}, 1007),
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


async def test_binary_messages_pass(shield):
    app = Echo()
    client = Client(ShieldMiddleware(app, shield))
    client.say(data=b"bomb")
    assert (await client.until(1))[0]["bytes"] == b"bomb"
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


async def test_an_error_of_the_application_is_its_own(shield):
    async def app(scope, receive, send):
        await receive()
        raise ValueError("mine")

    client = Client(ShieldMiddleware(app, shield))
    with pytest.raises(ValueError, match="mine"):
        await asyncio.wait_for(client.task, TIMEOUT)


async def test_a_message_that_is_being_scanned_is_not_lost():
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def scan(self, prompt):
            entered.set()
            await go.wait()
            return prompt, True, -1.0

    got = []

    async def app(scope, receive, send):
        await receive()
        waiting = asyncio.create_task(receive())
        await entered.wait()
        waiting.cancel()  # as frameworks do that listen for a while
        go.set()
        got.append((await receive())["text"])
        got.append((await receive())["text"])

    client = Client(ShieldMiddleware(app, Shield(prompt=[Slow()])))
    client.say("one")
    client.say("two")
    await asyncio.wait_for(client.task, TIMEOUT)
    assert got == ["one", "two"]


async def test_messages_leave_in_the_order_in_which_they_were_sent():
    class Uneven:
        async def scan(self, prompt, output):
            await asyncio.sleep(0.02 if output == "0" else 0)
            return output, True, -1.0

    async def app(scope, receive, send):
        await receive()
        await asyncio.gather(*(send({"type": "websocket.send", "text": str(n)}) for n in range(5)))

    client = Client(ShieldMiddleware(app, Shield(output=[Uneven()])))
    await asyncio.wait_for(client.task, TIMEOUT)
    assert [message["text"] for message in client.sent] == list("01234")


async def test_a_slow_client_makes_the_application_wait(shield):
    """No queue: what the server does not take, the application still holds."""
    sent, room = [], asyncio.Semaphore(0)

    async def app(scope, receive, send):
        await receive()
        for number in range(100):
            await send({"type": "websocket.send", "text": f"word {number} "})
            sent.append(number)

    taken = []

    async def send(message):
        await room.acquire()
        taken.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/", "headers": []}
    task = asyncio.create_task(ShieldMiddleware(app, shield)(scope, receive, send))
    for count in range(1, 6):
        room.release()
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(taken) == count
        assert len(sent) <= count
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert shield.metrics()["in_flight"] == 0


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
