"""The loop behind `pyshield redact` and `pyshield restore`: texts in, changed texts out.

A text is written only after the vault that can restore it is on the disk, and a file takes its name only when
all of it was written. What could not be read is not passed on.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pyshield.cli.escape import visible
from pyshield.cli.scan import batches
from pyshield.cli.sources import Document, Unreadable
from pyshield.errors import ConfigError, ShieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield.cli.pointer import Pointer
    from pyshield.cli.progress import Progress
    from pyshield.cli.sources import Sources
    from pyshield.results import ScanResult

    Change = Callable[[list[str]], list[ScanResult]]

__all__ = ["Outputs", "Tally", "rewrite"]

_STDIN = "<stdin>"
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


class Outputs:
    """Where changed texts go.

    Args:
        inputs: The files, folders or `-` that are read.
        output: A file or folder, or `-` for standard output.
        pointer: For JSON Lines, where in a record the text is: whole records are written.
        force: Whether files that are there are replaced.
        own: Real paths that are never written to: the vault, its key.

    Raises:
        ConfigError: If they do not fit together.
    """

    def __init__(
        self,
        inputs: Sequence[str],
        output: str,
        *,
        pointer: Pointer | None,
        force: bool,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self._pointer, self._force, self._own = pointer, force, own
        folders = [Path(path) for path in inputs if Path(path).is_dir()]
        self._single = len(inputs) == 1 and not folders
        self._output = None if output == "-" else Path(output)
        if self._output is None and not self._single:
            raise ConfigError("several files need --output FOLDER")
        if self._output is not None and any(_inside(self._output, folder) for folder in folders):
            raise ConfigError("--output lies in a directory that is read")
        self._terminal = self._output is None and sys.stdout.isatty()
        self._roots = {folder: folder.resolve().name if len(inputs) > 1 else "" for folder in folders}
        self._read = {known for path in inputs if (known := _known(path)) is not None}
        self._taken: dict[Path, str] = {}
        self._source: str | None = None
        self._final: Path | None = None
        self._file: IO[bytes] | None = None

    def _place(self, output: Path, source: str) -> Path:
        """The file that a source is written to."""
        name = "stdin" if source == _STDIN else Path(source).name
        if self._single:
            return output / name if output.is_dir() else output
        for folder in reversed(Path(source).parents) if self._roots else ():
            if folder in self._roots:
                return output / self._roots[folder] / Path(source).relative_to(folder)
        return output / name

    def _begin(self, source: str) -> IO[bytes]:
        if source == self._source and self._file is not None:
            return self._file
        self.finish()
        self._source = source
        if self._output is None:
            self._file = sys.stdout.buffer
            return self._file
        place = self._place(self._output, source)
        if self._taken.setdefault(place, source) != source:
            raise ConfigError(f"two inputs would be written to {visible(str(place))}")
        if os.path.realpath(place) in self._own:
            raise ConfigError(f"{visible(str(place))} is the vault's or its key")
        if place.exists() and not place.is_file():
            # Replacing a device, as /dev/null is one, would take it from everybody.
            raise ConfigError(f"{visible(str(place))} is no regular file; - is standard output")
        if os.path.lexists(place) and not self._force:
            raise ConfigError(f"{visible(str(place))} is there already (--force replaces it)")
        if _known(place) in self._read:
            raise ConfigError(f"{visible(str(place))} is also read")
        place.parent.mkdir(parents=True, exist_ok=True)
        # No other user is to read what is restored before its owner has looked at it.
        part = place.with_name(f".{place.name}.part")
        part.unlink(missing_ok=True)  # left by a run that was killed, or laid there by somebody
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._final, self._file = place, os.fdopen(descriptor, "wb")
        return self._file

    def write(self, document: Document, text: str) -> None:
        """Writes a text, or the record around it."""
        written = document.written(text, self._pointer, terminal=self._terminal)
        self._begin(document.source).write(written)

    def finish(self) -> None:
        """Gives the file its name."""
        file, final = self._file, self._final
        if file is not None:
            file.flush()
            if final is not None:
                file.close()
                final.with_name(f".{final.name}.part").replace(final)
        self._file = self._final = self._source = None

    def abandon(self) -> None:
        """Removes what was begun."""
        file, final = self._file, self._final
        self._file = self._final = None
        if file is not None and final is not None:
            with suppress(OSError):  # what is still to be written may not fit
                file.close()
            final.with_name(f".{final.name}.part").unlink(missing_ok=True)


def _known(path: str | Path) -> tuple[int, int] | None:
    """What a file is known by, whatever its names; `None` if there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _inside(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def rewrite(
    sources: Sources, change: Change, keep: Callable[[], None], outputs: Outputs, progress: Progress
) -> Tally:
    """Changes every text and writes it.

    Args:
        sources: What is read.
        change: The scan that changes texts; its results are in their order.
        keep: Called before what was changed is written.
        outputs: Where it goes.
        progress: Told of every batch.

    Raises:
        ConfigError: If a file is in the way.
        ShieldError: If the vault cannot do its part.
    """
    tally = Tally()
    try:
        for batch in batches(sources):
            texts = [item.text for item in batch if isinstance(item, Document)]
            results = iter(_changed(change, texts))
            keep()
            for item in batch:
                if isinstance(item, Unreadable):
                    _failed(item.source, item.record, item.reason, progress, tally)
                    continue
                result = next(results)
                error = result if isinstance(result, ShieldError) else next(iter(result.errors), None)
                if isinstance(result, ShieldError) or error is not None:
                    _failed(item.source, item.record, str(error), progress, tally)
                    continue
                tally.texts += 1
                tally.changed += result.text != item.text
                tally.degraded = tally.degraded or _degraded(result)
                tally.left += len(_PLACEHOLDER.findall(result.text))
                outputs.write(item, result.text)
            progress.advance(sum(item.size for item in batch))
        outputs.finish()
    except BaseException:
        outputs.abandon()
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
