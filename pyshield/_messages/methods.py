"""`scan_messages`, for shields with an event loop and for those without."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._declared import Declared
from pyshield._own import remaining
from pyshield._slices import listed

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from pyshield._messages.plan import Batch, Steps
    from pyshield._messages.results import ScannedMessages
    from pyshield._runtime import ScanResult

__all__ = ["BlockingConversations", "Conversations"]


def _begun(shield: Declared, messages: Sequence[Any], since: int) -> Steps:
    from pyshield._messages.plan import steps

    if isinstance(messages, Mapping):
        raise TypeError("messages: expected a list, got one message")
    given = list(listed("messages", messages))
    Check("scan_messages").integer("since", since, least=0, most=len(given))
    return steps(shield.conversing(), given, since, shield.limits.max_text_bytes)


class Conversations(Declared):
    """The part of `Shield` that scans conversations."""

    __slots__ = ()

    def close(self, timeout: float = 5.0) -> Awaitable[bool]:
        """Refuses new work and waits for what is in flight.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            An awaitable of whether all of it was finished in time.
        """
        others = self._closing()
        native = self._native.close(timeout)
        return _closed([native, *(other.close(timeout) for other in others)]) if others else native

    async def scan_messages(
        self, messages: Sequence[Any], *, since: int = 0, deadline: float | None = None
    ) -> ScannedMessages:
        """Scans a conversation: every text by who says it, and those that follow each other together.

        What scans whom, what verdicts amount to and what is bounded, `messages` of the shield says; see
        `docs/conversations.md`. The messages are left as they are.

        Args:
            messages: Messages as the clients of OpenAI and Anthropic take and give them, LangChain's, or
                anything else with a role and content; mappings or objects, not to be changed meanwhile.
            since: The first message to scan. Those before were scanned already; they are read for what is
                divided over several messages, and as the prompt of an answer.
            deadline: Seconds until the result must be there; `limits.deadline` if not given.

        Returns:
            The decision, the redacted messages and what was found.

        Raises:
            MessageError: If something is no message, or the conversation is too long.
            ConfigError: If `since` is no index of the messages.
            Overloaded: If as many requests are in flight as are allowed.
            DeadlineExceeded: If there is no result in time.
            ScannerError: If a scanner fails and `on_error` is `"raise"`.
            Closed: If the shield is closed.
        """
        from asyncio import sleep

        seconds = self._seconds if deadline is None else deadline
        until = None if seconds is None else monotonic() + seconds
        running = _begun(self, messages, since)
        answer: Any = None
        while True:
            try:
                batches = running.send(answer)
            except StopIteration as finished:
                result: ScannedMessages = finished.value
                return result
            answer = None
            if batches is None:
                await sleep(0)
            else:
                answer = await _scanned(batches, until)


async def _closed(closing: list[Awaitable[bool]]) -> bool:
    # All of them refuse new work already; they are waited for at the same time.
    return all([await one for one in closing])


_INLINE_TEXTS = 32
_INLINE_CHARACTERS = 8192
"""What may be scanned without giving up the thread, in all: some tenths of a millisecond."""


async def _scanned(batches: list[Batch], until: float | None) -> list[list[ScanResult]]:
    """The results of some batches, which the runtime works on side by side."""
    results: list[list[ScanResult]] = []
    begun: deque[Any] = deque()
    left = _INLINE_CHARACTERS
    try:
        for lane, items in batches:
            shield: Any = lane.shield
            done: list[ScanResult] = []
            if len(items) <= _INLINE_TEXTS:
                size = sum(len(item) if isinstance(item, str) else len(item[1]) for item in items)
                left -= size
                if left >= 0:
                    done = await _inline(shield, items, until)
            results.append(done)
            scan = shield.scan_outputs if lane.output else shield.scan_prompts
            rest = items[len(done) :]
            begun.append(scan(rest, deadline=remaining(until)) if rest else None)
        for done in results:
            one = begun.popleft()
            done.extend([] if one is None else await one)
    finally:
        for one in begun:
            if one is not None:
                one.close()
    return results


async def _inline(shield: Any, items: list[Any], until: float | None) -> list[ScanResult]:  # noqa: ANN401
    """The results of the first texts, as far as the runtime has them at once, on this thread."""
    from pyshield._runtime import Ready

    done: list[ScanResult] = []
    for item in items:
        left = remaining(until)
        if isinstance(item, str):
            one = shield.scan_prompt(item, deadline=left)
        else:
            one = shield.scan_output(*item, deadline=left)
        if not isinstance(one, Ready):
            one.close()
            break
        done.append(await one)
    return done


class BlockingConversations(Declared):
    """The part of `BlockingShield` that scans conversations."""

    __slots__ = ()

    def close(self, timeout: float = 5.0) -> bool:
        """Refuses new work and waits for what is in flight in other threads.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            Whether all of it was finished in time.
        """
        until = monotonic() + timeout
        others = self._closing()
        done = self._native.close_blocking(timeout)
        return all([done, *(other.close(max(until - monotonic(), 0.0)) for other in others)])

    def scan_messages(
        self, messages: Sequence[Any], *, since: int = 0, deadline: float | None = None
    ) -> ScannedMessages:
        """Scans a conversation; as `Shield.scan_messages`, but returns the result itself."""
        seconds = self._seconds if deadline is None else deadline
        until = None if seconds is None else monotonic() + seconds
        running = _begun(self, messages, since)
        answer: Any = None
        while True:
            try:
                batches = running.send(answer)
            except StopIteration as finished:
                result: ScannedMessages = finished.value
                return result
            answer = None
            if batches is not None:
                answer = [_scanned_blocking(batch, until) for batch in batches]


def _scanned_blocking(batch: Batch, until: float | None) -> list[ScanResult]:
    shield: Any = batch.lane.shield
    scan = shield.scan_outputs if batch.lane.output else shield.scan_prompts
    results: list[ScanResult] = scan(batch.items, deadline=remaining(until))
    return results
