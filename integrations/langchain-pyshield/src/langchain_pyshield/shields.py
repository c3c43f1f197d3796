"""A shield as the hooks of both kinds use it, and the scans they ask for.

What a hook does is written once, as a generator that yields the scans it needs and is given their results;
`run` answers them on the calling thread by a `BlockingShield`, `arun` by awaiting the `Shield`.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.shield import BlockingShield, Shield

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pyshield.results import ScanResult

__all__ = ["Scans", "Shields", "Steps", "arun", "run"]

Side: TypeAlias = Literal["prompt", "output"]

_T = TypeVar("_T")


class Scans(NamedTuple):
    """Scans that a hook waits for.

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


Steps: TypeAlias = "Generator[Scans, list[ScanResult], _T]"
"""What a hook does, between its scans."""


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

    @cached_property
    def blocking(self) -> BlockingShield:
        """The same scanners, for hooks that may not await."""
        return BlockingShield(self.shield.prompt, self.shield.output, **_options(self.shield))

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
        return Shields(Shield(prompt=scanners, **_options(self.shield)))

    @cached_property
    def unrestored(self) -> Shields:
        """What scans the arguments of a tool that is not to have private data."""
        if not self.restores:
            return self
        scanners = [scanner for scanner in self.shield.output if not isinstance(scanner, Deanonymize)]
        return Shields(Shield(output=scanners, **_options(self.shield)))

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


def _options(shield: Shield) -> dict[str, Any]:
    return {
        "limits": shield.limits,
        "views": shield.views,
        "cache": shield.cache,
        "on_error": shield.on_error,
    }


def run(steps: Steps[_T]) -> _T:
    """Runs a hook on the calling thread."""
    try:
        scans = next(steps)
        while True:
            answer = _prompts if scans.side == "prompt" else _outputs
            scans = steps.send(answer(scans.shields.blocking, scans))
    except StopIteration as end:
        value: _T = end.value
        return value


def _prompts(shield: BlockingShield, scans: Scans) -> list[ScanResult]:
    if len(scans.texts) == 1:
        return [shield.scan_prompt(scans.texts[0])]
    return shield.scan_prompts(scans.texts)


def _outputs(shield: BlockingShield, scans: Scans) -> list[ScanResult]:
    if len(scans.texts) == 1:
        return [shield.scan_output(scans.prompt, scans.texts[0])]
    return shield.scan_outputs([(scans.prompt, text) for text in scans.texts])


async def arun(steps: Steps[_T]) -> _T:
    """Runs a hook without holding up the event loop."""
    try:
        scans = next(steps)
        while True:
            shield, side, texts = scans.shields.shield, scans.side, scans.texts
            if side == "prompt":
                one = len(texts) == 1
                results = [await shield.scan_prompt(texts[0])] if one else await shield.scan_prompts(texts)
            elif len(texts) == 1:
                results = [await shield.scan_output(scans.prompt, texts[0])]
            else:
                results = await shield.scan_outputs([(scans.prompt, text) for text in texts])
            scans = steps.send(results)
    except StopIteration as end:
        value: _T = end.value
        return value
