"""Runs the comparisons of Secrets: python -m benchmarks.secrets [speed recall alarms]."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Report, finish, parser
from benchmarks.scanners import reference_env
from benchmarks.secrets import compare, speed

PARTS = ("speed", "recall", "alarms")


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
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    reference = chosen.reference.absolute() / "bin/python"
    if not reference.exists():
        arguments.error("no environment with llm-guard: python benchmarks/scanners/reference_env.py")
    for part in chosen.parts or PARTS:
        print(part)
        report = Report(part)
        if part == "speed":
            speed.run(report, chosen.rounds, reference)
        elif part == "recall":
            compare.recall(report, chosen.each, reference)
        else:
            compare.alarms(report, chosen.megabytes * 1_000_000, reference)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
