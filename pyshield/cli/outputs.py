"""Where `pyshield redact` and `pyshield restore` write: one file for each that is read, or standard output.

A file takes its name only when all of it was written and what can restore it was kept.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pyshield.cli.escape import visible
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield.cli.pointer import Pointer
    from pyshield.cli.sources import Document

__all__ = ["Outputs", "UnwrittenError"]

_STDIN = "<stdin>"


class UnwrittenError(OSError):
    """One of several files cannot be made; the others may."""


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

    Attributes:
        shown: Whether what is written is seen at once, on standard output, and not with `settle`.
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
        self.shown = self._output is None
        self._terminal = self.shown and sys.stdout.isatty()
        self._roots = {folder: folder.resolve().name if len(inputs) > 1 else "" for folder in folders}
        self._read = {known for path in inputs if (known := _known(path)) is not None}
        self._taken: dict[Path, str] = {}
        self._at: tuple[str, int] | None = None
        """Source and record that were written last."""
        self._final: Path | None = None
        self._file: IO[bytes] | None = None
        self._waiting: set[Path] = set()
        """Files that are complete but for their names."""

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
        """The file for a source."""
        if self._output is None:
            self._file = sys.stdout.buffer
            return self._file
        if not self._single and not self._taken:
            _make(self._output)
        place = self._place(self._output, source)
        if self._taken.setdefault(place, source) != source:
            raise ConfigError(f"two inputs would be written to {visible(str(place))}")
        try:
            self._file = self._opened(place)
        except OSError as error:
            if self._single:
                raise
            raise UnwrittenError(f"{place}: {(error.strerror or type(error).__name__).lower()}") from None
        self._final = place
        return self._file

    def _opened(self, place: Path) -> IO[bytes]:
        if os.path.realpath(place) in self._own:
            raise ConfigError(f"{visible(str(place))} is the vault's or its key")
        if place.exists() and not place.is_file():
            # Replacing a device, as /dev/null is one, would take it from everybody.
            raise ConfigError(f"{visible(str(place))} is no regular file; - is standard output")
        self._refuse_what_is_there(place)
        if _known(place) in self._read:
            raise ConfigError(f"{visible(str(place))} is also read")
        place.parent.mkdir(parents=True, exist_ok=True)
        # No other user is to read what is restored before its owner has looked at it.
        part = _part(place)
        self._waiting.discard(place)
        part.unlink(missing_ok=True)  # left by a run that was killed, or laid there by somebody
        return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _refuse_what_is_there(self, place: Path) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            if place not in self._waiting:
                place.lstat()  # a name that nothing can have is an error before there is work to lose
            if not self._force:
                raise ConfigError(f"{visible(str(place))} is there already (--force replaces it)")

    def write(self, document: Document, text: str) -> None:
        """Writes a text, or the record around it.

        Raises:
            ConfigError: If a file is in the way.
            UnwrittenError: If this file, one of several, cannot be made.
            OSError: If no file can be made, or nothing more be written.
        """
        written = document.written(text, self._pointer, terminal=self._terminal)
        at = (document.source, document.record or 0)
        # A source that is read twice begins anew.
        file = self._file if self._at is not None and self._at[0] == at[0] and self._at < at else None
        if file is None:
            self._complete()
            file = self._begin(document.source)
        file.write(written)
        self._at = at

    def _complete(self) -> None:
        """Ends the file that is being written."""
        file, final = self._file, self._final
        if file is not None:
            file.flush()
            if final is not None:
                file.close()
                self._waiting.add(final)
        self._file = self._final = self._at = None

    def settle(self, keep: Callable[[], None] | None) -> None:
        """Gives the files that are complete their names.

        Args:
            keep: Called before, if anything is to be kept that can restore them.

        Raises:
            ConfigError: If meanwhile a file is in the way.
            OSError: If it cannot be done.
        """
        if keep is not None:
            keep()
        while self._waiting:
            place = self._waiting.pop()
            try:
                self._refuse_what_is_there(place)
                _part(place).replace(place)
            except BaseException:
                _part(place).unlink(missing_ok=True)
                raise

    def finish(self, keep: Callable[[], None] | None) -> None:
        """Ends the file that is being written, too."""
        self._complete()
        self.settle(keep)

    def abandon(self, keep: Callable[[], None] | None) -> None:
        """Removes what was begun. What is complete stays, if what can restore it can be kept."""
        file, final = self._file, self._final
        self._file = self._final = self._at = None
        try:
            if file is not None and final is not None:
                with suppress(OSError):  # what is still to be written may not fit
                    file.close()
                _part(final).unlink(missing_ok=True)
            if self._waiting:
                self.settle(keep)
        finally:
            for place in self._waiting:
                _part(place).unlink(missing_ok=True)
            self._waiting.clear()


def _make(folder: Path) -> None:
    """Without the folder that all go into, the call is wrong and none of them at fault."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _part(place: Path) -> Path:
    """What a file is called until all of it is written: short, as its name may be as long as any can be."""
    digest = blake2b(os.fsencode(place.name), digest_size=8).hexdigest()
    return place.with_name(f".pyshield-{digest}.part")


def _known(path: str | Path) -> tuple[int, int] | None:
    """What a file is known by, whatever its names; `None` if there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _inside(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
