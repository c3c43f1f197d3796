"""Both kinds of shield behind methods that are awaited, so that what is done with them is written once.

Those of a `BlockingShield` never suspend, so `at_once` runs what awaits them to its end without a loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pyshield.shield import Shield

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from pyshield.messages import ScannedMessages
    from pyshield.results import ScanResult
    from pyshield.shield import BlockingShield
    from pyshield.stream import BlockingOutputStream, CutWhen, PassPolicy, StreamEvent

__all__ = ["Waiting", "at_once"]

T = TypeVar("T")


class Waiting:
    """A shield for one request.

    Args:
        shield: The shield.
        deadline: Seconds for each scan; the shield's own limit if `None`.
    """

    __slots__ = ("_deadline", "_shield")

    def __init__(self, shield: Shield | BlockingShield, deadline: float | None) -> None:
        self._shield = shield
        self._deadline = deadline

    @property
    def scans_outputs(self) -> bool:
        """Whether it has scanners for outputs."""
        return bool(self._shield.output)

    async def scan_all(self, texts: list[str]) -> list[ScanResult]:
        """Scans prompts; one alone without the cost of a list."""
        shield, deadline = self._shield, self._deadline
        if isinstance(shield, Shield):
            if len(texts) == 1:
                return [await shield.scan_prompt(texts[0], deadline=deadline)]
            return await shield.scan_prompts(texts, deadline=deadline)
        if len(texts) == 1:
            return [shield.scan_prompt(texts[0], deadline=deadline)]
        return shield.scan_prompts(texts, deadline=deadline)

    @property
    def has_policy(self) -> bool:
        """Whether it says how conversations are scanned."""
        return self._shield.messages is not None

    async def scan_messages(self, messages: list[Any]) -> ScannedMessages:
        """Scans a conversation, as `Shield.scan_messages`."""
        shield, deadline = self._shield, self._deadline
        if isinstance(shield, Shield):
            return await shield.scan_messages(messages, deadline=deadline)
        return shield.scan_messages(messages, deadline=deadline)

    def open_output(self, prompt: str, *, cut: CutWhen, policy: PassPolicy, deadline: float | None) -> Any:  # noqa: ANN401  # a stream whose methods are awaited
        """Opens a stream, as `Shield.open_output`."""
        stream = self._shield.open_output(prompt, cut=cut, policy=policy, deadline=deadline)
        return stream if isinstance(self._shield, Shield) else _Stream(stream)  # type: ignore[arg-type]


class _Stream:
    """A blocking stream with the methods of one that is awaited."""

    __slots__ = ("_stream",)

    def __init__(self, stream: BlockingOutputStream) -> None:
        self._stream = stream

    async def feed(self, piece: str) -> list[StreamEvent]:
        return self._stream.feed(piece)

    async def finish(self) -> list[StreamEvent]:
        return self._stream.finish()

    def close(self) -> None:
        self._stream.close()


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Runs what never suspends."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # what a coroutine returns
    work.close()
    raise RuntimeError("a blocking scan was suspended")
