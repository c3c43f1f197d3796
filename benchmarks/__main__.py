"""Runs all benchmarks one after another and draws the pictures: python -m benchmarks.

A few minutes, on a machine that does nothing else. Each benchmark is a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.measure import ROOT
from benchmarks.scanners import reference_env


def main() -> None:
    """Runs everything; goes on if one fails, and says so at the end."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument(
        "--reference", default=str(reference_env.DEFAULT), help="as for benchmarks.scanners"
    )
    arguments.add_argument("--seconds", default="60", help="of overload, as for benchmarks.serving")
    chosen = arguments.parse_args()
    failed = []
    for command in (
        ["benchmarks.bridge"],
        ["benchmarks.scanners", "--reference", chosen.reference],
        ["benchmarks.secrets", "--reference", chosen.reference, "--megabytes", "5"],
        ["benchmarks.private", "--reference", chosen.reference],
        ["benchmarks.serving", "--seconds", chosen.seconds],
        ["benchmarks.functions"],
        ["benchmarks.streaming"],
        ["benchmarks.langchain"],
        ["benchmarks.asgi", "--reference", chosen.reference],
        ["benchmarks.render"],
    ):
        print(f"== {command[0]}", flush=True)
        if subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=False).returncode:
            failed.append(command[0])
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
