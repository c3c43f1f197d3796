"""The stages of `python -m training` that make and judge the language model."""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

WEIGHTS = Path("runtime/core/weights/language.bin")
MANIFEST = Path("runtime/core/weights/language.json")


def add(stages: Any) -> None:
    """Adds the stages to the command line."""
    stage = stages.add_parser("language-train", help="fit the language model, quantise and pack it")
    stage.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER", help="the folder of data archives"
    )
    stage.add_argument("--seed", type=int, default=1)
    stage.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE")
    stage.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    import numpy as np
    import scipy

    from training.language import build, data, pack

    rows = data.read(options.data)
    groups = build.train(rows, options.seed, lambda line: print(line, flush=True))
    content = pack.packed(groups)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    archive = options.data / "lingua_langid.tar.gz"
    manifest = {
        "weights": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "data": {archive.name: hashlib.sha256(archive.read_bytes()).hexdigest()},
        "rows": {
            "train": sum(not row.held_out for row in rows),
            "held_out": sum(row.held_out for row in rows),
        },
        "seed": options.seed,
        "languages": sorted({name for weights in groups for name in weights.languages} - {"und"}),
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }
    options.out.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{options.out}: {len(content):,} bytes")
