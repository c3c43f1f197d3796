"""What a type checker thinks of the calls: what is returned can be awaited, run, and made a task."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import asyncio
from typing import assert_type
import pyshield
from pyshield import ScanResult, Shield

shield = Shield(prompt=[pyshield.input_scanners.BanSubstrings(["a"])])

async def main() -> None:
    task = asyncio.create_task(shield.scan_prompt("x"))
    assert_type(await task, ScanResult)
    async with asyncio.TaskGroup() as group:
        many = group.create_task(shield.scan_outputs([("a", "b"), ["a", "b"]]))
    assert_type(many.result(), list[ScanResult])
    both = await asyncio.gather(shield.scan_prompt("x"), shield.scan_output("p", "x"))
    assert_type(both, tuple[ScanResult, ScanResult])

assert_type(asyncio.run(shield.scan_prompt("x")), ScanResult)
pyshield.util.get_logger().warning("hi", a=1)
asyncio.run(main())
"""


def test_calls_are_coroutines_to_a_type_checker(tmp_path):
    pytest.importorskip("mypy")
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    subprocess.run([sys.executable, str(program)], cwd=root, check=True, capture_output=True)
