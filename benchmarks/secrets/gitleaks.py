"""Secrets beside gitleaks, over the same made-up secrets and ordinary text. gitleaks has one core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, Report
from benchmarks.secrets import corpus
from benchmarks.secrets.compare import Worker, hit
from benchmarks.secrets.tokens import lines

if TYPE_CHECKING:
    from collections.abc import Iterable


def found(binary: Path, texts: Iterable[str]) -> tuple[dict[int, set[str]], Counter[str], float]:
    """What gitleaks finds in each text, how often which rule, and the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            # Names that its list of files to leave out does not know.
            (Path(folder) / f"{number}.txt").write_text(text, encoding="utf-8", newline="")
        told = Path(folder) / "told.json"
        start = perf_counter()
        subprocess.run(
            [str(binary), "dir", folder, "-f", "json", "-r", str(told), "--no-banner", "--exit-code", "0"],
            check=True,
            capture_output=True,
            env={**os.environ, "GOMAXPROCS": "1"},
        )
        seconds = perf_counter() - start
        values: dict[int, set[str]] = defaultdict(set)
        rules = Counter[str]()
        for finding in json.loads(told.read_text(encoding="utf-8")):
            values[int(Path(finding["File"]).stem)].add(finding["Secret"])
            rules[finding["RuleID"]] += 1
    return values, rules, seconds


def run(report: Report, binary: Path, each: int, size: int) -> None:
    """Adds recall, alarms and speed of both."""
    version = subprocess.run([str(binary), "version"], check=True, capture_output=True, text=True).stdout
    report.details["gitleaks"] = version.strip()
    asked = list(lines(each, seed=5))
    theirs, _, _ = found(binary, (line.text for line in asked))
    told = [hit([("", value) for value in theirs[at]], line.secret) for at, line in enumerate(asked)]
    with Worker(Path(sys.executable), "pyshield") as worker:
        ours = [hit(worker.ask(text=line.text)["found"], line.secret) for line in asked]
    both = sum(mine and other for mine, other in zip(ours, told, strict=True))
    report.add(
        Figure(
            "of the made-up secrets that gitleaks finds, found",
            both / sum(told),
            "",
            note=f"{both:,} of {sum(told):,}",
        )
    )
    report.add(
        Figure(
            "of all made-up secrets, found",
            sum(ours) / len(asked),
            "",
            rival="gitleaks",
            rival_value=sum(told) / len(asked),
        )
    )
    paths = corpus.ordinary(size)
    texts = [path.read_text(encoding="utf-8") for path in paths]
    total = sum(path.stat().st_size for path in paths)
    values, rules, seconds = found(binary, texts)
    alarms, mine, kinds = 0, 0.0, Counter[str]()
    with Worker(Path(sys.executable), "pyshield") as worker:
        for path in paths:
            answer = worker.ask(path=str(path))
            alarms += len({value for _, value in answer["found"] if value})
            kinds.update(kind for kind, _ in answer["found"])
            mine += answer["seconds"]
    count = sum(len(of) for of in values.values())
    report.add(
        Figure(
            f"alarms in {total / 1e6:.0f} MB of ordinary code and prose",
            alarms,
            "",
            rival="gitleaks",
            rival_value=count,
            ratio=count / max(1, alarms),
            note=f"{len(paths):,} files; different values of a file",
        )
    )
    report.add(
        Figure(
            "  speed over them, findings as Python objects",
            total / 1e6 / mine,
            "MB/s",
            rival="gitleaks, reading files",
            rival_value=total / 1e6 / seconds,
            ratio=seconds / mine,
        )
    )
    report.details["kinds"] = {"pyshield": dict(kinds.most_common()), "gitleaks": dict(rules.most_common())}
