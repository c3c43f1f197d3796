"""Plain data between this process and one that works for it, with an eye on who waits.

The other side may stop reading or writing at any point, so nothing here waits longer than for one look.
"""

from __future__ import annotations

import socket
from multiprocessing.reduction import ForkingPickler
from struct import Struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Wire"]

_LOOK = 0.05
"""Seconds between two looks whether somebody still waits."""

_PIECE = 1 << 16
_LENGTH = Struct("!Q")


class Wire:
    """One end.

    Args:
        end: The socket.
    """

    __slots__ = ("_end",)

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    @staticmethod
    def pair() -> tuple[Wire, socket.socket]:
        """This process' end, and the socket of the other one."""
        here, there = socket.socketpair()
        here.settimeout(_LOOK)
        return Wire(here), there

    def send(self, value: Any, over: Callable[[], bool] | None = None) -> bool:  # noqa: ANN401  # plain data
        """Sends a value.

        Args:
            value: The value.
            over: Whether nobody waits any more; without it the other side is waited for.

        Returns:
            Whether all of it was sent before it was over.

        Raises:
            OSError: If the other side is gone.
        """
        # All of it is made before any of it is sent: what cannot be made leaves the wire as it was.
        body = bytes(ForkingPickler.dumps(value))
        left = memoryview(_LENGTH.pack(len(body)) + body)
        while left:
            if over is not None and over():
                return False
            try:
                left = left[self._end.send(left) :]
            except TimeoutError:
                continue
        return True

    def receive(self, over: Callable[[], bool] | None = None) -> tuple[Any] | None:
        """Receives a value; `None` if it was over before.

        Raises:
            EOFError: If the other side is gone.
            OSError: Likewise.
        """
        head = self._exactly(_LENGTH.size, over)
        body = None if head is None else self._exactly(_LENGTH.unpack(head)[0], over)
        return None if body is None else (ForkingPickler.loads(body),)

    def _exactly(self, length: int, over: Callable[[], bool] | None) -> bytearray | None:
        received = bytearray()
        while len(received) < length:
            if over is not None and over():
                return None
            try:
                piece = self._end.recv(min(length - len(received), _PIECE))
            except TimeoutError:
                continue
            if not piece:
                raise EOFError
            received += piece
        return received

    def close(self) -> None:
        """Lets go of it."""
        self._end.close()
