"""What a scan found, as one page of HTML that needs nothing else: no network, no script, no second file.

Everything that comes from outside is written as ASCII without `<`, `>`, `&` and quotes: no character of a
text, a file name or a label can end the element or the attribute it stands in, whatever encoding the page is
read with. The page's own policy then forbids whatever a browser could load, run or send all the same.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from itertools import pairwise
from typing import IO, TYPE_CHECKING, NamedTuple

from pyshield.cli.escape import cells, visible
from pyshield.cli.snippet import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield.cli.report import Summary
    from pyshield.cli.sources import Document, Unreadable
    from pyshield.results import Finding, ScanResult

__all__ = ["HtmlReport"]

_AROUND = 160
"""Characters of the text that are shown before and after a finding."""

_MARKED = 400
"""Characters of a finding that are shown; of a longer one its two ends."""

_LISTED = 1_000
"""Findings of a text that are shown."""

_LINES = frozenset("\n\r\t")

_STYLE = """
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--dim:#59636e;--box:#f6f8fa;--edge:#d1d9e0;--bad:#b3261e;
--good:#1a7f37;--none:#dde3e9;--low:#cfe3ff;--medium:#fff0b3;--high:#ffd3b0;--critical:#ffc2c0}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--dim:#9198a1;--box:#151b23;--edge:#3d444d;
--bad:#ff8a80;--good:#56d364;--none:#2d333b;--low:#1d3b66;--medium:#5a4a00;--high:#6b3a0b;--critical:#7d1f1f}}
body{margin:0 auto;padding:1.5rem;max-width:70rem;display:flex;flex-direction:column;gap:1rem;
background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
header{order:-1}h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:0;overflow-wrap:anywhere}
header p,section p{margin:.3rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}.good{color:var(--good)}
section{border:1px solid var(--edge);border-radius:6px;padding:.8rem 1rem}
pre{background:var(--box);padding:.6rem .8rem;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;
font:13px/1.5 ui-monospace,monospace;margin:.5rem 0}
mark{color:inherit;border-radius:3px;padding:0 .1em;border-bottom:2px solid var(--fg)}
.none{background:var(--none)}.low{background:var(--low)}.medium{background:var(--medium)}
.high{background:var(--high)}.critical{background:var(--critical)}
table{border-collapse:collapse;font-size:13px}th,td{text-align:left;padding:.1rem .8rem .1rem 0;
vertical-align:top;overflow-wrap:anywhere}
"""
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
_HEAD = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>pyshield scan</title>
<style>{_STYLE}</style>
</head>
<body>
"""


def _ascii(text: str) -> str:
    return escape(text, quote=True).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _text(text: str, limit: int = 200) -> str:
    """A name or a label, on one line."""
    return _ascii(visible(text, limit))


def _body(text: str) -> str:
    """A part of a text, with its lines; what a reader could not see is written out."""
    shown = (char if char in _LINES else cell for char, (cell, _) in zip(text, cells(text), strict=True))
    return _ascii("".join(shown))


class _Part(NamedTuple):
    """A part of a text, and what was found there."""

    start: int
    end: int
    findings: tuple[Finding, ...]


def _windows(length: int, findings: Iterable[Finding], *, whole: bool) -> Iterator[tuple[int, int]]:
    """The stretches of a text that are shown, in order and apart. `findings` are in order of their start."""
    if whole:
        yield 0, length
        return
    begin = end = -1
    for finding in findings:
        start, stop = max(finding.start - _AROUND, 0), min(finding.end + _AROUND, length)
        if begin >= 0 and start <= end:
            end = max(end, stop)
            continue
        if begin >= 0:
            yield begin, end
        begin, end = start, stop
    if begin >= 0:
        yield begin, end


def _parts(start: int, end: int, findings: list[Finding]) -> Iterator[_Part]:
    """A stretch cut wherever a finding begins or ends, so that overlapping ones need no nesting."""
    within = [finding for finding in findings if finding.start < finding.end]
    edges = {start, end}
    for finding in within:
        edges.update(edge for edge in (finding.start, finding.end) if start < edge < end)
    places = sorted(edges)
    waiting = iter(within)
    upcoming = next(waiting, None)
    open_: list[Finding] = []
    for begin, stop in pairwise(places):
        while upcoming is not None and upcoming.start <= begin:
            open_.append(upcoming)
            upcoming = next(waiting, None)
        open_ = [finding for finding in open_ if finding.end > begin]
        yield _Part(begin, stop, tuple(open_))


def _about(finding: Finding) -> str:
    seen = f", seen {finding.view}" if finding.view else ""
    return f"{finding.scanner} {finding.label} {finding.score:.2f}{seen}"


def _marked(text: str, part: _Part) -> str:
    piece = text[part.start : part.end]
    if not part.findings:
        return _body(piece)
    if len(piece) > _MARKED:
        half = _MARKED // 2
        left_out = f" … {len(piece) - _MARKED:,} characters … "
        shown = _body(piece[:half]) + _ascii(left_out) + _body(piece[-half:])
    else:
        shown = _body(piece)
    worst = max(finding.severity for finding in part.findings)
    title = "; ".join(_about(finding) for finding in part.findings[:5])
    return f'<mark class="{worst.value}" title="{_text(title, 1_000)}">{shown}</mark>'


class HtmlReport:
    """One page, written as the scan goes on; the counts come last and are shown first.

    The text around each finding is shown, secrets and private data included: the page is as confidential as
    what was scanned.

    Args:
        out: Where it goes.
        include_text: Whether all of every text is shown, also of those without a finding.
    """

    def __init__(self, out: IO[str], *, include_text: bool) -> None:
        self._out, self._include_text = out, include_text
        out.write(_HEAD)

    def document(self, document: Document, result: ScanResult) -> None:
        """A section, unless the text is clean and not to be shown."""
        refused = [name for name, verdict in result.verdicts.items() if not verdict.is_valid]
        if not (refused or result.findings or self._include_text):
            return
        verdict = (
            '<span class="good">passed</span>' if result.is_valid else '<span class="bad">refused</span>'
        )
        by = f" by {_text(', '.join(refused), 1_000)}" if refused else ""
        write = self._out.write
        write(f"<section>\n<h2>{self._where(document.source, document.record)}</h2>\n")
        write(f"<p>{verdict}{by}, risk {result.risk:.2f}, severity {result.severity.value}</p>\n")
        placed = list(place(document.text, result.findings))[:_LISTED]
        findings = [one.finding for one in placed]
        for start, end in _windows(len(document.text), findings, whole=self._include_text):
            inside = [one for one in findings if one.start < end and one.end > start]
            shown = "".join(_marked(document.text, part) for part in _parts(start, end, inside))
            before = _ascii("… ") if start else ""
            after = _ascii(" …") if end < len(document.text) else ""
            write(f"<pre>{before}{shown}{after}</pre>\n")
        if placed:
            write(
                "<table>\n<tr><th>line</th><th>scanner</th><th>label</th><th>severity</th><th>score</th></tr>\n"
            )
        for one in placed:
            finding = one.finding
            cells_ = (
                f"{one.line}:{one.column}",
                _text(finding.scanner),
                _text(finding.label + (f" (seen {finding.view})" if finding.view else "")),
                f'<span class="{finding.severity.value}">{finding.severity.value}</span>',
                f"{finding.score:.2f}",
            )
            write("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells_) + "</tr>\n")
        if placed:
            write("</table>\n")
        omitted = result.omitted_findings + len(result.findings) - len(placed)
        if omitted:
            write(f'<p class="dim">{omitted:,} more findings are not listed.</p>\n')
        write("</section>\n")

    def failure(self, failure: Unreadable) -> None:
        """A section with the reason."""
        self._out.write(
            f"<section>\n<h2>{self._where(failure.source, failure.record)}</h2>\n"
            f'<p class="bad">not scanned: {_text(failure.reason, 1_000)}</p>\n</section>\n'
        )

    def close(self, summary: Summary) -> None:
        """The counts, and the end of the page."""
        counts = [f"{summary.scanned:,} texts scanned", f"{summary.refused:,} refused"]
        counts.append(f"{summary.findings:,} findings")
        if summary.failed:
            counts.append(f"{summary.failed:,} could not be scanned")
        if summary.skipped:
            counts.append(f"{summary.skipped:,} binary files skipped")
        kind = "bad" if summary.exit_code else "good"
        self._out.write(
            f'<header>\n<h1>pyshield scan</h1>\n<p class="{kind}">{", ".join(counts)}</p>\n</header>\n'
            "</body>\n</html>\n"
        )

    @staticmethod
    def _where(source: str, record: int | None) -> str:
        return _text(source, 4_096) + ("" if record is None else f":{record}")
