"""A progress bar on standard error, shown only to a person and only when there is something to wait for."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

__all__ = ["Progress"]

_PATIENCE = 0.7  # seconds; what is over sooner needs no bar


class Progress:
    """Counts bytes.

    Args:
        total: Bytes to come, `None` if that is not known.
        enabled: Whether there is a person to show it to.
    """

    def __init__(self, total: int | None, *, enabled: bool) -> None:
        self._total, self._enabled = total, enabled
        self._done = 0
        self._begin = monotonic()
        self._bar: RichProgress | None = None

    def advance(self, size: int) -> None:
        """`size` more bytes are done."""
        self._done += size
        if not self._enabled:
            return
        if self._bar is None:
            if monotonic() - self._begin < _PATIENCE:
                return
            self._bar = _rich_bar(self._total)
        self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._done)

    def hide(self) -> None:
        """Clears the line; the next `advance` shows the bar again. For when something else is printed."""
        if self._bar is not None:
            self._bar.stop()


def _rich_bar(total: int | None) -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    bar = RichProgress(
        TextColumn("scanning"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("scanning", total=total)
    return bar
