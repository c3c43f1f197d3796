"""The first program a newcomer runs prints what the README says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def without_times(text):
    return [line for line in text.strip().splitlines() if not line.startswith("took ")]


def test_the_readme_shows_what_the_demo_prints():
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "quickstart.py"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("examples/quickstart.py), prints:", 1)[1].split("```")[1]
    assert without_times(done.stdout) == without_times(shown)
    assert shown.count("took ") == done.stdout.count("took ") == 8
