"""Gate: the bound on requests that run scanners of the user's.

The runtime admits native work; scanners written in Python run outside it, so they are admitted here, under
the same limits. One gate serves every event loop and thread that uses the shield.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from pyshield._until import remaining
from pyshield.errors import DeadlineExceeded, Overloaded

if TYPE_CHECKING:
    from asyncio import Future

    from pyshield._limits import Limits

__all__ = ["Gate"]

_RETRY_AFTER = 1.0
"""Seconds named in `Overloaded`: how long scanners of the user's take is not known."""


def _admit(waiter: Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


class Gate:
    """Admits `limits.max_in_flight` requests at once, and treats the next one by `limits.policy`."""

    __slots__ = ("_free", "_lock", "_places", "_waiting", "_waits")

    def __init__(self, limits: Limits) -> None:
        self._lock = Lock()
        self._places = self._free = limits.max_in_flight
        self._waits = limits.policy == "wait"
        # Whenever this is not empty no place is free: a place given back goes to the longest waiter.
        self._waiting: deque[Future[None]] = deque()

    async def enter(self, until: float | None) -> None:
        """Takes a place; whoever took one must `leave`.

        Args:
            until: The deadline as a monotonic time.

        Raises:
            Overloaded: If there is none and the policy is to refuse.
            DeadlineExceeded: If none came free in time.
        """
        from asyncio import get_running_loop, timeout

        with self._lock:
            if self._free:
                self._free -= 1
                return
            if not self._waits:
                raise Overloaded(
                    f"{self._places} requests with scanners of your own are in flight, as many as allowed",
                    _RETRY_AFTER,
                )
            waiter = get_running_loop().create_future()
            self._waiting.append(waiter)
        try:
            async with timeout(remaining(until)):
                await waiter
        except BaseException as error:
            # The place may have been handed over while this request gave up.
            with self._lock:
                handed_over = waiter not in self._waiting
                if not handed_over:
                    self._waiting.remove(waiter)
            if handed_over:
                self.leave()
            if isinstance(error, TimeoutError) and not isinstance(error, DeadlineExceeded):
                raise DeadlineExceeded("the deadline passed while the request waited for a place") from None
            raise

    def leave(self) -> None:
        """Gives a place back."""
        with self._lock:
            while self._waiting:
                waiter = self._waiting.popleft()
                try:
                    waiter.get_loop().call_soon_threadsafe(_admit, waiter)
                except RuntimeError:  # that loop is closed; its requests are gone
                    continue
                return
            self._free += 1
