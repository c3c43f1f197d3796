"""A shield as the hooks of both kinds use it, and the scans they ask for.

What a hook does is written once, as a generator that yields the steps it waits for, scans as a rule, and is
given what came of them; `run` does them on the calling thread with a `BlockingShield`, `arun` awaits them.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from langchain_pyshield.placeholders import Read
from pyshield._twin import twin_of
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.shield import BlockingShield, Shield

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from langchain_core.messages import BaseMessage

    from pyshield.messages import ScannedMessages
    from pyshield.results import ScanResult
    from pyshield.stream import BlockingOutputStream, CutWhen, OutputStream, PassPolicy, StreamEvent
    from pyshield.vault import RedisVault, Vault

__all__ = ["Conversed", "Feed", "Open", "Passed", "Scans", "Shields", "Step", "Steps", "arun", "run"]

Side: TypeAlias = Literal["prompt", "output", "conversation"]

_KEEPING = (Anonymize, Deanonymize)

_T = TypeVar("_T")


class Step(Protocol):
    """Something that a hook waits for, in either lane."""

    def run(self) -> Any:  # noqa: ANN401  # each has its own answer
        """Does it on the calling thread."""

    async def arun(self) -> Any:  # noqa: ANN401
        """Does it without holding up the event loop."""


Steps: TypeAlias = "Generator[Step, Any, _T]"
"""What a hook does, between what it waits for."""


class Scans(NamedTuple):
    """Scans that a hook waits for; the answer is a list of results.

    Attributes:
        shields: By whom.
        side: As what.
        prompt: What outputs answer.
        texts: Of what.
    """

    shields: Shields
    side: Side
    prompt: str
    texts: list[str]

    def run(self) -> list[ScanResult]:
        """Scans on the calling thread."""
        shield, texts, prompt = self.shields.blocking, self.texts, self.prompt
        if self.side == "prompt":
            return [shield.scan_prompt(texts[0])] if len(texts) == 1 else shield.scan_prompts(texts)
        if len(texts) == 1:
            return [shield.scan_output(prompt, texts[0])]
        return shield.scan_outputs([(prompt, text) for text in texts])

    async def arun(self) -> list[ScanResult]:
        """Awaits the scans."""
        shield, texts, prompt = self.shields.shield, self.texts, self.prompt
        if self.side == "prompt":
            return (
                [await shield.scan_prompt(texts[0])] if len(texts) == 1 else await shield.scan_prompts(texts)
            )
        if len(texts) == 1:
            return [await shield.scan_output(prompt, texts[0])]
        return await shield.scan_outputs([(prompt, text) for text in texts])


class Conversed(NamedTuple):
    """The scan of a conversation as a whole; the answer is a `ScannedMessages`.

    Attributes:
        shields: By whom.
        messages: Of what.
        since: The index of the first that has not been scanned so.
    """

    shields: Shields
    messages: list[BaseMessage]
    since: int

    def run(self) -> ScannedMessages:
        """Scans on the calling thread."""
        return self.shields.blocking.scan_messages(self.messages, since=self.since)

    async def arun(self) -> ScannedMessages:
        """Awaits the scan."""
        return await self.shields.shield.scan_messages(self.messages, since=self.since)


class Open(NamedTuple):
    """Opens a stream for an output that is still being written; the answer is the stream.

    Attributes:
        shields: By whom.
        prompt: What it answers.
        cut: What ends it before its text does.
        policy: What may pass of it before it is judged.
    """

    shields: Shields
    prompt: str
    cut: CutWhen
    policy: PassPolicy

    def run(self) -> BlockingOutputStream:
        """Opens one for the calling thread."""
        return self.shields.blocking.open_output(self.prompt, cut=self.cut, policy=self.policy)

    async def arun(self) -> OutputStream:
        """Opens one to be awaited."""
        return self.shields.shield.open_output(self.prompt, cut=self.cut, policy=self.policy)


class Feed(NamedTuple):
    """Feeds a stream of the same lane; the answer is a list of events.

    Attributes:
        stream: The stream.
        piece: The next piece; `None` ends it.
    """

    stream: Any
    piece: str | None

    def run(self) -> list[StreamEvent]:
        """Feeds it on the calling thread."""
        events: list[StreamEvent]
        events = self.stream.finish() if self.piece is None else self.stream.feed(self.piece)
        return events

    async def arun(self) -> list[StreamEvent]:
        """Awaits what comes of it."""
        events: list[StreamEvent]
        events = await (self.stream.finish() if self.piece is None else self.stream.feed(self.piece))
        return events


class Shields:
    """A shield, its twin for the calling thread, and what is derived of it for parts of a conversation.

    Args:
        shield: The shield.

    Attributes:
        shield: The same.
        passed: Texts that passed unchanged lately; they need not be scanned again.
    """

    def __init__(self, shield: Shield) -> None:
        self.shield = shield
        self.passed = Passed()
        self.read = Read()

    @cached_property
    def blocking(self) -> BlockingShield:
        """The same scanners, for hooks that may not await."""
        return twin_of(self.shield, BlockingShield)

    @cached_property
    def vaults(self) -> tuple[Vault | RedisVault, ...]:
        """Where what was taken out of prompts is kept; one, as a rule."""
        scanners = [s for s in (*self.shield.prompt, *self.shield.output) if isinstance(s, _KEEPING)]
        session: Any = getattr(self.shield, "vault", None)
        vaults = [scanner.params["vault"] if session is None else session for scanner in scanners]
        return tuple({id(vault): vault for vault in vaults}.values())

    @property
    def restores(self) -> bool:
        """Whether answers get back what was taken out of prompts."""
        return _any(self.shield.output, Deanonymize)

    @cached_property
    def hiding(self) -> Shields | None:
        """What takes private data out again of an answer that goes to the model once more."""
        if not (self.restores and _any(self.shield.prompt, Anonymize)):
            return None
        scanners = [scanner for scanner in self.shield.prompt if isinstance(scanner, Anonymize)]
        # Without its order: what one of them finds must not keep another from looking.
        return Shields(twin_of(self.shield, Shield, prompt=scanners, output=(), ordered=False))

    @cached_property
    def unrestored(self) -> Shields:
        """What scans the arguments of a tool that is not to have private data."""
        if not self.restores:
            return self
        scanners = [scanner for scanner in self.shield.output if not isinstance(scanner, Deanonymize)]
        return Shields(twin_of(self.shield, Shield, prompt=(), output=scanners))

    @property
    def keeps_originals(self) -> bool:
        """Whether an answer that was changed without a finding was only given private data back."""
        return self.restores and all(type(s).__module__.startswith("pyshield.") for s in self.shield.output)


class Passed:
    """Texts, by their digests, the latest few thousand of them; for any number of threads."""

    __slots__ = ("_digests", "_lock", "_most")

    def __init__(self, most: int = 8192) -> None:
        self._most = most
        self._lock = Lock()
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def add(self, side: Side, text: str) -> None:
        """Notes a text."""
        digest = _digest(side, text)
        with self._lock:
            self._digests[digest] = None
            if len(self._digests) > self._most:
                self._digests.popitem(last=False)

    def has(self, side: Side, text: str) -> bool:
        """Whether it was noted, and not too long ago."""
        digest = _digest(side, text)
        with self._lock:
            if digest not in self._digests:
                return False
            self._digests.move_to_end(digest)
            return True


def _digest(side: Side, text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=side.encode()).digest()


def _any(scanners: Sequence[object], kind: type) -> bool:
    return any(isinstance(scanner, kind) for scanner in scanners)


def run(steps: Steps[_T]) -> _T:
    """Runs a hook on the calling thread."""
    try:
        step = next(steps)
        while True:
            try:
                done = step.run()
            except Exception as error:  # noqa: BLE001  # the hook knows what it means
                step = steps.throw(error)
            else:
                step = steps.send(done)
    except StopIteration as end:
        value: _T = end.value
        return value


async def arun(steps: Steps[_T]) -> _T:
    """Runs a hook without holding up the event loop."""
    try:
        step = next(steps)
        while True:
            try:
                done = await step.arun()
            except Exception as error:  # noqa: BLE001
                step = steps.throw(error)
            else:
                step = steps.send(done)
    except StopIteration as end:
        value: _T = end.value
        return value
