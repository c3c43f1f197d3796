"""The extras of the distribution."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def _project(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))["project"]


def test_every_integration_has_an_extra_of_its_name():
    extras = _project(ROOT / "pyproject.toml")["optional-dependencies"]
    for path in ROOT.glob("integrations/*/pyproject.toml"):
        name = _project(path)["name"]
        extra = name.removeprefix("pyshield-").removesuffix("-pyshield")
        assert extras[extra] == [name]
