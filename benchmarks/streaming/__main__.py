"""Measures answers scanned while they are written: python -m benchmarks.streaming [stream windows]."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Report, finish, parser
from benchmarks.streaming import stream, windows

PARTS = ("stream", "windows")


def main() -> None:
    """Measures the parts named, or all, and records them."""
    arguments = parser(__doc__)
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=15, help="answers of stream (default: %(default)s)")
    arguments.add_argument(
        "--answers", type=int, default=5, help="answers of windows, each way (default: %(default)s)"
    )
    arguments.add_argument(
        "--characters", type=int, default=2_000, help="of an answer of windows (default: %(default)s)"
    )
    arguments.add_argument(
        "--pause", type=float, default=20.0, help="ms between two pieces of windows (default: %(default)g)"
    )
    chosen = arguments.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in chosen.parts or PARTS:
        print(part)
        report = Report(part)
        if part == "stream":
            stream.run(report, chosen.rounds)
        else:
            windows.run(report, chosen.answers, chosen.characters, chosen.pause / 1e3)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
