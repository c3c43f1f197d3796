"""WebSocket connections while something waits: for a scan, for the client, for its turn."""

from __future__ import annotations

import asyncio

import pytest
from asgi_helpers.sockets import TIMEOUT, Client, Echo, make_shield

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


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


async def until(holds):
    """Waits for what happens on other threads too; what never does fails by the time it takes."""
    async with asyncio.timeout(TIMEOUT):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def settled(shield, before):
    """Nothing is in flight, and no task is left but those of before."""
    await until(lambda: shield.metrics()["in_flight"] == 0)
    await until(lambda: asyncio.all_tasks() == before)


class Waiting:
    """A scanner of one's own that never comes to an end."""

    def __init__(self):
        self.entered = asyncio.Event()
        self.left = []

    async def scan(self, text, output=None):
        self.entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.left.append(text)


async def test_a_client_that_is_lost_while_its_message_is_scanned():
    waiting, app = Waiting(), Echo()
    shield = Shield(prompt=[waiting])
    before = asyncio.all_tasks()
    client = Client(ShieldMiddleware(app, shield))
    client.say("a word")
    async with asyncio.timeout(TIMEOUT):
        await waiting.entered.wait()
    assert await client.end(code=1006) == []
    # The application hears of the loss and not of the message, which nobody scanned.
    assert [message["type"] for message in app.received] == ["websocket.disconnect"]
    await until(lambda: waiting.left == ["a word"])
    await settled(shield, before)


@pytest.mark.parametrize("code", [1000, 1001, 1005])
async def test_a_client_that_closes_while_its_message_is_scanned(code):
    go, entered, app = asyncio.Event(), asyncio.Event(), Echo()

    class Slow:
        async def scan(self, prompt):
            entered.set()
            await go.wait()
            return prompt, True, -1.0

    shield = Shield(prompt=[Slow()])
    before = asyncio.all_tasks()
    client = Client(ShieldMiddleware(app, shield))
    client.say("a word")
    async with asyncio.timeout(TIMEOUT):
        await entered.wait()
    asyncio.get_running_loop().call_soon(go.set)
    assert await client.end(code=code) == ["a word"]
    assert [message["type"] for message in app.received] == ["websocket.receive", "websocket.disconnect"]
    assert app.received[-1]["code"] == code
    await settled(shield, before)


async def test_a_client_that_says_more_while_its_message_is_scanned():
    class Slow(Waiting):
        async def scan(self, text, output=None):
            self.entered.set()
            await go.wait()
            return text, True, -1.0

    go, slow, app = asyncio.Event(), Slow(), Echo()
    client = Client(ShieldMiddleware(app, Shield(prompt=[slow])))
    client.say("one")
    async with asyncio.timeout(TIMEOUT):
        await slow.entered.wait()
    client.say("two")
    client.say("three")
    for _ in range(10):
        await asyncio.sleep(0)
    # One message is taken ahead, to hear of a disconnect, and no more.
    assert client.to_app.qsize() == 1
    go.set()
    await client.until(3)
    assert await client.end() == ["one", "two", "three"]


async def test_a_scan_that_is_given_up_leaves_nothing_behind():
    waiting = Waiting()
    shield = Shield(prompt=[waiting])
    before = asyncio.all_tasks()

    async def app(scope, receive, send):
        await receive()
        for _ in range(3):  # as frameworks do that listen for a while
            waiting.entered.clear()
            listening = asyncio.create_task(receive())
            await waiting.entered.wait()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    client = Client(ShieldMiddleware(app, shield))
    client.say("a word")
    await asyncio.wait_for(client.task, TIMEOUT)
    await until(lambda: waiting.left == ["a word"] * 3)
    await settled(shield, before)


async def test_an_application_that_writes_without_waiting_lets_others_have_their_turn(shield):
    looks = 0

    def look():
        nonlocal looks, handle
        looks += 1
        handle = asyncio.get_running_loop().call_soon(look)

    handle = asyncio.get_running_loop().call_soon(look)

    async def app(scope, receive, send):
        for _ in range(1_000):
            await send({"type": "websocket.send", "text": "word " * 100})

    async def send(message):
        return

    await ShieldMiddleware(app, shield)({"type": "websocket", "path": "/", "headers": []}, None, send)
    handle.cancel()
    assert looks > 1_000 * 500 / 16_384


async def test_nothing_is_sent_after_the_connection_was_closed():
    """A message that came in was refused while one that goes out was scanned."""
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def scan(self, prompt, output):
            entered.set()
            await go.wait()
            return output, True, -1.0

    caught = []

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        sending = asyncio.create_task(send({"type": "websocket.send", "text": "late"}))
        await entered.wait()
        assert (await receive())["type"] == "websocket.disconnect"
        go.set()
        try:
            await sending
        except OSError as error:
            caught.append(error)

    client = Client(ShieldMiddleware(app, Shield(prompt=[BanSubstrings(["bomb"])], output=[Slow()])))
    client.say("a bomb")
    await asyncio.wait_for(client.task, TIMEOUT)
    assert [message["type"] for message in client.sent] == ["websocket.accept", "websocket.close"]
    assert len(caught) == 1


@pytest.mark.parametrize("gone", [False, True])
async def test_what_is_held_leaves_when_the_application_returns(shield, gone):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "call 555"})
        if gone:
            await receive()

    client = Client(ShieldMiddleware(app, shield, streamed_messages=True))
    if gone:
        client.to_app.put_nowait({"type": "websocket.disconnect", "code": 1005})
    await asyncio.wait_for(client.task, TIMEOUT)
    assert [message.get("text") for message in client.sent[1:]] == (["call "] if gone else ["call ", "555"])


async def test_what_is_held_and_refused_closes_when_the_application_returns(shield):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "a petard"})

    client = Client(ShieldMiddleware(app, shield, streamed_messages=True))
    await asyncio.wait_for(client.task, TIMEOUT)
    assert [message.get("text", message.get("code")) for message in client.sent[1:]] == ["a ", 1008]
