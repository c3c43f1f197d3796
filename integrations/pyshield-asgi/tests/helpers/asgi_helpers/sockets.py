"""WebSocket connections as a server would give them to an application."""

from __future__ import annotations

import asyncio

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield.output_scanners import Regex
from pyshield_asgi import ShieldMiddleware

TIMEOUT = 60


def make_shield():
    """Redacts "heron" and refuses "bomb" on the way in; telephone numbers and "petard" on the way out."""
    return Shield(
        prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])],
        output=[Regex([r"\d{3}-\d{4}"], match_type="all"), BanOutput(["petard"])],
    )


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

    async def end(self, code=1005):
        self.to_app.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        await asyncio.wait_for(self.task, TIMEOUT)
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]


async def exchange(shield, *texts, app=None, **options):
    """Says these texts one after the other; what was sent back, and the application."""
    app = Echo() if app is None else app
    client = Client(ShieldMiddleware(app, shield, **options))
    for text in texts:
        client.say(text)
    return await client.end(), app
