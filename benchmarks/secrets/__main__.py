"""Runs the comparisons of Secrets: python -m benchmarks.secrets [speed recall alarms gitleaks]."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measure import Report, finish, parser
from benchmarks.scanners import reference_env
from benchmarks.secrets import compare, gitleaks, speed

PARTS = ("speed", "recall", "alarms", "gitleaks")


def main() -> None:
    """Runs the parts named, or all."""
    arguments = parser(__doc__)
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=9, help="rounds each (default: %(default)s)")
    arguments.add_argument(
        "--megabytes", type=int, default=50, help="of ordinary text (default: %(default)s)"
    )
    arguments.add_argument("--each", type=int, default=20, help="tokens of a kind (default: %(default)s)")
    arguments.add_argument(
        "--reference",
        type=Path,
        default=reference_env.DEFAULT,
        help="the environment that benchmarks/scanners/reference_env.py made (default: .venv-llm-guard)",
    )
    arguments.add_argument(
        "--gitleaks",
        type=Path,
        default=shutil.which("gitleaks"),
        help="its binary, of version 8.19 or later (default: on the path; without one that part is left out)",
    )
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    reference = chosen.reference.absolute() / "bin/python"
    if not reference.exists():
        arguments.error("no environment with llm-guard: python benchmarks/scanners/reference_env.py")
    if "gitleaks" in chosen.parts and not chosen.gitleaks:
        arguments.error("no gitleaks on the path: --gitleaks")
    parts = chosen.parts or [part for part in PARTS if part != "gitleaks" or chosen.gitleaks]
    for part in parts:
        print(part)
        report = Report(part)
        if part == "speed":
            speed.run(report, chosen.rounds, reference)
        elif part == "recall":
            compare.recall(report, chosen.each, reference)
        elif part == "gitleaks":
            gitleaks.run(report, chosen.gitleaks, chosen.each, chosen.megabytes * 1_000_000)
        else:
            compare.alarms(report, chosen.megabytes * 1_000_000, reference)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
