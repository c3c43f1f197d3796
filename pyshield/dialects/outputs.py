"""Outputs: the texts that a response writes piece by piece, each on its way through the shield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from pyshield.policy import told
from pyshield.stream import StreamBlocked, StreamEnd, StreamText

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from pyshield.dialects.texts import Place
    from pyshield.results import ScanResult
    from pyshield.stream import CutWhen, PassPolicy, StreamEvent

__all__ = ["Opener", "Outputs", "TooManyOutputsError"]


class TooManyOutputsError(ValueError):
    """A response writes more texts side by side than it may."""


class Opener(Protocol):
    """What outputs go through: a `Shield`, or what opens streams as it does."""

    def open_output(self, prompt: str, *, cut: CutWhen, policy: PassPolicy, deadline: float | None) -> Any:  # noqa: ANN401  # as `OutputStream`
        """Opens a stream; see `Shield.open_output`."""
        ...


class Outputs:
    """The texts of one response, by what its format tells them apart with.

    Args:
        shield: Scans them.
        prompt: What they answer.
        most: How many there may be side by side.
        cut: As for `Shield.open_output`.
        policy: As for `Shield.open_output`, for texts that come piece by piece.
        deadline: As for `Shield.open_output`.

    Attributes:
        blocked: Whether one of them must not go on; then none does.
        blocking: The scanners that say so.
        most: How many there may be side by side.
        result: What came of the last that has.
    """

    __slots__ = (
        "_cut",
        "_deadline",
        "_open",
        "_policy",
        "_prompt",
        "_shield",
        "blocked",
        "blocking",
        "most",
        "result",
    )

    def __init__(
        self,
        shield: Opener,
        prompt: str,
        most: int,
        *,
        cut: CutWhen = "unredacted",
        policy: PassPolicy = "hold",
        deadline: float | None = None,
    ) -> None:
        self._shield = shield
        self._prompt = prompt
        self.most = most
        self._cut = cut
        self._policy = policy
        self._deadline = deadline
        self._open: dict[Hashable, Any] = {}
        self.blocked = False
        self.blocking: list[str] = []
        self.result: ScanResult | None = None

    async def feed(self, key: Hashable, piece: str) -> str:
        """What passes now that `piece` has come."""
        return await self._fed(key, piece, self._policy)

    async def finish(self, key: Hashable) -> str:
        """What passes now that the text has ended."""
        stream = self._open.pop(key, None)
        if stream is None or self.blocked:
            return ""
        return self._passed(await stream.finish())

    async def whole(self, text: str) -> str:
        """What passes of a text that is there as a whole."""
        key = object()
        # All of it is there: letting it pass before its verdict would gain nothing.
        passed = await self._fed(key, text, "hold")
        return passed + await self.finish(key)

    async def put(self, places: Iterable[Place]) -> bool:
        """Puts what passes of whole texts where they stand; whether one is not what it was."""
        changed = False
        for _, holder, key in places:
            text = holder[key]
            passed = await self.whole(text)
            if passed != text:
                holder[key] = passed
                changed = True
        return changed

    async def _fed(self, key: Hashable, piece: str, policy: PassPolicy) -> str:
        if self.blocked or not piece:
            return ""
        stream = self._open.get(key)
        if stream is None:
            if len(self._open) >= self.most:
                raise TooManyOutputsError
            stream = self._open[key] = self._shield.open_output(
                self._prompt, cut=self._cut, policy=policy, deadline=self._deadline
            )
        return self._passed(await stream.feed(piece))

    @property
    def open(self) -> list[Hashable]:
        """The texts that have not ended."""
        return list(self._open)

    @property
    def why(self) -> str:
        """Why none goes on, for a log."""
        return told(self.blocking, () if self.result is None else self.result.errors)

    def close(self) -> None:
        """Gives all of them up."""
        for stream in self._open.values():
            stream.close()
        self._open.clear()

    def _passed(self, events: list[StreamEvent]) -> str:
        passed = []
        for event in events:
            match event:
                case StreamText(text):
                    passed.append(text)
                case StreamBlocked(scanners):
                    self.blocked = True
                    self.blocking += scanners
                case StreamEnd(result):
                    self.result = result
        return "".join(passed)
