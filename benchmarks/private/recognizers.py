"""Our pattern recognisers and Presidio's: the same texts and entities, no language model on either side.

Times are the processor's, which a busy machine changes little.
"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.measure import Figure, Report, compared
from benchmarks.private.corpus import KINDS, Sample, corpus
from pyshield.output_scanners import Sensitive

if TYPE_CHECKING:
    from collections.abc import Iterable

RIVAL = Path(__file__).with_name("rival.py")
THRESHOLD = 0.4
ROUNDS = 5

Spans = list[tuple[str, int, int]]


def _overlap(spans: Iterable[tuple[str, int, int]], one: tuple[str, int, int]) -> bool:
    kind, start, end = one
    return any(k == kind and s < end and start < e for k, s, e in spans)


def scores(samples: list[Sample], found: list[Spans]) -> tuple[float, float]:
    """Recall and precision: what overlaps something of its own kind is right."""
    pairs = list(zip(samples, found, strict=True))
    hit = sum(_overlap(spans, one) for sample, spans in pairs for one in sample.spans)
    right = sum(_overlap(sample.spans, one) for sample, spans in pairs for one in spans)
    return hit / sum(len(sample.spans) for sample in samples), right / sum(map(len, found))


def run(report: Report, python: Path, count: int) -> None:
    """Adds recall, precision and time of both."""
    samples = corpus(Random(7), count)
    texts = [sample.text for sample in samples]
    given = json.dumps({"texts": texts, "entities": list(KINDS), "rounds": ROUNDS})
    done = subprocess.run([str(python), str(RIVAL)], input=given, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    theirs = [[(k, s, e) for k, s, e, score in spans if score >= THRESHOLD] for spans in answer["spans"]]
    scanner = Sensitive(entity_types=list(KINDS), threshold=THRESHOLD)
    ours: list[Spans] = []
    seconds = []
    for number in range(ROUNDS):
        fresh = [text + " " * number for text in texts]
        began = time.process_time()
        results = [scanner.report("", text) for text in fresh]
        seconds.append(time.process_time() - began)
        ours = [[(f.label, f.start, f.end) for f in result.findings] for result in results]
    rival = f"presidio-analyzer {answer['version']}"
    both = zip(("recall", "precision"), scores(samples, ours), scores(samples, theirs), strict=True)
    for what, mine, other in both:
        target = "at least the rival's"
        report.add(Figure(what, mine, "", target, mine >= other, rival, other, mine / other))
    a_text = 1e6 / len(texts)
    report.add(
        compared(
            f"a text of {sum(map(len, texts)) / len(texts):.0f} characters",
            [taken * a_text for taken in seconds],
            [taken * a_text for taken in answer["seconds"]],
            unit="us",
            rival=rival,
            at_least=50,
        )
    )
