"""Channel: the server's `receive`, with a body that has been read put back in front.

The application must not notice that somebody read before it: it is given the body once, then whatever the
server says next, so that it still hears of a disconnect.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from pyshield_asgi.problem import RejectedError, too_large

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from pyshield_asgi._types import Message, Receive

__all__ = ["Channel", "DisconnectedError"]

T = TypeVar("T")

_LOST = 1006
"""The code of a WebSocket that ended without being closed (RFC 6455, 7.1.5)."""


class DisconnectedError(Exception):
    """The client went away."""


class Channel:
    """What is received for one request, or one connection.

    Args:
        receive: The server's `receive`.
    """

    __slots__ = ("_ahead", "_receive", "_replay")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._replay: Message | None = None
        # The next message, asked for early to hear of a disconnect during a scan.
        self._ahead: asyncio.Task[Message] | None = None

    def unread(self, message: Message) -> None:
        """Puts a message of the server back, to be read or received next."""
        self._replay = message

    async def read(self, most: int) -> bytes:
        """Reads the whole body, which the application is then given first.

        Args:
            most: How many bytes it may have.

        Raises:
            DisconnectedError: If the client went away before its end.
            RejectedError: If it is longer.
        """
        body: bytearray | None = None
        while True:
            message = self._replay
            if message is None:
                message = await self._receive()
            else:
                self._replay = None
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            piece: bytes = message.get("body", b"")
            if (0 if body is None else len(body)) + len(piece) > most:
                raise RejectedError(too_large(most))
            more = message.get("more_body", False)
            if body is None:
                if not more:  # as nearly all of them are
                    self._replay = message
                    return piece
                body = bytearray()
            body += piece
            if not more:
                self.replay(whole := bytes(body))
                return whole

    def replay(self, body: bytes) -> None:
        """Gives the application this body first, in the place of the one that was read."""
        self._replay = {"type": "http.request", "body": body, "more_body": False}

    async def receive(self) -> Message:
        """The application's `receive`."""
        if self._replay is not None:
            message, self._replay = self._replay, None
            return message
        if self._ahead is not None:
            # Frameworks cancel their listening; the message must survive that.
            message = await asyncio.shield(self._ahead)
            self._ahead = None
            return message
        return await self._receive()

    async def unless_disconnected(self, work: Coroutine[None, None, T]) -> T:
        """Runs `work`, and cancels it if the client goes away meanwhile.

        Raises:
            DisconnectedError: If it did.
        """
        task = asyncio.create_task(work)
        try:
            # Short texts are scanned within the call; nobody is asked to listen for that.
            await asyncio.sleep(0)
            if not task.done():
                # It may be there from a scan before, which the application did not wait for.
                ahead = self._ahead or asyncio.create_task(_message(self._receive))
                self._ahead = ahead
                await asyncio.wait((task, ahead), return_when=asyncio.FIRST_COMPLETED)
                if not task.done() and _is_left(ahead.result()):
                    raise DisconnectedError
            return await task
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))
            if task.done() and not task.cancelled():
                task.exception()  # known of: asyncio need not report it as never retrieved

    def close(self) -> None:
        """Ends the listening that nobody waited for."""
        if self._ahead is not None:
            self._ahead.cancel()
            if self._ahead.done() and not self._ahead.cancelled():
                self._ahead.exception()  # nobody asked for it; it is not lost by accident


def _is_left(message: Message) -> bool:
    """Whether nobody is there any more who said what is being scanned, or means it.

    A WebSocket that was closed is not left: what its client said before still counts.
    """
    kind = message["type"]
    return kind == "http.disconnect" or (kind == "websocket.disconnect" and message.get("code") == _LOST)


async def _message(receive: Receive) -> Message:
    return await receive()
