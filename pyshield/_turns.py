"""Turns: long work on an event loop, in slices, of which the loop takes one at a time.

A task that awaits nothing that has to be waited for keeps the loop until it ends. Letting the others in
between two slices is not enough where many such tasks run: the loop would still take one slice of each before
it looks at its sockets again, and uvloop's accepts one connection each time it does. So all tasks of a loop
queue up for one slice at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

__all__ = ["turn"]


class _Turns:
    """The tasks of one loop that wait for their turn, the longest waiting first."""

    __slots__ = ("_called", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._called = False

    async def take(self, loop: asyncio.AbstractEventLoop) -> None:
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.append(mine)
        if not self._called:
            self._called = True
            loop.call_soon(self._next, loop)
        await mine

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        """Gives the next task its turn, and calls itself after the loop has looked at everything else."""
        self._called = False
        while self._waiting:
            one = self._waiting.popleft()
            if not one.done():  # cancelled, else
                one.set_result(None)
                break
        if self._waiting:
            self._called = True
            loop.call_soon(self._next, loop)


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()


async def turn() -> None:
    """Waits until the running loop has let everybody else do what they can do, and this task is the next."""
    loop = asyncio.get_running_loop()
    turns = _TURNS.get(loop)
    if turns is None:
        turns = _TURNS[loop] = _Turns()
    await turns.take(loop)
