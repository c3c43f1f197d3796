"""Import time and memory of both libraries, in fresh processes in turn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from benchmarks.measure import ROOT, Figure, Report, at_most, compared, quartiles
from benchmarks.scanners.reference_env import variables

SCRIPT = """
import time
start = time.perf_counter()
{statement}
spent = time.perf_counter() - start
print(spent * 1e3, int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20)
"""
IMPORT_ALL = "from {0}.input_scanners import *; from {0}.output_scanners import *"


def fresh(python: Path, statement: str) -> tuple[float, float]:
    """Milliseconds of the statement in a new process, and its memory afterwards in MiB."""
    environment = {**os.environ, **variables(python.parent.parent), "PYTHONPATH": str(ROOT)}
    command = [str(python), "-c", SCRIPT.format(statement=statement)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    spent, memory = run.stdout.split()[-2:]
    return float(spent), float(memory)


def run(report: Report, rounds: int, reference: Path) -> None:
    """Adds the figures to the report."""
    ours = Path(sys.executable)
    first = "from pyshield.input_scanners import BanSubstrings; BanSubstrings(['x']).scan('y')"
    statements = {
        "nothing": (ours, "pass"),
        "import pyshield": (ours, "import pyshield"),
        "import, and a first scan": (ours, first),
        "all scanners": (ours, IMPORT_ALL.format("pyshield")),
        "llm_guard": (reference, IMPORT_ALL.format("llm_guard")),
    }
    seen: dict[str, list[tuple[float, float]]] = {}
    for name, (python, statement) in statements.items():
        fresh(python, statement)  # compiles the byte code and fills the page cache
        seen[name] = []
    for turn in range(rounds):
        for name, (python, statement) in statements.items():
            if name == "llm_guard" and turn % 3:
                continue  # it takes longer than all others together
            seen[name].append(fresh(python, statement))
    times = {name: [spent for spent, _ in runs] for name, runs in seen.items()}
    memory = {name: median(used for _, used in runs) for name, runs in seen.items()}
    report.details["import_ms"] = times
    report.details["memory_mib"] = memory

    plain = times["import pyshield"]
    report.add(at_most("import pyshield", median(plain), "ms", 80, spread=quartiles(plain)))
    report.add(
        compared(
            "import of all scanners",
            times["all scanners"],
            times["llm_guard"],
            unit="ms",
            rival="llm-guard",
            note="llm-guard's torch is stubbed out unless the environment was made with --full",
        )
    )
    report.add(Figure("import, and a first scan", median(times["import, and a first scan"]), "ms"))
    report.add(
        Figure(
            "memory after importing all scanners, beyond Python's own",
            memory["all scanners"] - memory["nothing"],
            "MiB",
            rival="llm-guard",
            rival_value=memory["llm_guard"] - memory["nothing"],
            ratio=(memory["llm_guard"] - memory["nothing"]) / (memory["all scanners"] - memory["nothing"]),
        )
    )
