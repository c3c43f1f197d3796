"""The stages of `python -m training` that make and judge the model of consistency."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

WEIGHTS = Path("runtime/core/weights/consistency.bin")
REFERENCE = Path("runtime/core/src/consistency/reference.json")
REPORT = Path("docs/models/consistency.md")


def add(stages: Any) -> None:
    """Adds the stages to the command line."""
    stage = stages.add_parser(
        "consistency-train", help="fit the model of consistency with a source, calibrate, measure, pack"
    )
    stage.add_argument(
        "--work", type=Path, default=Path("../training-work"), metavar="FOLDER", help="of the prepared rows"
    )
    stage.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE")
    stage.add_argument("--reference", type=Path, default=REFERENCE, metavar="FILE")
    stage.add_argument("--report", type=Path, default=REPORT, metavar="FILE")
    stage.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    importlib.import_module("training.consistency.train").run(options.work, options.out)
    importlib.import_module("training.consistency.reference").run(options.out, options.reference)
    importlib.import_module("training.consistency.report").run(options.out, options.report)
