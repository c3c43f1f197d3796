"""Bodies whose media type does not say what an SDK reads them as: what they begin with does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield.dialects.charsets import OPENINGS, opening_of
from pyshield.dialects.flow import Flow
from pyshield.dialects.sse import TooLongError
from pyshield_clients.answers import WholeFlow

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["BegunFlow"]


class BegunFlow(Flow):
    """A body that is a JSON document if it begins as one.

    Args:
        outputs: As for `Flow`.
        most: As for `Flow`.
        other: What reads one that does not; it passes as it is if `None`.
    """

    __slots__ = ("_before", "_flow", "_known", "_other")

    def __init__(self, outputs: Outputs, most: int, other: type[Flow] | None) -> None:
        super().__init__(outputs, most)
        self._other = other
        self._before = bytearray()
        self._known = False
        self._flow: Flow | None = None

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`."""
        if not self._known:
            first = opening_of(data)
            self._before += data
            if not first:
                if len(self._before) > self._most:
                    raise TooLongError
                return b""
            data = self._begin(first in OPENINGS)
        return await self._flow.feed(data) if self._flow is not None else data

    async def finish(self) -> bytes:
        """See `Flow`."""
        if self._known:
            return await self._flow.finish() if self._flow is not None else b""
        data = self._begin(as_json=False)
        return data if self._flow is None else await self._flow.feed(data) + await self._flow.finish()

    def _begin(self, as_json: bool) -> bytes:
        """Chooses what reads the body; what has come of it."""
        kind = WholeFlow if as_json else self._other
        self._flow = kind(self._outputs, self._most) if kind is not None else None
        self._known = True
        data, self._before = bytes(self._before), bytearray()
        return data
