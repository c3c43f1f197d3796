"""`pyshield scan --redact`: the redacted text on standard output, and nothing else there.

What could not be scanned is not passed on.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pyshield.cli.pointer import Pointer
    from pyshield.cli.report import Report, Summary
    from pyshield.cli.sources import Document, Unreadable
    from pyshield.results import ScanResult

__all__ = ["RedactingReport"]


class RedactingReport:
    """Writes redacted texts, and hands everything on to another report.

    Args:
        inner: The report of the findings; it must not write to `out`.
        out: Where the texts go.
        pointer: For JSON Lines, where in a record the text is: whole records are written, redacted there.
        terminal: Whether `out` is a terminal, which is shown control characters instead of obeying them.
    """

    def __init__(self, inner: Report, out: IO[bytes], *, pointer: Pointer | None, terminal: bool) -> None:
        self._inner, self._out, self._pointer, self._terminal = inner, out, pointer, terminal

    def document(self, document: Document, result: ScanResult) -> None:
        """Writes the text, or the record around it."""
        self._out.write(document.written(result.text, self._pointer, terminal=self._terminal))
        self._inner.document(document, result)

    def failure(self, failure: Unreadable) -> None:
        """Writes nothing in its place."""
        self._inner.failure(failure)

    def close(self, summary: Summary) -> None:
        """Hands on the counts."""
        self._out.flush()
        self._inner.close(summary)
