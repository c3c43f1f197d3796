"""From the data folder to the packed weights and their manifest."""

from __future__ import annotations

import hashlib
import json
import platform
from typing import TYPE_CHECKING

import numpy as np
import scipy

from training import checksums
from training.language import build, data, pack

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, seed: int, out: Path) -> None:
    """Trains on the archives of `folder`; writes `out`, and beside it a manifest and SHA256SUMS."""
    rows = data.read(folder)
    groups = build.train(rows, seed, lambda line: print(line, flush=True))
    content = pack.packed(groups)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    archive = folder / "lingua_langid.tar.gz"
    manifest = {
        "weights": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "data": {archive.name: hashlib.sha256(archive.read_bytes()).hexdigest()},
        "rows": {
            "train": sum(not row.held_out for row in rows),
            "held_out": sum(row.held_out for row in rows),
        },
        "seed": seed,
        "languages": sorted({name for weights in groups for name in weights.languages} - {"und"}),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }
    beside = out.with_suffix(".json")
    beside.write_text(json.dumps(manifest, indent=1) + "\n")
    checksums.write(out.parent)
    print(f"{out}: {len(content):,} bytes")
