"""What is received and when: replay, disconnects, and requests beside each other."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import Limits, Shield
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ShieldMiddleware

GONE = {"type": "http.disconnect"}


class Blocked:
    """Scans until it is let go."""

    def __init__(self):
        self.entered = asyncio.Event()
        self.go = asyncio.Event()
        self.cancelled = False

    async def scan(self, prompt):
        self.entered.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return prompt, True, -1.0


async def test_pieces_are_put_together(guarded, application, ask):
    pieces = [b'["he', b"", b"ron", b'"]']
    assert (await ask(guarded(), chunks=pieces)).status == 200
    assert application.received == [{"type": "http.request", "body": b'["[REDACTED]"]', "more_body": False}]


async def test_what_is_over_the_cap_is_not_read_on(guarded, application, ask):
    endless = [b"x" * 10] * 3 + [{"type": "never"}]
    answer = await ask(guarded(max_body_bytes=25), chunks=endless)
    assert (answer.status, answer.problem) == (413, "too-large")
    assert answer.headers[b"connection"] == b"close"
    second = await ask(guarded(max_body_bytes=25), chunks=endless, scope={"http_version": "2"})
    assert b"connection" not in second.headers


async def test_after_the_body_the_server_is_heard(guarded, application, ask):
    application.listens = True
    await ask(guarded(), b'["heron"]', then=GONE)
    assert [message["type"] for message in application.received] == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(
    "pieces", [[GONE], [{"type": "http.request", "body": b"[", "more_body": True}, GONE]]
)
async def test_a_client_that_goes_while_it_sends(guarded, application, ask, pieces):
    assert (await ask(guarded(), chunks=pieces)).status == 0
    assert application.scopes == []


async def test_a_client_that_goes_while_its_text_is_scanned(application, ask):
    scanner = Blocked()
    app = ShieldMiddleware(application, Shield(prompt=[scanner]))
    assert (await ask(app, b'["x"]', then=GONE)).status == 0
    assert application.scopes == []
    # Scanners of one's own are cancelled by the runtime, some turns of the loop later.
    for _ in range(1_000):
        if scanner.cancelled or not scanner.entered.is_set():
            break
        await asyncio.sleep(0.01)
    assert scanner.cancelled or not scanner.entered.is_set()


async def test_a_disconnect_heard_during_a_scan_is_not_lost(application):
    scanner, told = Blocked(), asyncio.Event()
    received = []

    async def app(scope, receive, send):
        received.append((await receive())["body"])
        listening = asyncio.create_task(receive())
        await asyncio.sleep(0)
        listening.cancel()  # as frameworks do once they have answered
        told.set()
        received.append((await receive())["type"])

    messages = [{"type": "http.request", "body": b'["x"]'}]

    async def receive():
        if messages:
            return messages.pop()
        await told.wait()
        return GONE

    scope = {"type": "http", "path": "/", "headers": [(b"content-type", b"application/json")]}
    task = asyncio.create_task(ShieldMiddleware(app, Shield(prompt=[scanner]))(scope, receive, None))
    await scanner.entered.wait()
    scanner.go.set()
    await task
    assert received == [b'["x"]', "http.disconnect"]


async def test_a_listening_that_nobody_waits_for_ends(application, ask):
    scanner = Blocked()
    app = ShieldMiddleware(application, Shield(prompt=[scanner]))
    task = asyncio.create_task(ask(app, b'["x"]'))
    await scanner.entered.wait()
    scanner.go.set()
    assert (await task).status == 200
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_cancelled_request_cancels_its_scan(application, ask):
    scanner = Blocked()
    shield = Shield(prompt=[scanner], limits=Limits(max_in_flight=1))
    task = asyncio.create_task(ask(ShieldMiddleware(application, shield), b'["x"]'))
    await scanner.entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # The scanner runs as a task of its own, which hears of it by way of the runtime.
    async with asyncio.timeout(60):
        while not scanner.cancelled or asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    scanner.go.set()
    assert (await ask(ShieldMiddleware(application, shield), b'["x"]')).status == 200


async def test_requests_over_the_limit_are_refused_and_the_others_are_not(application, ask):
    scanner = Blocked()
    app = ShieldMiddleware(application, Shield(prompt=[scanner], limits=Limits(max_in_flight=1)))
    first = asyncio.create_task(ask(app, b'["x"]'))
    await scanner.entered.wait()
    second = await ask(app, b'["y"]')
    assert (second.status, second.problem, second.headers[b"retry-after"]) == (503, "overloaded", b"1")
    scanner.go.set()
    assert (await first).status == 200


async def test_large_bodies_do_not_hold_up_the_loop_in_one_piece(guarded, application, ask):
    body = b'["' + b"x" * 100_000 + b' heron", ' + b"[]," * 50_000 + b'"heron"]'
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    assert (await ask(guarded(), body)).status == 200
    counting.cancel()
    assert application.bodies[0].count(b"[REDACTED]") == 2
    assert turns > 3


async def test_a_client_that_is_gone_when_it_is_refused(guarded):
    async def receive():
        return {"type": "http.request", "body": b'["bomb"]'}

    async def send(message):
        raise OSError

    scope = {"type": "http", "path": "/", "headers": [(b"content-type", b"application/json")]}
    await guarded()(scope, receive, send)


async def test_an_error_of_the_server_while_a_text_is_scanned(application):
    messages = [{"type": "http.request", "body": b'["x"]'}]

    async def receive():
        if messages:
            return messages.pop()
        raise ConnectionError("the server broke")

    scope = {"type": "http", "path": "/", "headers": [(b"content-type", b"application/json")]}
    with pytest.raises(ConnectionError):
        await ShieldMiddleware(application, Shield(prompt=[Blocked()]))(scope, receive, None)


async def test_many_requests_at_once(application, ask):
    app = ShieldMiddleware(application, Shield(prompt=[BanSubstrings(["heron"], redact=True)]))
    answers = await asyncio.gather(*(ask(app, b'["heron %d", "b"]' % index) for index in range(200)))
    assert [answer.body for answer in answers] == [b'["[REDACTED] %d", "b"]' % index for index in range(200)]


async def test_nobody_listens_while_short_texts_are_scanned(guarded):
    asked = 0

    async def receive():
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b'["heron"]'}

    async def app(scope, receive, send):
        await receive()

    middleware = guarded()
    middleware.app = app
    scope = {"type": "http", "path": "/", "headers": [(b"content-type", b"application/json")]}
    await middleware(scope, receive, None)
    assert asked == 1
