"""The loop behind `pyshield redact` and `pyshield restore`: texts in, changed texts out.

A text is written only after the vault that can restore it is on the disk. What could not be read is left out.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyshield.cli.escape import visible
from pyshield.cli.outputs import UnwrittenError
from pyshield.cli.scan import batches
from pyshield.cli.sources import Document, Unreadable
from pyshield.errors import ConfigError, ShieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield.cli.outputs import Outputs
    from pyshield.cli.progress import Progress
    from pyshield.cli.sources import Sources
    from pyshield.results import ScanResult

    Change = Callable[[list[str]], list[ScanResult]]

__all__ = ["Tally", "rewrite"]

_PLACEHOLDER = re.compile(r"\[REDACTED_[A-Z0-9_]{1,64}_[0-9]{1,20}\]")


@dataclass(slots=True)
class Tally:
    """What came of it."""

    texts: int = 0
    changed: int = 0
    failed: int = 0
    left: int = 0
    """Placeholders in what was written."""
    degraded: str | None = None
    """What a scanner could not look for."""


def rewrite(
    sources: Sources,
    change: Change,
    keep: Callable[[], None] | None,
    outputs: Outputs,
    progress: Progress,
) -> Tally:
    """Changes every text and writes it.

    Args:
        sources: What is read.
        change: The scan that changes texts; its results are in their order.
        keep: Called before what was changed is seen, if anything is to be kept. As a vault is written as a
            whole, files wait for their names until as many texts again were read.
        outputs: Where it goes.
        progress: Told of every batch.

    Raises:
        ConfigError: If a file is in the way.
        ShieldError: If the vault cannot do its part.
    """
    tally = Tally()
    read = due = 0
    try:
        for batch in batches(sources):
            texts = [item.text for item in batch if isinstance(item, Document)]
            results = iter(_changed(change, texts))
            if outputs.shown and keep is not None:
                keep()
            for item in batch:
                if isinstance(item, Unreadable):
                    _failed(item.source, item.record, item.reason, progress, tally)
                    continue
                result = next(results)
                wrong = result if isinstance(result, ShieldError) else next(iter(result.errors), None)
                if isinstance(result, ShieldError) or wrong is not None:
                    _failed(item.source, item.record, str(wrong), progress, tally)
                    continue
                try:
                    outputs.write(item, result.text)
                except UnwrittenError as error:
                    _failed(item.source, item.record, str(error), progress, tally)
                    continue
                tally.texts += 1
                tally.changed += result.text != item.text
                tally.degraded = tally.degraded or _degraded(result)
                tally.left += len(_PLACEHOLDER.findall(result.text))
            read += len(batch)
            if read >= due:
                outputs.settle(keep)
                due = 2 * read if keep is not None else 0
            progress.advance(sum(item.size for item in batch))
        outputs.finish(keep)
    except BaseException:
        with suppress(OSError, ShieldError):  # the first error is the one to tell
            outputs.abandon(keep)
        raise
    finally:
        progress.hide()
    return tally


def _changed(change: Change, texts: list[str]) -> list[ScanResult | ShieldError]:
    """A result or an error for each: one text that is refused outright does not take its batch along."""
    try:
        return [*change(texts)]
    except ConfigError:
        raise
    except ShieldError as error:
        if len(texts) == 1:
            return [error]
        return [one for text in texts for one in _changed(change, [text])]


def _degraded(result: ScanResult) -> str | None:
    return next((one.degraded for one in result.verdicts.values() if one.degraded), None)


def _failed(source: str, record: int | None, reason: str, progress: Progress, tally: Tally) -> None:
    tally.failed += 1
    progress.hide()
    place = visible(source) if record is None else f"{visible(source)}:{record}"
    sys.stderr.write(f"{place}: {visible(reason, 500)}\n")
