"""What others that run here make of the same held-out rows.

StackOne Defender, alt-profanity-check, magika, and plain word overlap. They are no part of training:
`pip install "stackone-defender[onnx]" alt-profanity-check magika` first. Everything is scored on the rows
that `evaluate` takes, so the numbers stand beside those of `<name>.results.json`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training import metrics
from training.calibrate import truth
from training.example import subject

if TYPE_CHECKING:
    from training.example import Example

_MAGIKA = {
    "asm": "ARM Assembly", "applescript": "AppleScript", "c": "C", "cs": "C#", "cpp": "C++", "cobol": "COBOL",
    "css": "CSS", "erlang": "Erlang", "fortran": "Fortran", "go": "Go", "html": "HTML", "java": "Java",
    "javascript": "JavaScript", "kotlin": "Kotlin", "lua": "Lua", "php": "PHP", "pascal": "Pascal",
    "perl": "Perl", "powershell": "PowerShell", "python": "Python", "r": "R", "ruby": "Ruby", "rust": "Rust",
    "sql": "SQL", "scala": "Scala", "shell": "Shell", "swift": "Swift", "typescript": "TypeScript",
    "vba": "Visual Basic .NET",
}  # fmt: skip
"""Its labels for our languages; it has none for jq and Mathematica."""


def report(rows: list[Example]) -> dict[str, Any]:
    """Return each rival's numbers by source."""
    return {
        "injection: stackone-defender": _injection(rows),
        "toxicity: alt-profanity-check": _toxicity(rows),
        "code_language: magika": _languages(rows),
        "consistency: word overlap, oracle threshold": _overlap(rows),
    }


def _by_source(rows: list[Example]) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for row in rows:
        found[subject(row.source)].append(row)
    return dict(sorted(found.items()))


def _injection(rows: list[Example]) -> dict[str, Any]:
    """Its own threshold and windows. JailbreakBench, one of the held-out sources here, trained it."""
    from stackone_defender.classifiers.tier2_classifier import Tier2Classifier

    classifier = Tier2Classifier()
    limit = classifier.get_config()["high_risk_threshold"]
    known = [row for row in rows if truth("injection", row) is not None]
    values = [classifier.classify_by_chunks(row.text)["score"] for row in known]
    return _binary("injection", known, values, limit)


def _toxicity(rows: list[Example]) -> dict[str, Any]:
    import profanity_check

    known = [row for row in rows if truth("toxicity", row) is not None]
    values = profanity_check.predict_prob([row.text for row in known])
    return _binary("toxicity", known, list(values), 0.5)


def _binary(head: str, rows: list[Example], values: list[float], limit: float) -> dict[str, Any]:
    score = dict(zip((row.id + row.source for row in rows), values, strict=True))
    result = {}
    for source, found in {**_by_source(rows), "all": rows}.items():
        labels = np.array([truth(head, row) for row in found])
        scores = np.array([score[row.id + row.source] for row in found])
        numbers: dict[str, Any] = {"rows": len(found)}
        if labels.any():
            numbers["recall"] = float((scores[labels == 1] >= limit).mean())
        if not labels.all():
            numbers["false_positives"] = float((scores[labels == 0] >= limit).mean())
        if 0 < labels.sum() < len(labels):
            numbers |= {
                "auc": metrics.roc_auc(labels, scores),
                "balanced": metrics.balanced_accuracy(labels, scores, limit),
            }
        result[source] = numbers
    return result


def _languages(rows: list[Example]) -> dict[str, Any]:
    from magika import Magika

    reader = Magika()
    result = {}
    for source, found in _by_source([row for row in rows if "code_language" in row.labels]).items():
        right = [
            _MAGIKA.get(reader.identify_bytes(row.text.encode()).output.label) == row.labels["code_language"]
            for row in found
        ]
        result[source] = {"rows": len(found), "accuracy": float(np.mean(right))}
    return result


def _overlap(rows: list[Example]) -> dict[str, Any]:
    """Share of the claim's words that the source has; the threshold that suits each source best."""
    result = {}
    for source, found in _by_source([row for row in rows if truth("consistency", row) is not None]).items():
        labels = np.array([truth("consistency", row) for row in found])
        values = np.array([_shared(row.text, row.pair or "") for row in found])
        if 0 < labels.sum() < len(labels):
            limit = metrics.best_threshold(labels, values)
            result[source] = {
                "rows": len(found),
                "auc": metrics.roc_auc(labels, values),
                "balanced": metrics.balanced_accuracy(labels, values, limit),
            }
    return result


def _shared(text: str, claim: str) -> float:
    words = set(re.findall(r"\w+", claim.lower()))
    return len(words & set(re.findall(r"\w+", text.lower()))) / max(1, len(words))
