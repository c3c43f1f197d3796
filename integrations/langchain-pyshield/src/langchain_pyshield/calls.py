"""Calls under way: which conversation and prompt a streamed event belongs to."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from langchain_pyshield.shields import Shields

__all__ = ["Call", "Calls"]


class Call(NamedTuple):
    """A call of the model or of a tool.

    Attributes:
        shields: What scans its conversation.
        prompt: What the user said last.
    """

    shields: Shields
    prompt: str


class Calls:
    """The latest calls, by the place in the graph or the tool call that events name."""

    __slots__ = ("_calls", "_lock", "_most")

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._lock = Lock()
        self._calls: OrderedDict[str, Call] = OrderedDict()

    def note(self, key: str | None, call: Call) -> None:
        """Notes a call that begins; events of it may still come when it has ended."""
        if key is None:
            return
        with self._lock:
            self._calls[key] = call
            self._calls.move_to_end(key)
            if len(self._calls) > self._most:
                self._calls.popitem(last=False)

    def get(self, key: str | None) -> Call | None:
        """The call, if it is known."""
        if key is None:
            return None
        with self._lock:
            return self._calls.get(key)
