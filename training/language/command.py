"""The stages of `python -m training` that make the language model."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

WEIGHTS = Path("runtime/core/weights/language.bin")
REFERENCE = Path("runtime/core/src/language/reference.tsv")


def add(stages: Any) -> None:
    """Adds the stages to the command line."""
    stage = stages.add_parser("language-train", help="fit the language model, quantise and pack it")
    stage.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER", help="the folder of data archives"
    )
    stage.add_argument("--seed", type=int, default=1)
    stage.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE")
    stage.set_defaults(run=_train)
    stage = stages.add_parser("language-reference", help="record how training reads some texts")
    stage.add_argument("--out", type=Path, default=REFERENCE, metavar="FILE")
    stage.set_defaults(run=_reference)


def _train(options: argparse.Namespace) -> None:
    importlib.import_module("training.language.train").run(options.data, options.seed, options.out)


def _reference(options: argparse.Namespace) -> None:
    importlib.import_module("training.language.reference").run(options.out)
