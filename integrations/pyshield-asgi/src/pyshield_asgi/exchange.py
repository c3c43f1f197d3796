"""Exchange: a request that has passed and its answer, as long as that is what most answers are.

Most are short JSON documents that say so, come in one message and may pass as they are. Such a one is scanned
in one call and sent with no more around it than that takes; all others are a `ResponseGuard`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._runtime import short_json
from pyshield.errors import ShieldError
from pyshield_asgi.response import UNUSUAL, ResponseGuard

if TYPE_CHECKING:
    from pyshield._runtime import ScannedDocument
    from pyshield_asgi._types import ASGIApp, Message, Receive, Scope, Send
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.prompt import Prompt

__all__ = ["Exchange", "unoffered"]

_FROM_FILES = frozenset({"http.response.pathsend", "http.response.zerocopysend"})
"""Extensions of servers that read a body from a file themselves."""

_ASKING = frozenset({b"accept-encoding", b"range", b"if-range"})
"""Headers that ask for an answer that could not be scanned."""


class Exchange:
    """What an application is given to receive its request and to send its answer.

    Args:
        guard: Who guards it.
        prompt: What is answered; `None` if no scanner wants to know.
        receive: What the application receives from.
        send: The server's `send`.
        first: What it receives before that, if anything.

    Attributes:
        other: Whose the answer is; `None` as long as it is one of most.
    """

    __slots__ = ("_direct", "_first", "_guard", "_prompt", "_receive", "_send", "_start", "other")

    def __init__(
        self, guard: Guard, prompt: Prompt | None, receive: Receive, send: Send, first: Message | None = None
    ) -> None:
        self._guard = guard
        self._prompt = prompt
        self._receive = receive
        self._send = send
        self._first = first
        # What scans a short answer in one call, if that may be done.
        self._direct = None if guard.compares else guard.direct_answers
        # The start of an answer whose body has not come.
        self._start: Message | None = None
        self.other: ResponseGuard | None = None

    async def receive(self) -> Message:
        """The application's `receive`."""
        first = self._first
        if first is None:
            return await self._receive()
        self._first = None
        return first

    async def send(self, message: Message) -> None:
        """The application's `send`."""
        if self.other is not None:
            await self.other.send(message)
            return
        kind, start, document = message["type"], self._start, None
        if (direct := self._direct) is not None:
            if kind == "http.response.start":
                headers = message.get("headers")
                if short_json(headers, self._guard.short) is not None and message["status"] not in UNUSUAL:
                    self._start = message
                    return
            elif start is not None and kind == "http.response.body" and not message.get("more_body"):
                try:
                    document = direct.scan(message.get("body"))
                except ShieldError as error:
                    await self._others().unscanned(error)
                if document is not None and document.clean:
                    self._start = None
                    await self._send(start)
                    await self._send(message)
                    return
        await self._hand_over(start, message, document)

    async def _hand_over(
        self, start: Message | None, message: Message, document: ScannedDocument | None
    ) -> None:
        """Leaves the answer to somebody who knows all kinds, with what has come of it."""
        other = self._others()
        if start is not None and document is not None:
            await other.settle(start, message, message["body"], None, document)
            return
        if start is not None:
            await other.send(start)
        await other.send(message)

    def _others(self) -> ResponseGuard:
        self._start = None
        self.other = other = ResponseGuard(self._guard, self._prompt, self._send)
        return other

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Runs the application, and sees to it that its answer ends."""
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            if not await self.failed():
                raise
        finally:
            if self.other is not None:
                self.other.close()

    async def failed(self) -> bool:
        """Ends the answer of an application that failed; whether it only heard that its client had gone."""
        other = self.other
        if other is not None and not other.ended:
            await other.fail()
            return False
        return other is not None


def unoffered(scope: Scope) -> None:
    """Takes from a scope what would make an answer one that cannot be scanned."""
    # Bodies that the server would read from a file are not seen here, so they are not offered.
    extensions = scope.get("extensions")
    if extensions and not _FROM_FILES.isdisjoint(extensions):
        scope["extensions"] = {name: value for name, value in extensions.items() if name not in _FROM_FILES}
    # Nor could a body be read that something on the way encodes, or cuts a part out of.
    headers = scope["headers"]
    kept = [header for header in headers if header[0].lower() not in _ASKING]
    if len(kept) < len(headers):
        scope["headers"] = kept
