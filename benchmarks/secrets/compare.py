"""What Secrets finds and detect-secrets does, and the other way round: made-up secrets, and ordinary text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Self

from benchmarks.measure import ROOT, Figure, Report
from benchmarks.scanners.reference_env import variables
from benchmarks.secrets import corpus
from benchmarks.secrets.tokens import lines

WORKER = Path(__file__).with_name("worker.py")
RECALL = 0.98
FEWER = 10
"""How many times fewer false alarms there should be."""


class Worker:
    """A process that finds secrets with one library."""

    def __init__(self, python: Path, library: str) -> None:
        environment = {**os.environ, **variables(python.parent.parent), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [str(python), str(WORKER), library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )

    def ask(self, **what: str) -> dict[str, Any]:
        """What it finds in a text or a file."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(120)


def hit(found: list[tuple[str, str]], secret: str) -> bool:
    """Whether a finding is the secret, or the part of it that matters."""
    return any(value and (value in secret or secret in value) for _, value in found)


def recall(report: Report, each: int, reference: Path) -> None:
    """Adds how many of the secrets that detect-secrets finds are found."""
    asked = list(lines(each, seed=5))
    both = Counter[str]()
    theirs_of, ours_of = Counter[str](), Counter[str]()
    with (
        Worker(Path(sys.executable), "pyshield") as ours,
        Worker(reference, "detect_secrets") as theirs,
    ):
        for line in asked:
            mine = hit(ours.ask(text=line.text)["found"], line.secret)
            other = hit(theirs.ask(text=line.text)["found"], line.secret)
            ours_of[line.kind] += mine
            theirs_of[line.kind] += other
            both[line.kind] += mine and other
    share = both.total() / theirs_of.total()
    report.add(
        Figure(
            "of the made-up secrets that detect-secrets finds, found",
            share,
            "",
            target=f">= {RECALL}",
            met=share >= RECALL,
            note=f"{both.total():,} of {theirs_of.total():,}, {len({line.kind for line in asked})} kinds",
        )
    )
    report.add(
        Figure(
            "of all made-up secrets, found",
            ours_of.total() / len(asked),
            "",
            rival="detect-secrets",
            rival_value=theirs_of.total() / len(asked),
        )
    )
    short = {kind: each - ours_of[kind] for kind in ours_of if ours_of[kind] < each}
    report.details["missed"] = short
    report.details["missed_by_detect_secrets"] = {
        kind: each - theirs_of[kind] for kind in theirs_of if theirs_of[kind] < each
    }


def alarms(report: Report, size: int, reference: Path) -> None:
    """Adds how many different values of each file are taken for secrets, in text that has hardly any."""
    paths = corpus.ordinary(size)
    total = sum(path.stat().st_size for path in paths)
    kinds: dict[str, Counter[str]] = {"pyshield": Counter(), "detect_secrets": Counter()}
    counts, seconds = Counter[str](), Counter[str]()
    with (
        Worker(Path(sys.executable), "pyshield") as ours,
        Worker(reference, "detect_secrets") as theirs,
    ):
        for path in paths:
            for name, worker in (("pyshield", ours), ("detect_secrets", theirs)):
                answer = worker.ask(path=str(path))
                seconds[name] += answer["seconds"]
                counts[name] += len({value for _, value in answer["found"] if value})
                kinds[name].update(kind for kind, _ in answer["found"])
    ratio = counts["detect_secrets"] / max(1, counts["pyshield"])
    report.add(
        Figure(
            f"alarms in {total / 1e6:.0f} MB of ordinary code and prose",
            counts["pyshield"],
            "",
            target=f"<= 1/{FEWER}",
            met=ratio >= FEWER,
            rival="detect-secrets",
            rival_value=counts["detect_secrets"],
            ratio=ratio,
            note=f"{len(paths):,} files; different values of a file, real secrets among them",
        )
    )
    rates = {name: total / 1e6 / seconds[name] for name in seconds}
    report.add(
        Figure(
            "  speed over them, findings as Python objects",
            rates["pyshield"],
            "MB/s",
            rival="detect-secrets",
            rival_value=rates["detect_secrets"],
            ratio=rates["pyshield"] / rates["detect_secrets"],
        )
    )
    report.details["kinds"] = {name: dict(of.most_common()) for name, of in kinds.items()}
