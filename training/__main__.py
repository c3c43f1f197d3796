"""`python -m training STAGE`: one command per stage. `python -m training STAGE --help` lists its options."""

from __future__ import annotations

import argparse
import importlib
import itertools
import pkgutil
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training import example, generate
from training.consistency import command as consistency
from training.language import command as language
from training.urls import command as urls

if TYPE_CHECKING:
    from collections.abc import Callable


def _generate(options: argparse.Namespace) -> None:
    module = importlib.import_module(f"training.generate.{options.subject}")
    rows = module.generate(random.Random(options.seed), options.count)
    count = example.write(options.out, itertools.islice(rows, options.count))
    print(f"{options.out}: {count} rows")


def _prepare(options: argparse.Namespace) -> None:
    importlib.import_module("training.prepare").run(options.data, options.generated, options.work)


def _train(options: argparse.Namespace) -> None:
    train = importlib.import_module("training.train")
    plan = {name: value for name, value in vars(options).items() if name not in {"run", "work"}}
    train.run(train.Plan(options.work, **plan))


def _on(function: str, *names: str) -> Callable[[argparse.Namespace], None]:
    """Return what calls a function of `training.stages`, which needs the libraries of training."""

    def run(options: argparse.Namespace) -> None:
        stages = importlib.import_module("training.stages")
        getattr(stages, function)(options.work, *(getattr(options, name) for name in names))

    return run


def _stage(
    stages: Any, name: str, text: str, run: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    stage: argparse.ArgumentParser = stages.add_parser(name, help=text)
    stage.add_argument("--work", type=Path, default=Path("../training-work"), metavar="FOLDER")
    stage.set_defaults(run=run)
    return stage


def _subjects() -> list[str]:
    found = pkgutil.iter_modules(generate.__path__)
    return sorted(module.name for module in found if not module.name.startswith("_"))


def main(arguments: list[str] | None = None) -> None:
    """Run the stage that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    stages = parser.add_subparsers(required=True, metavar="STAGE")

    stage = stages.add_parser("generate", help="write synthetic rows of one subject")
    stage.add_argument("--subject", required=True, choices=_subjects())
    stage.add_argument("--count", type=int, required=True, help="rows at most")
    stage.add_argument("--seed", type=int, default=1)
    stage.add_argument("--out", type=Path, required=True, metavar="FILE")
    stage.set_defaults(run=_generate)

    stage = _stage(stages, "prepare", "read the archives, remove near duplicates, split by source", _prepare)
    stage.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="of the archives")
    stage.add_argument("--generated", type=Path, nargs="*", default=[], metavar="FILE")
    _stage(stages, "prune", "choose the vocabulary", _on("prune"))
    _stage(stages, "embed", "compute the base model's embeddings", _on("embed"))
    _stage(stages, "encode", "turn the training rows into numbers", _on("encode"))
    stage = _stage(stages, "train", "train all heads; an interrupted run goes on", _train)
    stage.add_argument("--name", required=True, help="of the checkpoint")
    stage.add_argument("--start", help="checkpoint to start from; the base model without")
    stage.add_argument("--teacher", help="checkpoint whose hidden states and answers are to be kept")
    stage.add_argument(
        "--blend", type=float, default=1.0, help="of the start's encoder with the base model's"
    )
    stage.add_argument("--frozen", type=int, default=0, help="first layers that stay as they are")
    stage.add_argument("--cores", type=float, default=16.0, help="processor time per second at most")
    stage.add_argument("--minutes", type=float, default=90.0)
    stage.add_argument("--rate", type=float, default=1e-4)
    stage.add_argument("--head-rate", type=float, default=1e-3, help="of heads and token types")
    stage.add_argument("--batch", type=int, default=1536, help="tokens per step and process")
    stage.add_argument("--workers", type=int, default=2)
    stage.add_argument("--seed", type=int, default=1)
    stage = _stage(
        stages, "graft", "carry a checkpoint over to another vocabulary", _on("graft", "name", "old")
    )
    stage.add_argument("--name", required=True, help="of the checkpoint")
    stage.add_argument("--old", type=Path, required=True, metavar="FOLDER", help="of the checkpoint")
    stage = _stage(stages, "unpack", "a checkpoint from the shipped file", _on("unpack", "name", "folder"))
    stage.add_argument("--name", required=True, help="of the checkpoint")
    stage.add_argument("--folder", type=Path, default=Path("pyshield/weights/encoder"))
    stage = _stage(
        stages,
        "mix",
        "the weighted mean of two checkpoints",
        _on("mix", "name", "first", "second", "share"),
    )
    stage.add_argument("--name", required=True, help="of the new checkpoint")
    stage.add_argument("--first", required=True)
    stage.add_argument("--second", required=True)
    stage.add_argument("--share", type=float, default=0.5, help="of the second")
    stage = _stage(
        stages,
        "narrow",
        "fewer attention heads and neurons per layer",
        _on("narrow", "name", "start", "inner", "attention_heads"),
    )
    stage.add_argument("--name", required=True, help="of the new checkpoint")
    stage.add_argument("--start", required=True, help="checkpoint to begin with")
    stage.add_argument("--inner", type=int, default=768, help="neurons of a feed-forward layer that are left")
    stage.add_argument("--attention-heads", type=int, default=8, help="that are left in a layer")
    stage = _stage(
        stages, "quantise", "write a checkpoint as ONNX, in float and in int8", _on("quantise", "name")
    )
    stage.add_argument("--name", required=True)
    stage = _stage(stages, "evaluate", "calibrate and measure", _on("measure", "name", "version", "rows"))
    stage.add_argument("--name", required=True)
    stage.add_argument("--version", required=True)
    stage.add_argument("--rows", type=int, default=500, help="of one source at most")
    stage = _stage(stages, "rivals", "measure others on the same rows", _on("compare", "rows"))
    stage.add_argument("--rows", type=int, default=500, help="of one source at most")
    stage = _stage(
        stages,
        "similarity",
        "choose the thresholds of scanners that compare embeddings",
        _on("compare_embeddings", "name", "data"),
    )
    stage.add_argument("--name", required=True)
    stage.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="of the archives")
    stage = _stage(
        stages,
        "precision",
        "compare float with int8, and time both",
        _on("compare_precision", "name", "rows"),
    )
    stage.add_argument("--name", required=True)
    stage.add_argument("--rows", type=int, default=500, help="of one source at most")
    stage = _stage(
        stages, "card", "write the shipped folder and the report", _on("deliver", "name", "folder", "report")
    )
    stage.add_argument("--name", required=True)
    stage.add_argument("--folder", type=Path, default=Path("pyshield/weights/encoder"))
    stage.add_argument("--report", type=Path, default=Path("docs/models"))
    consistency.add(stages)
    language.add(stages)
    urls.add(stages)

    options = parser.parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    main()
