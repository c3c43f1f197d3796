"""Runs the comparisons of the scanners: python -m benchmarks.scanners [versus imports bulk]."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Report, finish, parser
from benchmarks.scanners import bulk, imports, reference_env, versus

PARTS = ("versus", "imports", "bulk")


def main() -> None:
    """Runs the parts named, or all."""
    arguments = parser(__doc__)
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=21, help="rounds each (default: %(default)s)")
    arguments.add_argument(
        "--reference",
        type=Path,
        default=reference_env.DEFAULT,
        help="the environment that reference_env.py made (default: .venv-llm-guard)",
    )
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    reference = chosen.reference.absolute() / "bin/python"
    parts = chosen.parts or PARTS
    if not reference.exists() and {"versus", "imports"} & set(parts):
        arguments.error(
            "no environment with llm-guard; make it with: python benchmarks/scanners/reference_env.py"
        )
    for part in parts:
        print(part)
        report = Report(part)
        if part == "versus":
            versus.run(report, chosen.rounds, reference)
        elif part == "imports":
            imports.run(report, max(5, chosen.rounds // 2), reference)
        else:
            bulk.run(report, max(5, chosen.rounds // 2))
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
