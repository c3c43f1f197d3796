"""Placeholders of a vault that is gone, in the messages of a thread that is not.

The state outlives the vault: where a conversation is forgotten, or goes on in another process, the messages
hold placeholders that a new vault has nothing for. Their numbers are given to no other value, and a tool is
not called with one of them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from langchain_core.messages import AIMessage

from langchain_pyshield.content import CALLED, CONTENT, REASONED, VALUES, aside, texts
from langchain_pyshield.marks import original
from pyshield.errors import TextError
from pyshield.vault import RedisVault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.messages import BaseMessage

    from langchain_pyshield.shields import Shields, Steps
    from pyshield.vault import Vault

__all__ = ["Read", "Reserve", "Unknown", "lost", "reserve"]

_WORD = "redacted"
"""Stands in every placeholder, in any case."""

_LONG = 100_000
"""Characters that are read in another thread, so that the event loop is not held up."""


class Unknown(NamedTuple):
    """A step that reads a text for placeholders that no vault of a conversation has anything for.

    Attributes:
        shields: What scans the conversation.
        text: The text.
    """

    shields: Shields
    text: str

    def run(self) -> list[str]:
        """Reads it on the calling thread."""
        return _of_all([vault.unknown(self.text) for vault in self.shields.vaults])

    async def arun(self) -> list[str]:
        """Reads it without holding up the event loop."""
        return _of_all([await self._read(vault) for vault in self.shields.vaults])

    async def _read(self, vault: Vault | RedisVault) -> list[str]:
        if isinstance(vault, RedisVault):
            return await vault.aunknown(self.text)
        if len(self.text) > _LONG:
            return await asyncio.to_thread(vault.unknown, self.text)
        return vault.unknown(self.text)


class Reserve(NamedTuple):
    """A step that keeps the numbers of placeholders from being given to another value.

    Attributes:
        shields: What scans the conversation.
        placeholders: The placeholders.
    """

    shields: Shields
    placeholders: list[str]

    def run(self) -> None:
        """Reserves them on the calling thread."""
        for vault in self.shields.vaults:
            vault.reserve(self.placeholders)

    async def arun(self) -> None:
        """Awaits that where it takes time."""
        for vault in self.shields.vaults:
            if isinstance(vault, RedisVault):
                await vault.areserve(self.placeholders)
            else:
                vault.reserve(self.placeholders)


def reserve(shields: Shields, messages: Sequence[BaseMessage]) -> Steps[None]:
    """Keeps the vault from giving another value a placeholder that stands in messages; each is read once.

    Raises:
        VaultError: If the vault is no more, or cannot be reached.
    """
    fresh = shields.read.fresh(messages) if shields.vaults else []
    if not fresh:
        return
    unknown: list[str] = yield from lost(shields, (text for message in fresh for text in _texts(message)))
    if unknown:
        yield Reserve(shields, unknown)
    shields.read.note(messages, fresh)


def lost(shields: Shields, found: Iterator[str] | list[str]) -> Steps[list[str]]:
    """The placeholders in texts that no vault of the conversation has anything for."""
    mentions = [text for text in found if _WORD in text.lower()]
    if not mentions or not shields.vaults:
        return []
    # No placeholder holds the end of a line, and a vault is asked once.
    joined = "\n".join(mentions).encode("utf-8", "replace").decode()
    unknown: list[str] = yield Unknown(shields, joined)
    return unknown


class Read:
    """Which messages of a state have been read, by their ids; for any number of threads."""

    __slots__ = ("_ids", "_last", "_most")

    def __init__(self, most: int = 8192) -> None:
        self._most = most
        self._ids: set[str] = set()
        self._last: tuple[int, str | None] = (0, None)

    def fresh(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """Those that have not; most calls of hooks are made with the same messages as the one before."""
        if not messages or (messages[-1].id is not None and self._last == (len(messages), messages[-1].id)):
            return []
        return [message for message in messages if message.id is None or message.id not in self._ids]

    def note(self, messages: Sequence[BaseMessage], fresh: Sequence[BaseMessage]) -> None:
        """Notes that they have been now."""
        if len(self._ids) > self._most:
            self._ids = set()
        self._ids.update(message.id for message in fresh if message.id is not None)
        self._last = (len(messages), messages[-1].id)


def _texts(message: BaseMessage) -> Iterator[str]:
    """All that a message says, also of what nobody scans, and as the model wrote it."""
    values: list[tuple[Any, Any]] = [(message.content, CONTENT), (aside(message, REASONED | CALLED), CONTENT)]
    if isinstance(message, AIMessage):
        calls: list[Mapping[str, Any]] = [*message.tool_calls, *message.invalid_tool_calls]
        values += [(original(message), CONTENT), ([call["args"] for call in calls], VALUES)]
    for value, reading in values:
        try:
            yield from texts(value, reading)
        except TextError:  # too deep for a vault to have given something for it
            continue


def _of_all(unknown: list[list[str]]) -> list[str]:
    """What none of them knows."""
    first, *others = unknown
    return [one for one in first if all(one in other for other in others)]
