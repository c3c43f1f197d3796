"""Lifespan: shields are made ready before the application starts, and drained after it has ended."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from pyshield.errors import ShieldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyshield.shield import Shield
    from pyshield_asgi._types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Lifespan"]

_LOGGER = logging.getLogger("pyshield_asgi")


class Lifespan:
    """One life of an application.

    Args:
        app: The application.
        shields: The shields that guard it.
        drain: Seconds to wait at the end for scans under way; `None` to leave the shields open.
        receive: The server's `receive`.
        send: The server's `send`.
    """

    __slots__ = ("_app", "_drain", "_first", "_receive", "_send", "_shields")

    def __init__(
        self, app: ASGIApp, shields: Iterable[Shield], drain: float | None, receive: Receive, send: Send
    ) -> None:
        self._app = app
        self._shields = list({id(shield): shield for shield in shields}.values())
        self._drain = drain
        self._receive = receive
        self._send = send
        # The message that was read before the application asked for it.
        self._first: Message | None = None

    async def run(self, scope: Scope) -> None:
        """Runs the application's lifespan between ours.

        Raises:
            ShieldError: If a shield cannot scan; the server has been told.
        """
        self._first = await self._receive()
        try:
            await asyncio.gather(*(shield.warm_up() for shield in self._shields))
        except ShieldError as error:
            # Its words name no text. A shield that cannot scan guards nothing: better not to start.
            _LOGGER.error("a shield cannot scan: %s: %s", type(error).__name__, error)  # noqa: TRY400
            message = f"pyshield: a shield cannot scan: {type(error).__name__}: {error}"
            await self._send({"type": "lifespan.startup.failed", "message": message})
            raise
        await self._app(scope, self._next, self._told)

    async def _next(self) -> Message:
        if self._first is not None:
            message, self._first = self._first, None
            return message
        return await self._receive()

    async def _told(self, message: Message) -> None:
        if message["type"].startswith("lifespan.shutdown.") and self._drain is not None:
            finished = await asyncio.gather(*(shield.close(self._drain) for shield in self._shields))
            if not all(finished):
                _LOGGER.warning("scans were still under way after %g seconds", self._drain)
        await self._send(message)
