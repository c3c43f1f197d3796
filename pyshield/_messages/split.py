"""What no text holds by itself: consecutive texts of one role, put together and cut into windows.

Windows are twice the span long and begin a span apart, so whatever is no longer than the span lies whole in
one of them, and all of them together are at most twice as long as the texts. They are counted from the
beginning of the conversation: when it grows, all but the last stay as they were, and a cache knows them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyshield._messages.walk import Slot
    from pyshield._runtime import Finding, ScanResult

__all__ = ["Piece", "Window", "straddling", "windows"]


Straddling: TypeAlias = "tuple[str, Finding | None, list[Piece]]"
"""A scanner, what it found, and the stretches that covers."""


class Piece(NamedTuple):
    """A stretch of a text in a window.

    Attributes:
        slot: The number of the text.
        start: Where the stretch begins in it, in code points.
        text: The stretch.
    """

    slot: int
    start: int
    text: str


class Window(NamedTuple):
    """Consecutive texts put together.

    Attributes:
        pieces: What it is made of; at least two.
        joint: What stands between them.
    """

    pieces: tuple[Piece, ...]
    joint: str

    @property
    def text(self) -> str:
        """What is scanned."""
        return self.joint.join(piece.text for piece in self.pieces)

    def starts(self) -> list[int]:
        """Where each piece begins in the text."""
        joint = len(self.joint)
        return list(accumulate((len(piece.text) + joint for piece in self.pieces[:-1]), initial=0))


def windows(
    slots: Sequence[Slot], chosen: Sequence[int], since: int, span: int, joints: Sequence[str]
) -> Iterator[Window]:
    """The windows over some texts that hold more than one of them, one of a message from `since` on.

    Args:
        slots: All texts.
        chosen: The numbers of those that follow each other.
        since: The first message that is new.
        span: As `Context.span`.
        joints: As `Context.joints`.
    """
    laid: list[tuple[int, Piece]] = []
    at = 0
    for number in chosen:
        text = slots[number].text
        inner = text.strip()
        if inner:
            laid.append((at, Piece(number, len(text) - len(text.lstrip()), inner)))
            at += len(inner)
    first = 0
    for start in range(0, max(at - span, 1), span):
        while first < len(laid) and laid[first][0] + len(laid[first][1].text) <= start:
            first += 1
        pieces = tuple(_clipped(laid, first, start, start + 2 * span, span))
        if len(pieces) > 1 and slots[pieces[-1].slot].message >= since:
            for joint in joints:
                yield Window(pieces, joint)


def _clipped(
    laid: Sequence[tuple[int, Piece]], first: int, start: int, end: int, span: int
) -> Iterator[Piece]:
    """The stretches in `start..end`; the first and the last no longer than the span."""
    for number in range(first, len(laid)):
        at, piece = laid[number]
        if at >= end:
            return
        left, right = max(start - at, 0), min(end - at, len(piece.text))
        if number == first:
            left = max(left, right - span)
        if at + len(piece.text) >= end or number == len(laid) - 1:
            right = min(right, left + span)
        yield Piece(piece.slot, piece.start + left, piece.text[left:right])


def straddling(window: Window, result: ScanResult, alone: Sequence[ScanResult]) -> Iterator[Straddling]:
    """What a window was refused for and none of its pieces alone: scanner, finding, the stretches it covers.

    Args:
        window: The window.
        result: What the scanners said of it.
        alone: What they said of each of its pieces.
    """
    refusing = _refusing(result)
    found = {finding.scanner for finding in result.findings}
    starts = window.starts()
    for finding in result.findings:
        if finding.scanner not in refusing:
            continue
        covered = _covered(window, starts, finding)
        if len(covered) > 1 and not any(
            _explains(alone[number], finding.scanner, window.pieces[number], stretch)
            for number, stretch in covered
        ):
            yield finding.scanner, finding, [stretch for _, stretch in covered]
    silent = refusing - found
    for one in alone if silent else ():
        silent -= _refusing(one)
    for name in sorted(silent):
        # A verdict without a place, or the lack of one: it is about the window as a whole.
        yield name, None, list(window.pieces)


def _refusing(result: ScanResult) -> set[str]:
    if result.is_valid:
        return set()
    return {name for name, verdict in result.verdicts.items() if not verdict.is_valid}


def _covered(window: Window, starts: Sequence[int], finding: Finding) -> list[tuple[int, Piece]]:
    """The pieces that a finding reaches into, by number, and how far."""
    covered = []
    for number in range(bisect_right(starts, finding.start) - 1, bisect_left(starts, finding.end)):
        piece, at = window.pieces[number], starts[number]
        first, last = max(finding.start - at, 0), min(finding.end - at, len(piece.text))
        if first < last:
            covered.append((number, Piece(piece.slot, piece.start + first, piece.text[first:last])))
    return covered


def _explains(alone: ScanResult, scanner: str, piece: Piece, stretch: Piece) -> bool:
    """Whether a piece was refused by the same scanner for something in the stretch alone."""
    if alone.is_valid:
        return False
    first = stretch.start - piece.start
    last = first + len(stretch.text)
    return any(own.scanner == scanner and first <= own.start and own.end <= last for own in alone.findings)
