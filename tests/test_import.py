"""`import pyshield` is light, and every public name is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pyshield

HEAVY = {
    "asyncio",
    "yaml",
    "typer",
    "rich",
    "dataclasses",
    "inspect",
    "json",
    "pyshield._runtime",
    "pyshield.shield",
}
TIMED = """
from time import process_time
times = [process_time()]
import pyshield
times.append(process_time())
import asyncio
times.append(process_time())
print((times[1] - times[0]) / (times[2] - times[1]))
"""


def _python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_import_loads_nothing_heavy():
    loaded = set(_python("import sys, pyshield; print(*sys.modules, sep='\\n')").split())
    before = set(_python("import sys; print(*sys.modules, sep='\\n')").split())
    assert not (loaded - before) & HEAVY


def test_import_is_fast():
    # Beside what takes three times as long, on any machine, whatever else it does.
    assert min(float(_python(TIMED)) for _ in range(5)) < 1


def test_declaring_a_scanner_needs_no_event_loop():
    code = (
        "import sys; from pyshield.input_scanners import Regex; Regex(['a']); print(*sys.modules, sep='\\n')"
    )
    assert not {"asyncio", "yaml", "typer", "rich"} & set(_python(code).split())


@pytest.mark.parametrize("name", pyshield.__all__)
def test_public_name(name):
    assert getattr(pyshield, name) is not None
    assert name in dir(pyshield)


MODULES = [
    "input_scanners",
    "output_scanners",
    "vault",
    "model",
    "util",
    "exception",
    "evaluate",
    "transformers_helpers",
]
OWN_MODULES = ["errors", "functions", "messages", "ml", "models", "results", "tokens"]


@pytest.mark.parametrize("name", MODULES + OWN_MODULES)
def test_modules_are_there_after_import_pyshield(name):
    assert _python(f"import pyshield; print(pyshield.{name}.__name__)").strip() == f"pyshield.{name}"
    assert name in dir(pyshield)


def test_dir_shows_what_is_public():
    assert not {"Any", "TYPE_CHECKING", "_HOME", "annotations"} & set(dir(pyshield))


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'Sheild'"):
        _ = pyshield.Sheild


def test_version():
    assert pyshield.__version__ == pyshield._runtime.build_info()["version"]
    assert pyshield.__version__.count(".") >= 2
