"""Read the data folder's archives without unpacking them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

csv.field_size_limit(sys.maxsize)
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Archive:
    """One data set: its files by name, without the leading folder."""

    name: str
    files: dict[str, bytes]
    sha256: str

    @classmethod
    def open(cls, folder: Path, name: str) -> Archive:
        """Read `<folder>/<name>.tar.gz` into memory."""
        path = folder / f"{name}.tar.gz"
        files = {}
        with tarfile.open(path) as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is not None:
                    files[member.name.removeprefix("./").removeprefix(f"{name}/")] = stream.read()
        return cls(name, files, hashlib.sha256(path.read_bytes()).hexdigest())

    def matching(self, *parts: str) -> Iterator[str]:
        """Yield the names of the files whose name contains all of `parts`, in order."""
        for name in sorted(self.files):
            if all(part in name for part in parts):
                yield name

    def text(self, name: str) -> str:
        """Return a file as text."""
        return self.files[name].decode("utf-8-sig", errors="replace")

    def lines(self, name: str) -> list[str]:
        """Return the non-empty lines of a file, stripped."""
        return [line.strip() for line in self.text(name).splitlines() if line.strip()]

    def csv(self, name: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
        """Yield the rows of a file with a heading."""
        return csv.DictReader(io.StringIO(self.text(name), newline=""), delimiter=delimiter)

    def tsv(self, name: str) -> Iterator[list[str]]:
        """Yield the rows of a tab-separated file without quoting."""
        for line in self.text(name).splitlines():
            yield line.split("\t")

    def json(self, name: str) -> Any:
        """Return a JSON file."""
        return json.loads(self.text(name))

    def jsonl(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a JSON-lines file, gzipped or not."""
        data = self.files[name]
        content = gzip.decompress(data).decode() if name.endswith(".gz") else self.text(name)
        for line in content.split("\n"):
            if line.strip():
                yield json.loads(line)

    def yaml(self, name: str) -> Any:
        """Return a YAML file."""
        return yaml.load(self.text(name), Loader=_SAFE_LOADER)  # noqa: S506 the safe loader, in C where there is


def strings(value: object) -> Iterator[str]:
    """Yield all strings in a parsed document, in order; names of fields are none."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
