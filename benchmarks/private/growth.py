"""Anonymize and Deanonymize on 15,000 and on 1,000,000 characters, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.measure import ROOT, Report, at_most
from benchmarks.private.corpus import corpus

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = (15_000, 1_000_000)
MOST = 20
"""Megabytes beyond the text."""


def _status(field: str) -> float:
    """Megabytes of this process, by the kernel's account."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def made(length: int, seed: int) -> str:
    """So many characters of the corpus."""
    text = "".join(sample.text for sample in corpus(Random(seed), length // 400 + 1))
    assert len(text) >= length
    return text[:length]


def measure(length: int) -> dict[str, Any]:
    """Seconds and peak memory of one round trip of a text in which every value is another one."""
    from pyshield import Vault
    from pyshield.input_scanners import Anonymize
    from pyshield.output_scanners import Deanonymize

    text, other = made(length, seed=1), made(LENGTHS[0], seed=2)
    vault = Vault()
    scanner, back = Anonymize(vault), Deanonymize(vault)
    # Numbering plans and the like are loaded once.
    back.scan("", scanner.scan(other)[0])
    found: dict[str, Any] = {}
    out = text
    ways: list[tuple[str, Callable[[str], str]]] = [
        ("anonymize", lambda given: scanner.scan(given)[0]),
        ("restore", lambda given: back.scan("", given)[0]),
    ]
    for what, scan in ways:
        # The kernel forgets the highest mark so far.
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        began = time.thread_time()
        out = scan(out)
        found[what] = {"seconds": time.thread_time() - began, "megabytes": _status("VmHWM") - before}
    assert out == text
    found["values"] = len(vault)
    return found


def run(report: Report) -> None:
    """Adds times, memory and how the times grow."""
    found = {}
    for length in LENGTHS:
        command = [sys.executable, "-m", "benchmarks.private.growth", str(length)]
        runs = [
            json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
            for _ in range(3)
        ]
        # The least of three: what else the machine does only adds.
        found[length] = {
            what: {unit: min(one[what][unit] for one in runs) for unit in ("seconds", "megabytes")}
            for what in ("anonymize", "restore")
        }
        for what, of in found[length].items():
            note = f"{of['seconds'] * 1e3:.1f} ms, {runs[0]['values']:,} values in the vault"
            report.add(at_most(f"{what}, {length:,} characters", of["megabytes"], "MB", MOST, note=note))
    short, long = LENGTHS
    for what in ("anonymize", "restore"):
        ratio = found[long][what]["seconds"] / long / (found[short][what]["seconds"] / short)
        report.add(at_most(f"{what}: a character of the long text against one of the short", ratio, "", 1.5))
    report.details.update({str(length): of for length, of in found.items()})


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
