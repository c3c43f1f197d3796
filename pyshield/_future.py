"""The awaitables of the runtime, as asyncio knows them.

Imported by the runtime when a scan first goes through the actors; until then asyncio stays unloaded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from pyshield._runtime import Ready

if TYPE_CHECKING:
    from types import TracebackType

    from pyshield._runtime import LoopBridge, Ticket

__all__ = ["ScanFuture", "bridges", "later"]

bridges: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopBridge] = WeakKeyDictionary()
"""The bridge of each event loop that has one."""


class ScanFuture(asyncio.Future[Any]):
    """A scan under way.

    It is a future, so `gather` takes it without a task of its own; and it follows the coroutine protocol,
    so `create_task` and `TaskGroup` take it as well. Cancelling it frees its permit and drops the work.
    """

    __slots__ = ("_ticket",)

    def __init__(self, ticket: Ticket, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._ticket = ticket

    def cancel(self, msg: Any | None = None) -> bool:  # noqa: ANN401  # as asyncio.Future
        """Cancels the scan; the signature is `asyncio.Future`'s."""
        cancelled = super().cancel(msg)
        if cancelled:
            self._ticket.cancel()
        return cancelled

    def send(self, value: None) -> ScanFuture:  # noqa: ARG002  # the coroutine protocol
        """Steps a task that was made of this future: waits, or ends with the result."""
        if self.done():
            raise StopIteration(self.result())
        # What a task looks for on what its coroutine yields.
        self._asyncio_future_blocking = True
        return self

    def throw(
        self,
        typ: type[BaseException] | BaseException,
        val: BaseException | object = None,
        tb: TracebackType | None = None,
    ) -> ScanFuture:
        """Ends a task that was made of this future with an exception, cancelling the scan."""
        self.cancel()
        if isinstance(typ, BaseException):
            raise typ.with_traceback(tb) if tb is not None else typ
        raise val if isinstance(val, BaseException) else typ()

    def close(self) -> None:
        """Cancels the scan if it is not done."""
        if not self.done() and not self.get_loop().is_closed():
            self.cancel()


async def later(begin: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401  # of any scan
    """What `begin` starts, begun when this is awaited: for calls where no event loop runs yet."""
    return await begin()


Coroutine.register(ScanFuture)
Coroutine.register(Ready)
