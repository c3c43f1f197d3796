"""The `pyshield` command: `scan`, `redact`, `restore` for texts and files, `models`, `doctor`."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Runs the command line and exits with its code."""
    try:
        from pyshield.cli.app import run

        code = run()
    except KeyboardInterrupt:  # while it was still starting
        code = 130
    raise SystemExit(code)
