"""How fast Secrets is: a clean prompt beside llm-guard, source code, and texts made to be slow.

The last two in seconds of the processor, which a busy machine changes little.
"""

from __future__ import annotations

import gc
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

from benchmarks.measure import Report, at_least, at_most, compared, quartiles
from benchmarks.scanners.cases import ENGLISH
from benchmarks.secrets import corpus
from benchmarks.secrets.compare import Worker

if TYPE_CHECKING:
    from pathlib import Path

CODE = 100_000_000
HOSTILE = 5_000_000

_HOSTILE = {
    "begins of private keys": "-----BEGIN PRIVATE KEY-----\n",
    "begins of tokens": "ghp_ sk- eyJ. :// ",
    "one begin after another": "sk-",
    "short random rows": '"a1b2c3d4e5f6g7" ',
    "one long row": "a1B2",
    "dots": "eyJa.",
    "passwords": "password='a1b2c3d4Xy' ",
}


def run(report: Report, rounds: int, reference: Path) -> None:
    """Adds the figures to the report."""
    from pyshield.input_scanners import Secrets

    ours: list[float] = []
    theirs: list[float] = []
    calls = 2_000
    secrets = Secrets()
    scan = secrets.scan
    with Worker(reference, "llm_guard") as other:
        other.ask(text=ENGLISH)
        for _ in range(rounds):
            texts = [(ENGLISH + " ")[:-1] for _ in range(calls)]
            gc.collect()
            start = perf_counter()
            for text in texts:
                scan(text)
            ours.append((perf_counter() - start) / calls * 1e6)
            theirs.extend(other.ask(text=ENGLISH)["seconds"] * 1e6 for _ in range(20))
    report.add(
        compared("Secrets, 1,180 clean characters", ours, theirs, unit="us", rival="llm-guard", at_least=200)
    )
    report.details["clean"] = {"pyshield_us": ours, "llm_guard_us": theirs}

    code = [path.read_text(encoding="utf-8") for path in corpus.sample(corpus.CODE, CODE, 3)]
    size = sum(len(text.encode()) for text in code)
    rates = []
    for _ in range(max(3, rounds // 3)):
        start = thread_time()
        for text in code:
            scan(text)
        rates.append(size / 1e6 / (thread_time() - start))
    report.add(
        at_least(
            f"Secrets, {size / 1e6:.0f} MB of source code, one core",
            median(rates),
            "MB/s",
            150,
            spread=quartiles(rates),
            note=f"{len(code):,} files",
        )
    )
    report.details["code_mb_per_s"] = rates
    for name, part in _HOSTILE.items():
        text = part * (HOSTILE // len(part))
        start = thread_time()
        secrets.scan(text)
        report.add(at_most(f"  5 MB of {name}", thread_time() - start, "s", 5))
