"""The line that holds a finding, with the span underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyshield.cli.escape import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield.results import Finding

__all__ = ["Placed", "place", "underline"]

_ELLIPSIS = "…"


class Placed(NamedTuple):
    """A finding and where it begins, as an editor counts."""

    finding: Finding
    line: int
    """From 1."""
    column: int
    """In code points, from 1."""


def place(text: str, findings: Iterable[Finding]) -> Iterator[Placed]:
    """Finds line and column of every finding, in the order of the text.

    Passes over the text once however many findings there are, and keeps no table of lines: a text can be
    nothing but line breaks.
    """
    position, line, line_start = 0, 1, 0
    for finding in sorted(findings, key=lambda finding: (finding.start, finding.end)):
        breaks = text.count("\n", position, finding.start)
        if breaks:
            line += breaks
            line_start = text.rindex("\n", position, finding.start) + 1
        position = finding.start
        yield Placed(finding, line, finding.start - line_start + 1)


def _line_end(text: str, start: int, stop: int) -> int:
    """Where the line ends at or after `start`, looking no further than `stop`."""
    found = text.find("\n", start, stop)
    if found < 0:
        return min(stop, len(text))
    return found - 1 if found > start and text[found - 1] == "\r" else found


def _fitting(columns: Iterable[tuple[str, int]], width: int) -> tuple[list[str], int, bool]:
    """As many cells as fit in `width`: what they show, the columns they take, and whether any was left."""
    shown: list[str] = []
    used = 0
    for char, size in columns:
        if used + size > width:
            return shown, used, True
        shown.append(char)
        used += size
    return shown, used, False


def underline(text: str, placed: Placed, width: int = 100) -> tuple[str, str]:
    """The line of a finding and the carets below it, both clipped around the span to `width` columns.

    A span that goes on beyond its first line, or that is too long to show, ends in an ellipsis.
    """
    start, end = placed.finding.start, placed.finding.end
    # Nothing further away than this can be shown, so nothing further away is looked at.
    span_end = _line_end(text, start + 1, min(end, start + width)) if end > start else start
    span, span_columns, span_clipped = _fitting(cells(text[start:span_end]), width * 2 // 3)
    span_clipped = span_clipped or span_end < end

    room = max(width - span_columns - 2, 0)
    line_start = start - (placed.column - 1)
    before = cells(reversed(text[max(line_start, start - width) : start]))
    after = [] if span_clipped else cells(text[end : _line_end(text, end, end + width)])
    half = room - min(sum(size for _, size in after), room // 2)
    left, left_columns, left_clipped = _fitting(before, half)
    left_clipped = left_clipped or line_start < start - width
    right, _, right_clipped = _fitting(after, room - left_columns)
    # Marks take no column, so all that was looked at can fit although the line goes on.
    right_clipped = right_clipped or (len(after) == width and end + width < len(text))

    head = (_ELLIPSIS if left_clipped else "") + "".join(reversed(left))
    tail = _ELLIPSIS if span_clipped or right_clipped else ""
    line = head + "".join(span) + "".join(right) + tail
    carets = " " * (left_columns + left_clipped) + "^" * max(span_columns, 1)
    return line, carets
