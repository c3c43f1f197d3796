"""Conversations: a shield for each, so that the private data of one is never put into another's answers."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from langchain_pyshield.shields import Shields
from pyshield.errors import ConfigError
from pyshield.shield import Shield

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Conversations", "Find"]


class Conversations:
    """Makes a shield for each conversation and keeps the latest of them.

    A vault belongs to one conversation: whoever shares it can read what is in it, by asking the model to
    say a placeholder. Conversations are told apart by the `thread_id` of the run's configuration.

    Args:
        make: Makes the shield of a thread, given its id: with a new `Vault()`, say, or with
            `vaults.vault(thread)` of a `RedisVaults`. With the former, what was taken out can be put back as
            long as the conversation is kept here; what stood for it is not given to anything else later.
        most: How many conversations are kept; the one that was idle longest goes first.
        ttl: Seconds after its last use that a conversation is kept.

    Raises:
        ConfigError: For anything that cannot work.
    """

    def __init__(self, make: Callable[[str], Shield], *, most: int = 1000, ttl: float = 3600.0) -> None:
        if not callable(make):
            raise ConfigError("Conversations: make: expected a function of a thread id", None, "make")
        if type(most) is not int or most < 1:
            raise ConfigError("Conversations: most: expected a whole number from 1", None, "most")
        if type(ttl) not in (int, float) or not ttl > 0:
            raise ConfigError("Conversations: ttl: expected seconds above 0", None, "ttl")
        self._make = make
        self._most = most
        self._ttl = ttl
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, Shields]] = OrderedDict()

    def __len__(self) -> int:
        with self._lock:
            self._drop(monotonic())
            return len(self._kept)

    def of(self, thread: str | None) -> Shields:
        """What scans a conversation.

        Raises:
            ConfigError: If it has no id, or `make` made no shield.
        """
        return self._known(thread) or self._add(thread, self._made(thread))

    async def aof(self, thread: str | None) -> Shields:
        """As `of`; a shield that has to be made first is made in another thread."""
        known = self._known(thread)
        return known or self._add(thread, await asyncio.to_thread(self._made, thread))

    def end(self, thread: str) -> None:
        """Forgets a conversation at once, with what its vault holds."""
        with self._lock:
            self._kept.pop(thread, None)

    def _known(self, thread: str | None) -> Shields | None:
        if thread is None:
            raise ConfigError(
                'Conversations: the run has no thread_id; pass {"configurable": {"thread_id": ...}} in its '
                "configuration",
                None,
                "thread_id",
            )
        now = monotonic()
        with self._lock:
            self._drop(now)
            kept = self._kept.get(thread)
            if kept is None:
                return None
            self._kept[thread] = (now, kept[1])
            self._kept.move_to_end(thread)
            return kept[1]

    def _made(self, thread: str | None) -> Shields:
        shield: object = self._make(thread or "")
        if not isinstance(shield, Shield):
            kind = type(shield).__name__
            raise ConfigError(f"Conversations: make: expected a pyshield.Shield, got {kind}", None, "make")
        return Shields(shield)

    def _add(self, thread: str | None, made: Shields) -> Shields:
        with self._lock:
            # Two hooks may have made one at the same time: the first stays, its vault may be in use.
            shields = self._kept.setdefault(thread or "", (monotonic(), made))[1]
            self._drop(monotonic())
            return shields

    def _drop(self, now: float) -> None:
        """Forgets what was idle too long, and the oldest of what is too much; in order of their last use."""
        while self._kept:
            thread, (used, _) = next(iter(self._kept.items()))
            if len(self._kept) <= self._most and now - used <= self._ttl:
                return
            del self._kept[thread]


class Find(NamedTuple):
    """A step that finds what scans a conversation.

    Attributes:
        source: The shields of all conversations, or the one of each.
        thread: The conversation.
    """

    source: Shields | Conversations
    thread: str | None

    def run(self) -> Shields:
        """Finds it, or makes it at once."""
        return self.source if isinstance(self.source, Shields) else self.source.of(self.thread)

    async def arun(self) -> Shields:
        """Finds it, or has it made in another thread."""
        return self.source if isinstance(self.source, Shields) else await self.source.aof(self.thread)
