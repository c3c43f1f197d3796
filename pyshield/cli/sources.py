"""What there is to scan: strings, files, directories, records of JSON Lines, standard input.

Everything is read piece by piece and under a cap, so memory depends on the cap and never on the input.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pyshield.cli.escape import cell
from pyshield.cli.pointer import record_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyshield.cli.pointer import Pointer

__all__ = ["Document", "Sources", "Unreadable", "split_arguments"]

_BINARY_PROBE = 8192
_PIECE = 1 << 20
_STDIN = "-"
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Document:
    """One text to scan."""

    source: str
    """Where it comes from: a path, `<stdin>` or `<text>`."""
    text: str = field(repr=False)
    size: int
    """Bytes read for it."""
    record: int | None = None
    """The line of a JSON Lines file, from 1."""
    line: str = field(default="", repr=False)
    """The whole record of a JSON Lines file, as it is written there."""
    prompt: str | None = field(default=None, repr=False)
    """The record's prompt, when an output is scanned with it."""
    mark: str = ""
    """The byte order mark before a file's first text, which it is no part of."""

    def written(self, text: str, pointer: Pointer | None, *, terminal: bool) -> bytes:
        """What is written for it, with this text in its place.

        Args:
            text: What it has become.
            pointer: For JSON Lines, where in the record it stands: the whole record is written.
            terminal: Whether it goes to a terminal, which is shown control characters and obeys none.
        """
        if pointer is not None:
            text = pointer.replaced(self.line, text)
        if terminal:
            text = "".join(char if char in "\n\t" else cell(char)[0] for char in text)
        else:
            text = self.mark + text
        # Half of a surrogate pair can stand elsewhere in a record, escaped; as such it is written.
        return text.encode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that should have been scanned and could not be."""

    source: str
    reason: str
    size: int = 0
    record: int | None = None


@dataclass(slots=True)
class Sources:
    """The inputs of one call, and how they are read."""

    paths: tuple[str, ...]
    """Files, directories, or `-` for standard input."""
    texts: tuple[str, ...] = ()
    max_bytes: int = 64 << 20
    """Of one text; a larger one is refused unread."""
    glob: str | None = None
    """Which files of a directory, by name."""
    pointer: Pointer | None = None
    """Inputs are JSON Lines and this names the text in a record."""
    prompt_pointer: Pointer | None = None
    own: frozenset[str] = frozenset()
    """Real paths of files that are the call's own, and left out of directories: a vault, its key."""
    skipped: int = field(default=0, init=False)
    """Binary files met in directories."""

    def __iter__(self) -> Iterator[Document | Unreadable]:
        for text in self.texts:
            yield Document("<text>", text, len(text))
        for path in self.paths:
            if path == _STDIN:
                yield from self._read(sys.stdin.buffer, "<stdin>")
            elif Path(path).is_dir():
                yield from self._directory(path)
            else:
                yield from self._file(path)

    def total_bytes(self) -> int | None:
        """How much there is to read, if that can be known; for the progress bar."""
        total = 0
        for path in self.paths:
            if path == _STDIN:
                return None
            try:
                found = self._walk(path) if Path(path).is_dir() else (path,)
                total += sum(Path(file).stat().st_size for file in found if isinstance(file, str))
            except OSError:
                return None
        return total

    def _walk(self, root: str) -> Iterator[str | Unreadable]:
        """The files below `root` in order of name; links and hidden files are left out."""
        stack = [root]
        while stack:
            folder = stack.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield Unreadable(folder, _why(error))
                continue
            found = [entry for entry in found if not entry.name.startswith(".")]
            for entry in found:
                if entry.is_file(follow_symlinks=False) and self._wanted(entry):
                    yield entry.path
            stack.extend(entry.path for entry in reversed(found) if entry.is_dir(follow_symlinks=False))

    def _wanted(self, entry: os.DirEntry[str]) -> bool:
        if self.glob is not None and not fnmatchcase(entry.name, self.glob):
            return False
        return not self.own or os.path.realpath(entry.path) not in self.own

    def _directory(self, root: str) -> Iterator[Document | Unreadable]:
        empty = True
        for path in self._walk(root):
            empty = False
            if isinstance(path, Unreadable):
                yield path
            else:
                yield from self._file(path, skip_binary=True)
        if empty and self.glob is not None:
            # A mistyped pattern must not pass for a clean directory.
            yield Unreadable(root, "no file in it has a name that --glob matches")

    def _file(self, path: str, *, skip_binary: bool = False) -> Iterator[Document | Unreadable]:
        try:
            with Path(path).open("rb") as file:
                if skip_binary and stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    if b"\0" in file.read(_BINARY_PROBE):
                        self.skipped += 1
                        return
                    file.seek(0)
                yield from self._read(file, path)
        except OSError as error:
            yield Unreadable(path, _why(error))

    def _read(self, file: IO[bytes], source: str) -> Iterator[Document | Unreadable]:
        if self.pointer is not None:
            yield from self._records(file, source, self.pointer)
            return
        raw = _at_most(file, self.max_bytes + 1)
        if len(raw) > self.max_bytes:
            yield Unreadable(source, _too_large(self.max_bytes), len(raw))
            return
        try:
            mark, text = _decode(raw)
            yield Document(source, text, len(raw), mark=mark)
        except UnicodeDecodeError as error:
            yield Unreadable(source, _not_utf8(error), len(raw))

    def _records(self, file: IO[bytes], source: str, pointer: Pointer) -> Iterator[Document | Unreadable]:
        for number, raw in enumerate(self._lines(file), 1):
            if len(raw.removesuffix(b"\n")) > self.max_bytes:
                yield Unreadable(source, _too_large(self.max_bytes), len(raw), number)
                continue
            try:
                mark, line = _decode(raw) if number == 1 else ("", raw.decode())
                if not line.strip():
                    continue
                record = record_of(line)
                prompt = self.prompt_pointer.text_in(record) if self.prompt_pointer else None
                text = pointer.text_in(record)
                pointer.located(line)  # what is read can be written again
                yield Document(source, text, len(raw), number, line, prompt, mark)
            except UnicodeDecodeError as error:
                yield Unreadable(source, _not_utf8(error), len(raw), number)
            except LookupError as error:
                yield Unreadable(source, str(error.args[0]), len(raw), number)
            except RecursionError:
                yield Unreadable(source, "JSON nested too deep", len(raw), number)
            except ValueError:
                # The parser's own message can quote the record.
                yield Unreadable(source, "not JSON", len(raw), number)

    def _lines(self, file: IO[bytes]) -> Iterator[bytes]:
        """Lines; of one that is over the cap, as much as shows that it is, and the rest is passed over."""
        while raw := file.readline(self.max_bytes + 1):
            yield raw
            while len(raw) > self.max_bytes and not raw.endswith(b"\n"):
                raw = file.readline(self.max_bytes + 1)
                if not raw:
                    return


def _at_most(file: IO[bytes], most: int) -> bytearray:
    """Reads as much, or all there is: in one go, room would be made for what may be there as well."""
    read = bytearray()
    while piece := file.read(min(_PIECE, most - len(read))):
        read += piece
    return read


def _decode(raw: bytes | bytearray) -> tuple[str, str]:
    """The byte order mark, which says how the file is written and is no part of it, and the text."""
    text = raw.decode()
    return text[: text.startswith(_MARK)], text.removeprefix(_MARK)


def _not_utf8(error: UnicodeDecodeError) -> str:
    return f"not UTF-8 (byte {error.start})"


def _too_large(limit: int) -> str:
    return f"larger than {limit} bytes (--max-bytes)"


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def split_arguments(arguments: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Tells paths from texts: what exists is a path, what has a space in it is a text, the rest is a mistake.

    A misspelt file name must not pass as a clean text, so a single word is never taken for one.

    Returns:
        Paths, texts, and what is neither.
    """
    paths: list[str] = []
    texts: list[str] = []
    neither: list[str] = []
    for argument in arguments:
        if argument == _STDIN or _exists(argument):
            paths.append(argument)
        elif any(char.isspace() for char in argument.strip()):
            texts.append(argument)
        else:
            neither.append(argument)
    return paths, texts, neither


def _exists(argument: str) -> bool:
    try:
        return os.path.lexists(argument)
    except ValueError:  # a NUL; no path has one
        return False
