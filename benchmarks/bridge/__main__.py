"""Runs the measurements of the await bridge: python -m benchmarks.bridge [inline actor delay leaks]."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bridge import actor, inline, leaks, loop_delay
from benchmarks.measure import Report, finish, parser

PARTS = ("inline", "actor", "delay", "leaks")


def main() -> None:
    """Runs the parts named, or all."""
    arguments = parser(__doc__)
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=25, help="rounds per way (default: %(default)s)")
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in chosen.parts or PARTS:
        print(part)
        report = Report(part)
        if part == "inline":
            inline.run(report, chosen.rounds)
        elif part == "actor":
            actor.run(report, chosen.rounds)
        elif part == "delay":
            loop_delay.run(report, max(3, chosen.rounds // 5))
        else:
            leaks.run(report)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
