"""Runs the comparisons of private data: python -m benchmarks.private [recognizers growth sessions kills]."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measure import Report, finish, parser
from benchmarks.private import growth, kills, recognizers, sessions
from benchmarks.scanners import reference_env

PARTS = ("recognizers", "growth", "sessions", "kills")


def main() -> None:
    """Runs the parts named, or all."""
    options = parser(__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    options.add_argument(
        "--reference",
        type=Path,
        default=reference_env.DEFAULT,
        help="an environment with presidio-analyzer (default: .venv-llm-guard)",
    )
    options.add_argument("--texts", type=int, default=400, help="for recognizers (default: %(default)s)")
    options.add_argument("--sessions", type=int, default=10_000, help="default: %(default)s")
    options.add_argument(
        "--trips",
        type=int,
        default=60_000,
        help="round trips in memory; a sixth of it in Redis",
    )
    options.add_argument("--kills", type=int, default=200, help="of each kind (default: %(default)s)")
    chosen = options.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        options.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = chosen.parts or PARTS
    python = chosen.reference.absolute() / "bin/python"
    if "recognizers" in parts and not python.exists():
        options.error("no environment with presidio-analyzer: python benchmarks/scanners/reference_env.py")
    if "kills" in parts and not shutil.which("redis-server"):
        options.error("redis-server is not installed")
    for part in parts:
        print(part)
        report = Report(part)
        if part == "recognizers":
            recognizers.run(report, python, chosen.texts)
        elif part == "growth":
            growth.run(report)
        elif part == "sessions":
            sessions.run(report, chosen.sessions, chosen.trips)
        else:
            kills.run(report, chosen.kills)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
