"""The checksums of a folder of weights."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path) -> None:
    """Writes SHA256SUMS for the weights and manifests in `folder`, as `sha256sum` does."""
    files = sorted(file for file in folder.iterdir() if file.suffix in {".bin", ".json"})
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(lines))
