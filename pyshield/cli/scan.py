"""The loop behind `pyshield scan`: texts in batches through the bulk lane, results in order to a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield.cli.report import Report, Summary
from pyshield.cli.sources import Document, Unreadable
from pyshield.errors import ConfigError, ShieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield.cli.progress import Progress
    from pyshield.cli.sources import Sources
    from pyshield.results import ScanResult
    from pyshield.shield import BlockingShield

__all__ = ["batches", "scan_all"]

# One crossing into the runtime for many small texts, yet never much more in memory than one large one.
_BATCH_TEXTS = 512
_BATCH_BYTES = 4 << 20

Item = Document | Unreadable


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists that the runtime takes in one go."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (len(batch) >= _BATCH_TEXTS or size + item.size > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield batch


class _Scan:
    """Scans documents of one side.

    Args:
        shield: What scans.
        side: `prompt` or `output`.
        prompt: What an output answered, for documents that do not say.
    """

    def __init__(self, shield: BlockingShield, side: str, prompt: str) -> None:
        self._shield, self._side, self._prompt = shield, side, prompt

    def many(self, documents: list[Document]) -> list[ScanResult | ShieldError]:
        """A result or an error for each."""
        try:
            if self._side == "prompt":
                return [*self._shield.scan_prompts([document.text for document in documents])]
            return [*self._shield.scan_outputs([self._pair(document) for document in documents])]
        except ConfigError:
            raise
        except ShieldError as error:
            # One text that is refused outright (lone surrogates, too long) must not take its batch along.
            return [error] if len(documents) == 1 else [self._one(document) for document in documents]

    def _pair(self, document: Document) -> tuple[str, str]:
        return (self._prompt if document.prompt is None else document.prompt), document.text

    def _one(self, document: Document) -> ScanResult | ShieldError:
        return self.many([document])[0]


def scan_all(
    shield: BlockingShield, sources: Sources, report: Report, progress: Progress, *, side: str, prompt: str
) -> Summary:
    """Scans everything and reports it.

    Args:
        shield: What scans.
        sources: What is scanned.
        report: Where results go, in the order of the sources.
        progress: Told of every batch.
        side: `prompt` or `output`.
        prompt: What an output answered, for documents that do not say.

    Returns:
        The counts, which the report has been given too.
    """
    summary = Summary()
    scan = _Scan(shield, side, prompt)
    for batch in batches(sources):
        results = iter(scan.many([item for item in batch if isinstance(item, Document)]))
        progress.hide()
        for item in batch:
            if isinstance(item, Unreadable):
                _failed(item, report, summary)
                continue
            result = next(results)
            if isinstance(result, ShieldError):
                _failed(Unreadable(item.source, str(result), item.size, item.record), report, summary)
            elif result.errors:
                # The scanners that came to a verdict are not heard: half a judgement reads like a whole one.
                reason = "; ".join(str(error) for error in result.errors)
                _failed(Unreadable(item.source, reason, item.size, item.record), report, summary)
            else:
                summary.scanned += 1
                summary.refused += not result.is_valid
                summary.findings += len(result.findings) + result.omitted_findings
                report.document(item, result)
        progress.advance(sum(item.size for item in batch))
    progress.hide()
    summary.skipped = sources.skipped
    report.close(summary)
    return summary


def _failed(failure: Unreadable, report: Report, summary: Summary) -> None:
    summary.failed += 1
    report.failure(failure)
