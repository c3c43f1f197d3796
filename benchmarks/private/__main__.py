"""Recognisers against Presidio's, Anonymize on long texts: python -m benchmarks.private --presidio PYTHON.

`PYTHON` is an interpreter of an environment with `pip install presidio-analyzer`. Both sides get the same
texts and the same entities; neither has a language model.
"""

from __future__ import annotations

import json
import resource
import subprocess
import time
from pathlib import Path
from random import Random
from statistics import median

from benchmarks.measure import Figure, Report, finish, parser
from benchmarks.private.corpus import KINDS, Sample, corpus
from pyshield import Vault
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize, Sensitive

HERE = Path(__file__).parent
THRESHOLD = 0.4


def scores(samples: list[Sample], found: list[list[tuple[str, int, int]]]) -> tuple[float, float]:
    """Recall and precision: what overlaps something of its own kind is right."""
    hit = wanted = right = told = 0
    for sample, spans in zip(samples, found, strict=True):
        wanted += len(sample.spans)
        told += len(spans)
        hit += sum(
            any(k == kind and s < end and start < e for k, s, e in spans) for kind, start, end in sample.spans
        )
        right += sum(
            any(k == kind and s < end and start < e for kind, start, end in sample.spans) for k, s, e in spans
        )
    return hit / wanted, right / told


def against_presidio(report: Report, python: str, samples: list[Sample], rounds: int) -> None:
    """The same texts on both sides."""
    texts = [sample.text for sample in samples]
    given = json.dumps({"texts": texts, "entities": list(KINDS), "rounds": rounds})
    command = [python, str(HERE / "presidio.py")]
    answer = json.loads(
        subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout
    )
    theirs = [[(k, s, e) for k, s, e, score in spans if score >= THRESHOLD] for spans in answer["spans"]]
    scanner = Sensitive(entity_types=list(KINDS), threshold=THRESHOLD)
    ours, seconds = [], []
    for number in range(rounds):
        fresh = [text + " " * number for text in texts]
        began = time.perf_counter()
        results = [scanner.report("", text) for text in fresh]
        seconds.append(time.perf_counter() - began)
        ours = [[(f.label, f.start, f.end) for f in result.findings] for result in results]
    rival = f"presidio-analyzer {answer['version']}"
    for what, mine, other in zip(
        ("recall", "precision"), scores(samples, ours), scores(samples, theirs), strict=True
    ):
        report.add(Figure(what, mine, "", "at least Presidio's", mine >= other, rival, other, mine / other))
    mine, other = median(seconds) / len(texts) * 1e6, median(answer["seconds"]) / len(texts) * 1e6
    report.add(
        Figure("a text", mine, "µs", "50 times faster", other / mine >= 50, rival, other, other / mine)
    )
    report.details["characters"] = sum(map(len, texts)) / len(texts)


def growth(report: Report, sample: str) -> None:
    """Anonymize and Deanonymize on 15,000 and on 1,000,000 characters."""
    per_character = {}
    for length in (15_000, 1_000_000):
        text = (sample * (length // len(sample) + 1))[:length]
        vault = Vault()
        scanner, back = Anonymize(vault), Deanonymize(vault)
        scanner.scan(text[:1_000])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        out, _, _ = scanner.scan(text)
        taken = time.perf_counter() - began
        restored, _, _ = back.scan("", out)
        assert restored == text
        extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        per_character[length] = taken / length
        what = f"Anonymize, {length:,} characters"
        report.add(
            Figure(what, taken * 1e3, "ms", "≤ 20 MB extra", extra <= 20, note=f"{extra:.1f} MB extra")
        )
    ratio = per_character[1_000_000] / per_character[15_000]
    report.add(
        Figure("a character of the long text against one of the short", ratio, "", "≤ 1.5", ratio <= 1.5)
    )


def round_trips(report: Report) -> None:
    """One session after another: out of a prompt, and back."""
    texts = [f"User {n} is u{n}@example.org, phone (202) 555-0{100 + n % 100}." for n in range(2_000)]
    began = time.perf_counter()
    for text in texts:
        vault = Vault()
        out, _, _ = brief(vault).scan(text)
        assert Deanonymize(vault).scan("", out)[0] == text
    rate = len(texts) / (time.perf_counter() - began)
    report.add(Figure("round trips of new sessions, scanners made anew", rate, "1/s"))
    vault = Vault()
    scanner, back = brief(vault), Deanonymize(vault)
    began = time.perf_counter()
    for text in texts[:500]:
        assert back.scan("", scanner.scan(text)[0])[0] == text
    report.add(Figure("round trips in one session", 500 / (time.perf_counter() - began), "1/s"))


def brief(vault: Vault) -> Anonymize:
    """The scanner of the round trips."""
    return Anonymize(vault, entity_types=["EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "US_SSN"])


def main() -> None:
    """Measures and writes."""
    options = parser(__doc__)
    options.add_argument("--presidio", required=True, help="an interpreter that has presidio-analyzer")
    options.add_argument("--texts", type=int, default=400)
    chosen = options.parse_args()
    report = Report("private")
    samples = corpus(Random(7), chosen.texts)
    against_presidio(report, chosen.presidio, samples, rounds=5)
    growth(report, samples[0].text + samples[1].text)
    round_trips(report)
    finish(report, HERE, write=not chosen.no_write)


if __name__ == "__main__":
    main()
