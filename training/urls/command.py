"""The stages of `python -m training` that make and judge the model of addresses."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

WEIGHTS = Path("runtime/core/weights/urls.bin")
REFERENCE = Path("runtime/core/src/urls/reference.tsv")


def add(stages: Any) -> None:
    """Adds the stages to the command line."""
    stage = stages.add_parser("urls-train", help="fit the model of addresses, choose its cut, measure, pack")
    stage.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER", help="the folder of data archives"
    )
    stage.add_argument(
        "--cited", type=Path, nargs="+", required=True, metavar="FILE",
        help="harmless addresses of another source, one a line: half set the cut, half are measured",
    )  # fmt: skip
    stage.add_argument("--seed", type=int, default=1)
    stage.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE")
    stage.set_defaults(run=_train)
    stage = stages.add_parser("urls-reference", help="record how training reads some addresses")
    stage.add_argument("--out", type=Path, default=REFERENCE, metavar="FILE")
    stage.set_defaults(run=_reference)


def _train(options: argparse.Namespace) -> None:
    train = importlib.import_module("training.urls.train")
    train.run(options.data, options.cited, options.seed, options.out)


def _reference(options: argparse.Namespace) -> None:
    importlib.import_module("training.urls.reference").run(options.out)
