"""`scan_messages`, for shields with an event loop and for those without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from pyshield._check import Check
from pyshield._declared import Declared
from pyshield._slices import listed
from pyshield._until import remaining, until_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine

    from pyshield._messages.lanes import Lane
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

    def close(self, timeout: float = 5.0) -> Coroutine[Any, Any, bool]:
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

        until = until_of(deadline, self._seconds)
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
    begun: list[tuple[list[ScanResult], Any]] = []
    left = _INLINE_CHARACTERS
    try:
        for lane, items in batches:
            done: list[ScanResult] = []
            results.append(done)
            left -= sum(len(item) if isinstance(item, str) else len(item[1]) for item in items)
            rest = items
            if len(items) <= _INLINE_TEXTS and left >= 0 and not lane.own:
                rest = await _inline(lane, items, until, done, begun)
            if rest:
                begun.append((done, _scan(lane, rest, until)))
    except BaseException:
        for _, scan in begun:
            scan.close()
        raise
    if len(begun) > 1:
        scanned = await _together([scan for _, scan in begun])
    else:
        scanned = [await scan for _, scan in begun]
    for (done, _), some in zip(begun, scanned, strict=True):
        done.extend(some if isinstance(some, list) else [some])
    return results


def _scan(lane: Lane, items: list[Any], until: float | None) -> Any:  # noqa: ANN401  # an awaitable with `close`
    shield: Any = lane.shield
    return (shield.scan_outputs if lane.output else shield.scan_prompts)(items, deadline=remaining(until))


async def _inline(
    lane: Lane,
    items: list[Any],
    until: float | None,
    done: list[ScanResult],
    begun: list[tuple[list[ScanResult], Any]],
) -> list[Any]:
    """Takes the results of the first texts, as far as the runtime has them at once, on this thread.

    Returns:
        The texts of which there is none yet; one that the runtime went on with elsewhere is in `begun`.
    """
    from pyshield._runtime import Ready

    shield: Any = lane.shield
    for number, item in enumerate(items):
        left = remaining(until)
        one = (
            shield.scan_output(*item, deadline=left)
            if lane.output
            else shield.scan_prompt(item, deadline=left)
        )
        if not isinstance(one, Ready):
            begun.append((done, one))
            return items[number + 1 :]
        done.append(await one)
    return []


async def _together(begun: list[Any]) -> list[Any]:
    """Waits for scans, some of which begin only now because scanners of the user's are in them.

    If one fails, or nobody waits any more, none of the others goes on.
    """
    from asyncio import FIRST_EXCEPTION, create_task, wait

    tasks = [create_task(scan) for scan in begun]
    try:
        await wait(tasks, return_when=FIRST_EXCEPTION)
    finally:
        left = [task for task in tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await wait(left)
        failed = [task for task in tasks if not task.cancelled() and task.exception() is not None]
    if failed:
        # What a single request would have said.
        failed[0].result()
    return [task.result() for task in tasks]


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
        until = until_of(deadline, self._seconds)
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
