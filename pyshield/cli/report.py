"""What a scan prints: ruff-style text, one JSON document, or JSON Lines.

The JSON shapes are documented in docs/cli.md and change only with `VERSION`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol

from pyshield.cli.escape import visible
from pyshield.cli.snippet import place, underline

if TYPE_CHECKING:
    from pyshield.cli.sources import Document, Unreadable
    from pyshield.results import ScanResult

__all__ = ["VERSION", "JsonLinesReport", "JsonReport", "Report", "Summary", "TextReport"]

VERSION = 1


@dataclass(slots=True)
class Summary:
    """Counts of one call."""

    scanned: int = 0
    """Texts that were scanned."""
    refused: int = 0
    """Of these, the ones a scanner refused."""
    findings: int = 0
    """In all of them."""
    failed: int = 0
    """What should have been scanned and could not be."""
    skipped: int = 0
    """Binary files in directories."""

    @property
    def exit_code(self) -> int:
        """0 clean, 1 refused, 3 something could not be scanned."""
        if self.failed:
            return 3
        return 1 if self.refused else 0


class Report(Protocol):
    """Takes what happened, in order, and prints it."""

    def document(self, document: Document, result: ScanResult) -> None:
        """A text and what came of it."""

    def failure(self, failure: Unreadable) -> None:
        """Something that could not be scanned."""

    def close(self, summary: Summary) -> None:
        """The end."""


class TextReport:
    """For people, and for editors that follow `path:line:column`.

    Args:
        out: Where findings go.
        err: Where failures go.
        colour: Whether `out` understands colours.
        width: Columns for a line of text.
    """

    def __init__(self, out: IO[str], err: IO[str], *, colour: bool, width: int = 100) -> None:
        self._out, self._err, self._colour = out, err, colour
        self._width = max(width, 40)

    def _styled(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _head(self, document: Document, line: int, column: int) -> str:
        path = self._styled(visible(document.source), "1")
        if document.record is None:
            return f"{path}:{line}:{column}:"
        # An editor wants the line of the file; the place in the record's own text follows the text.
        return f"{path}:{document.record}:{column}:"

    def document(self, document: Document, result: ScanResult) -> None:
        """Prints the findings, then the scanners that refused the text without one."""
        lines: list[str] = []
        seen: set[str] = set()
        for placed in place(document.text, result.findings):
            finding = placed.finding
            seen.add(finding.scanner.partition("#")[0])
            label, scanner = visible(finding.label), visible(finding.scanner)
            about = f"severity {finding.severity.value}, score {finding.score:.2f}"
            lines.append(
                f"{self._head(document, placed.line, placed.column)} "
                f"{self._styled(label, '1;31')} [{scanner}] {about}"
            )
            number = str(placed.line)
            text, carets = underline(document.text, placed, self._width - len(number) - 3)
            gutter = self._styled("|", "1;34")
            lines.append(f"{self._styled(number, '1;34')} {gutter} {text}")
            blank, marks = carets[: carets.index("^")], carets[carets.index("^") :]
            lines.append(f"{' ' * len(number)} {gutter} {blank}{self._styled(marks, '1;31')}")
        for name, verdict in result.verdicts.items():
            if not verdict.is_valid and verdict.error is None and name.partition("#")[0] not in seen:
                refused = self._styled("REFUSED", "1;31")
                lines.append(
                    f"{self._head(document, 1, 1)} {refused} [{visible(name)}] risk {verdict.risk:.2f}"
                )
        if result.omitted_findings:
            lines.append(
                f"{visible(document.source)}: {result.omitted_findings} more findings are not listed"
            )
        if lines:
            self._out.write("\n".join(lines) + "\n")

    def failure(self, failure: Unreadable) -> None:
        """Prints what could not be scanned, and why."""
        place = "" if failure.record is None else f":{failure.record}"
        self._err.write(f"{visible(failure.source)}{place}: not scanned: {visible(failure.reason, 400)}\n")

    def close(self, summary: Summary) -> None:
        """Prints the counts."""
        parts = [f"{_counted(summary.scanned, 'text')} scanned", f"{summary.refused} refused"]
        parts.append(_counted(summary.findings, "finding"))
        if summary.failed:
            parts.append(f"{summary.failed} could not be scanned")
        if summary.skipped:
            parts.append(f"{_counted(summary.skipped, 'binary file')} skipped")
        bold = "1;31" if summary.exit_code else "1;32"
        self._out.write(self._styled(", ".join(parts), bold) + "\n")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _as_data(document: Document, result: ScanResult, *, include_text: bool) -> dict[str, Any]:
    """A scanned text as JSON holds it; without a word of the text unless it is asked for."""
    data: dict[str, Any] = {
        "source": visible(document.source, 4096),
        "record": document.record,
        "is_valid": result.is_valid,
        "risk": result.risk,
        "severity": result.severity.value,
        "findings": [
            {
                "scanner": placed.finding.scanner,
                "label": placed.finding.label,
                "start": placed.finding.start,
                "end": placed.finding.end,
                "line": placed.line,
                "column": placed.column,
                "score": placed.finding.score,
                "severity": placed.finding.severity.value,
                "replacement": placed.finding.replacement,
                "view": placed.finding.view,
            }
            for placed in place(document.text, result.findings)
        ],
        "omitted_findings": result.omitted_findings,
        "verdicts": {
            name: {"is_valid": verdict.is_valid, "risk": verdict.risk}
            for name, verdict in result.verdicts.items()
        },
    }
    if include_text:
        data["text"] = result.text
    return data


def _failure_as_data(failure: Unreadable) -> dict[str, Any]:
    return {"source": visible(failure.source, 4096), "record": failure.record, "error": failure.reason}


class JsonLinesReport:
    """One JSON object a line, each with a `type`: `document`, `failure`, and `summary` at the end.

    Args:
        out: Where it goes.
        include_text: Whether each document carries its text, as redacted.
    """

    def __init__(self, out: IO[str], *, include_text: bool) -> None:
        self._out, self._include_text = out, include_text

    def _line(self, kind: str, data: dict[str, Any]) -> None:
        self._out.write(json.dumps({"type": kind} | data) + "\n")

    def document(self, document: Document, result: ScanResult) -> None:
        """One line."""
        self._line("document", _as_data(document, result, include_text=self._include_text))

    def failure(self, failure: Unreadable) -> None:
        """One line."""
        self._line("failure", _failure_as_data(failure))

    def close(self, summary: Summary) -> None:
        """The last line."""
        self._line("summary", asdict(summary) | {"version": VERSION})


class JsonReport:
    """One JSON document, written as it grows: nothing is held back until the end.

    Args:
        out: Where it goes.
        include_text: Whether each document carries its text, as redacted.
    """

    def __init__(self, out: IO[str], *, include_text: bool) -> None:
        self._out, self._include_text = out, include_text
        self._separator = ""
        out.write(f'{{"version": {VERSION}, "documents": [')

    def _item(self, data: dict[str, Any]) -> None:
        self._out.write(self._separator + "\n" + json.dumps(data))
        self._separator = ","

    def document(self, document: Document, result: ScanResult) -> None:
        """One element of `documents`."""
        self._item(_as_data(document, result, include_text=self._include_text))

    def failure(self, failure: Unreadable) -> None:
        """One element of `documents`, with an `error` in place of a verdict."""
        self._item(_failure_as_data(failure))

    def close(self, summary: Summary) -> None:
        """`summary`, and the end of the document."""
        self._out.write(f'\n], "summary": {json.dumps(asdict(summary))}}}\n')
