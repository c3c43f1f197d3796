"""`python -m training STAGE`: one command per stage. `python -m training STAGE --help` lists its options."""

from __future__ import annotations

import argparse
import importlib
import itertools
import pkgutil
import random
from pathlib import Path

from training import example, generate
from training.language import command as language


def _generate(options: argparse.Namespace) -> None:
    module = importlib.import_module(f"training.generate.{options.subject}")
    rows = module.generate(random.Random(options.seed), options.count)
    count = example.write(options.out, itertools.islice(rows, options.count))
    print(f"{options.out}: {count} rows")


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

    language.add(stages)

    options = parser.parse_args(arguments)
    options.run(options)


if __name__ == "__main__":
    main()
