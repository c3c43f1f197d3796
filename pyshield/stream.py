"""Outputs that are scanned while a model writes them.

`Shield.stream_output` is the way in for most; `Shield.open_output` gives the stream itself, to be fed by
hand. Both bring the same events: `StreamText`, `StreamFinding`, `StreamBlocked`, and at last `StreamEnd`.

Text leaves as soon as no scanner could still change it, so what is held back is as a rule less than a word. A
scanner that has to see all of an output (`JSON`, say, or one of your own) holds all of it back until its end.
Either way the result is that of the whole output, however it was cut into pieces. Scanners that read a model
judge some sentences at a time while the text flows; `PassPolicy` says what may pass before they have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from pyshield._check import Check, shown
from pyshield._pieces import Held, Pieces, numbered
from pyshield.errors import Closed

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        Callable,
        Generator,
        Iterable,
    )

    from pyshield._runtime import OutputStream as NativeStream
    from pyshield.results import Finding, ScanResult

__all__ = [
    "BlockingOutputStream",
    "CutWhen",
    "OutputStream",
    "PassPolicy",
    "StreamBlocked",
    "StreamEnd",
    "StreamEvent",
    "StreamFinding",
    "StreamText",
]


class StreamText(NamedTuple):
    """Text that passed: the next words of the output, redacted and restored.

    Attributes:
        text: The text.
    """

    text: str

    def __repr__(self) -> str:
        # Events end up in logs, the text should not.
        return f"StreamText(<{len(self.text)} characters>)"


class StreamFinding(NamedTuple):
    """Something was found.

    Attributes:
        finding: What, and where in the output as the model wrote it.
    """

    finding: Finding


class StreamBlocked(NamedTuple):
    """The output ends here, before its text does: what follows must not pass.

    Attributes:
        scanners: The scanners that say so, by their keys in `ScanResult.verdicts`.
        window: Where the part of the output begins and ends that one of them read and refused, in code points
            of the output as the model wrote it; `None` if none of them reads windows.
    """

    scanners: list[str]
    window: tuple[int, int] | None = None


class StreamEnd(NamedTuple):
    """The last event.

    Attributes:
        result: As for a whole output, up to where it was blocked if it was. Of an output that passed piece by
            piece the `text` is not kept; what passed was in the text events.
    """

    result: ScanResult


StreamEvent: TypeAlias = "StreamText | StreamFinding | StreamBlocked | StreamEnd"
"""What comes of an output, one after the other."""

CutWhen: TypeAlias = Literal["unredacted", "found"]
"""What ends an output before its text does: a finding that nothing takes the place of, or any finding."""


PassPolicy: TypeAlias = Literal["hold", "lag", "after"]
"""What may pass before a scanner that reads windows has judged it: nothing; as much as one window; all."""


def pass_policy(policy: PassPolicy) -> PassPolicy:
    """The policy, if it is one."""
    if policy not in ("hold", "lag", "after"):
        Check("stream").fail("policy", f"expected 'hold', 'lag' or 'after', got {shown(policy)}")
    return policy


def cut_when(cut: CutWhen) -> bool:
    """Whether any finding ends an output."""
    if cut not in ("unredacted", "found"):
        Check("stream").fail("cut", f"expected 'unredacted' or 'found', got {shown(cut)}")
    return cut == "found"


_PIECE = 256
"""Characters whose scan costs what a piece costs whatever its length: it is unpacked and sent on, too."""


def _unredacted(result: ScanResult) -> list[str]:
    """The scanners that refuse a text and have not replaced all they found in it."""
    replaced: dict[str, bool] = {}
    for finding in result.findings:
        replaced[finding.scanner] = replaced.get(finding.scanner, True) and finding.replacement is not None
    refusing = [name for name, verdict in result.verdicts.items() if not verdict.is_valid]
    if result.omitted_findings:
        return refusing
    return [name for name in refusing if not replaced.get(name, False)]


def _whole(result: ScanResult, *, found: bool) -> list[StreamEvent]:
    """The events of an output that was scanned as a whole; if it is blocked, nothing of it passes."""
    blocking = _unredacted(result)
    if found:
        blocking = [name for name, verdict in result.verdicts.items() if not verdict.is_valid]
    if blocking and result.is_valid:  # `on_error="allow"`
        blocking = []
    events: list[StreamEvent] = [StreamFinding(finding) for finding in result.findings]
    if blocking:
        events.append(StreamBlocked(blocking))
    elif result.text:
        events.append(StreamText(result.text))
    events.append(StreamEnd(result))
    return events


class _Stream:
    """What both kinds of stream share: an output on its way, and whether it has ended."""

    __slots__ = ("_ended", "_found", "_held", "_native", "_pieces", "_scan")

    def __init__(self, native: NativeStream, scan: Callable[[str], Any], *, own: bool, found: bool) -> None:
        self._native = native
        self._scan = scan
        self._found = found
        self._held = None if native.follows and not own else Held(native.max_held_bytes)
        self._pieces = Pieces(native.part)
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the last event has been given; nothing more may be fed then."""
        return self._ended

    @property
    def holds(self) -> bool:
        """Whether all text is held back until the end, because a scanner needs to see all of it."""
        return self._held is not None

    def close(self) -> None:
        """Gives the output up and frees what is held of it."""
        self._ended = True
        self._held = None
        self._native.close()

    def _open(self) -> None:
        if self._ended:
            raise Closed("the stream has ended")

    def _note(self, events: list[Any]) -> list[StreamEvent]:
        if events and isinstance(events[-1], StreamEnd):
            self._ended = True
        return events


class OutputStream(_Stream):
    """One output on its way through a shield, fed by hand; made by `Shield.open_output`.

    It belongs to one task at a time. Dropping it, or `close`, frees all it holds.
    """

    __slots__ = ("_scanned",)

    def __init__(self, native: NativeStream, scan: Callable[[str], Any], *, own: bool, found: bool) -> None:
        super().__init__(native, scan, own=own, found=found)
        # What was scanned since the others last had a turn of the event loop.
        self._scanned = 0

    async def feed(self, piece: str) -> list[StreamEvent]:
        """Takes the next piece and returns what it brings; the last of it is `StreamEnd` if that is the end.

        Raises:
            TextError: If the piece holds a lone surrogate, or `limits.max_text_bytes` would be exceeded.
            ScannerError: If a scanner fails and `on_error` is `"raise"`.
            DeadlineExceeded: If a window is not judged in time.
            Closed: If the stream has ended, or the shield is closed.
        """
        self._open()
        events: list[StreamEvent] = []
        try:
            if self._held is not None:
                self._held.feed(piece)
                return events
            if self._native.asks:
                await self._native.ask()
            for part in self._pieces.of(piece):
                # Nothing here has to be waited for, and perhaps nothing that the caller does in between: an
                # output that is there already would hold the event loop up to its end.
                self._scanned += len(part) + _PIECE
                if self._scanned > self._pieces.part + _PIECE:
                    from pyshield._turns import turn  # imports asyncio

                    self._scanned = len(part) + _PIECE
                    await turn()
                events += self._note(self._native.feed(part))
                if self._native.waits:
                    events += await self._judged()
                if self._ended:
                    break
        except BaseException:
            self.close()
            raise
        return events

    async def _judged(self) -> list[StreamEvent]:
        """What the verdicts bring that have to be waited for."""
        events: list[StreamEvent] = []
        while self._native.waits:
            await self._native.judged()
            events += self._note(self._native.resume())
        return events

    async def finish(self) -> list[StreamEvent]:
        """Takes the end of the output and returns the last events; raises as `feed` and `scan_output` do."""
        self._open()
        try:
            if self._held is not None:
                return self._note(_whole(await self._scan(self._held.take()), found=self._found))
            self._pieces.end()
            if self._native.asks:
                await self._native.ask()
            return self._note(self._native.finish()) + await self._judged()
        finally:
            self.close()


class BlockingOutputStream(_Stream):
    """As `OutputStream`, on the calling thread; made by `BlockingShield.open_output`."""

    __slots__ = ()

    def feed(self, piece: str) -> list[StreamEvent]:
        """Takes the next piece; as `OutputStream.feed`."""
        self._open()
        events: list[StreamEvent] = []
        try:
            if self._held is not None:
                self._held.feed(piece)
                return events
            for part in self._pieces.of(piece):
                events += self._note(self._native.feed(part)) + self._judged()
                if self._ended:
                    break
        except BaseException:
            self.close()
            raise
        return events

    def finish(self) -> list[StreamEvent]:
        """Takes the end of the output; as `OutputStream.finish`."""
        self._open()
        try:
            if self._held is not None:
                return self._note(_whole(self._scan(self._held.take()), found=self._found))
            self._pieces.end()
            return self._note(self._native.finish()) + self._judged()
        finally:
            self.close()

    def _judged(self) -> list[StreamEvent]:
        """What the verdicts bring that have to be waited for."""
        events: list[StreamEvent] = []
        while self._native.waits:
            self._native.judged_blocking()
            events += self._note(self._native.resume())
        return events


async def events_of(stream: OutputStream, pieces: AsyncIterable[str]) -> AsyncGenerator[StreamEvent]:
    """The events of all pieces; closes the pieces where the stream ends, or the consumer leaves."""
    iterator, at = aiter(pieces), 0
    try:
        async for piece in iterator:
            for event in await stream.feed(numbered(at, piece)):
                yield event
            at += 1
            if stream.ended:
                return
        for event in await stream.finish():
            yield event
    finally:
        stream.close()
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()


def blocking_events_of(
    stream: BlockingOutputStream, pieces: Iterable[str]
) -> Generator[StreamEvent, None, None]:
    """As `events_of`, on the calling thread."""
    iterator = iter(pieces)
    try:
        for at, piece in enumerate(iterator):
            yield from stream.feed(numbered(at, piece))
            if stream.ended:
                return
        yield from stream.finish()
    finally:
        stream.close()
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
