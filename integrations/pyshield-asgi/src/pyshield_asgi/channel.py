"""Channel: the request's `receive`, with a body that has been read put back in front.

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


class DisconnectedError(Exception):
    """The client went away."""


class Channel:
    """What is received for one request.

    Args:
        receive: The server's `receive`.
    """

    __slots__ = ("_ahead", "_receive", "_replay")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._replay: Message | None = None
        # The message after the body, asked for early to hear of a disconnect during a scan.
        self._ahead: asyncio.Task[Message] | None = None

    async def read(self, most: int) -> bytes:
        """Reads the whole body.

        Args:
            most: How many bytes it may have.

        Raises:
            DisconnectedError: If the client went away before its end.
            RejectedError: If it is longer.
        """
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            body += message.get("body", b"")
            if len(body) > most:
                raise RejectedError(too_large(most))
            if not message.get("more_body", False):
                return bytes(body)

    def replay(self, body: bytes) -> None:
        """Gives the application this body first."""
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
                self._ahead = ahead = asyncio.create_task(_message(self._receive))
                await asyncio.wait((task, ahead), return_when=asyncio.FIRST_COMPLETED)
                if not task.done() and ahead.result()["type"] == "http.disconnect":
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


async def _message(receive: Receive) -> Message:
    return await receive()
