"""Each scanner beside llm-guard's: two processes in turn, one round each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from benchmarks.measure import Figure, Report, compared
from benchmarks.scanners.cases import CASES
from benchmarks.scanners.reference_env import variables

WORKER = Path(__file__).with_name("worker.py")
ROUND_SECONDS = 0.02
"""About how long the slower of the two works in one round."""


class Worker:
    """A process that times cases."""

    def __init__(self, python: Path, library: str) -> None:
        environment = {**os.environ, **variables(python.parent.parent), "PYTHONPATH": str(WORKER.parents[2])}
        self._process = subprocess.Popen(
            [str(python), str(WORKER), library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def ask(self, number: int, calls: int) -> dict[str, Any]:
        """One round of a case; no calls: what the scanner answers."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{number} {calls}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


def run(report: Report, rounds: int, reference: Path) -> None:
    """Adds the figures to the report."""
    print("  (starting both; llm-guard takes its time)")
    with Worker(Path(sys.executable), "pyshield") as ours, Worker(reference, "llm_guard") as theirs:
        for number, case in enumerate(CASES):
            answers = [worker.ask(number, 0) for worker in (ours, theirs)]
            if failed := [answer["error"] for answer in answers if "error" in answer]:
                print(f"  {case.name}: left out, {failed[0]}")
                report.add(Figure(case.name, 0.0, "us", note=f"left out: {failed[0]}", met=False))
                continue
            times: tuple[list[float], list[float]] = ([], [])
            warm = theirs.ask(number, 50)["us"]
            calls = max(20, min(2_000, int(ROUND_SECONDS * 1e6 / warm)))
            ours.ask(number, calls)
            for turn in range(rounds):
                pair = [(ours, times[0]), (theirs, times[1])]
                for worker, kept in pair if turn % 2 else reversed(pair):
                    kept.append(worker.ask(number, calls)["us"])
            same = answers[0]["result"] == answers[1]["result"]
            note = "" if same else f"results differ: {answers[0]['result'][1:]} {answers[1]['result'][1:]}"
            report.add(
                compared(
                    case.name,
                    *times,
                    unit="us",
                    rival="llm-guard",
                    at_least=case.at_least,
                    note=note,
                )
            )
            report.details[case.name] = {"pyshield_us": times[0], "llm_guard_us": times[1], "same": same}
