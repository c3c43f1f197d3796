"""Temperatures and thresholds from the validation rows; they go into the model's `config.json`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training import metrics
from training.example import subject
from training.heads import HEADS

if TYPE_CHECKING:
    from training.example import Example
    from training.score import Scores

# At which rate scanners may flag the harmless texts of a typical validation source: a scanner that cries wolf
# is switched off.
FALSE_POSITIVES = {
    "injection": 0.03, "toxicity": 0.01, "bias": 0.03, "refusal": 0.02, "gibberish": 0.02, "code": 0.02,
}  # fmt: skip
# Sources whose harmless rows say nothing about harmless texts: written so that classifiers fail (Kirk et al.
# 2022, "Hatemoji", arXiv:2108.05921), or made from templates that training knows. Nor do rows in disguise.
UNLIKE_OTHERS = ("hatemoji", "composed/", "generated/requests/")
# The scanners that read a head.
SCANNERS = {
    "injection": ("PromptInjection",),
    "toxicity": ("Toxicity",),
    "bias": ("Bias",),
    "refusal": ("NoRefusal",),
    "gibberish": ("Gibberish",),
    "code": ("BanCode",),
    "code_language": ("Code",),
    "emotions": ("EmotionDetection",),
    "entities": ("Anonymize", "Sensitive"),
    "consistency": ("FactualConsistency",),
    "quoted": (),
}


def truth(head: str, example: Example) -> int | None:
    """Return whether a scanner on this head should flag the text; `None` if unknown."""
    value = example.labels.get(head)
    if value is None:
        return None
    if head == "injection":
        return int(bool(value))
    if head == "toxicity":
        return value.get("toxic")
    if head == "gibberish":
        return int(value != "clean")
    if head == "consistency":
        return int(value == "entails")
    if head in {"emotions", "entities", "code_language"}:
        return None
    return int(value)


def score(head: str, scores: Scores, temperature: float) -> float:
    """Return the number that a scanner on this head compares with its threshold."""
    values = scores.probability(head, temperature)
    if head == "gibberish":
        return float(1 - values[0])
    if head == "consistency":
        return float(values[0])
    return float(values.max())


def temperatures(rows: list[tuple[Example, Scores]]) -> dict[str, float]:
    """Return the temperature of every head."""
    found = {}
    for head, spec in HEADS.items():
        if spec.kind == "token":
            found[head] = 1.0
            continue
        chosen = [(example, scores) for example, scores in rows if head in example.labels]
        if len(chosen) < 100:
            found[head] = 1.0
            continue
        softmax = spec.activation == "softmax"
        logits = np.array([scores.pooled_logits(head) for _, scores in chosen])
        labels = [_labels(head, example) for example, _ in chosen]
        keep = [index for index, label in enumerate(labels) if label is not None]
        if head == "injection":  # the highest label says whether there is an attack
            logits = logits.max(-1, keepdims=True)
        found[head] = metrics.temperature(
            logits[keep], np.array([labels[index] for index in keep]), softmax=softmax
        )
    return found


def _labels(head: str, example: Example) -> Any:
    value, names = example.labels[head], HEADS[head].labels
    if head == "injection":
        return [int(bool(value))]
    if head == "toxicity":
        return [value.get(name, -1) for name in names]
    if head == "emotions":
        return [int(name in value) for name in names]
    if HEADS[head].activation == "softmax":
        return names.index(value) if value in names else None
    return [value]


def thresholds(rows: list[tuple[Example, Scores]], scale: dict[str, float]) -> dict[str, float]:
    """Return each head's threshold.

    For the heads of `FALSE_POSITIVES` it is the lowest at which the mean over sources of the rate of harmless
    texts that are flagged stays under the limit; for the others the one of highest balanced accuracy, sources
    weighing alike.
    For toxicity the limit counts for sources without any abuse: where people look for abuse, annotators
    disagree about the harmless half, and a limit there hides most of the abuse.
    """
    found = {"emotions": 0.3, "entities": _names(rows), "code_language": 0.5}
    for head in HEADS:
        by_source: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for example, scores in rows:
            label = truth(head, example)
            # tweets and filings are too easy: requests, documents and look-alikes set the threshold for
            # injection
            hard = head != "injection" or label or "quoted" in example.labels
            if not label and (example.source.startswith(UNLIKE_OTHERS) or "obfuscation" in example.meta):
                continue
            if label is not None and hard:
                by_source[subject(example.source)].append((label, score(head, scores, scale[head])))
        if not by_source or head in found:
            found.setdefault(head, 0.5)
            continue
        sources = list(by_source.values())
        if head == "toxicity":
            sources = [rows for rows in sources if not any(label for label, _ in rows)]
        if head in FALSE_POSITIVES:
            found[head] = _at_rate(sources, FALSE_POSITIVES[head])
        else:
            found[head] = _balanced(sources)
    return {head: round(float(np.clip(value, 0.01, 0.99)), 3) for head, value in found.items()}


def _names(rows: list[tuple[Example, Scores]]) -> float:
    """Return the threshold of the highest mean F1 of names, over sources that people wrote."""
    from training import evaluate

    written = [(example, scores) for example, scores in rows if not example.source.startswith("generated/")]
    best, at = -1.0, 0.5
    for limit in np.arange(0.3, 0.96, 0.05):
        found = [entry["f1"] for entry in evaluate.entities(written, float(limit))["source"].values()]
        if found and np.mean(found) > best:
            best, at = float(np.mean(found)), float(limit)
    return at


def _at_rate(sources: list[list[tuple[int, float]]], rate: float) -> float:
    negatives = [np.array([value for label, value in rows if not label]) for rows in sources]
    negatives = [values for values in negatives if len(values) >= 20]
    for limit in np.arange(0.02, 0.99, 0.005):
        if np.mean([(values > limit).mean() for values in negatives]) <= rate:
            return float(limit)
    return 0.99


def _balanced(sources: list[list[tuple[int, float]]]) -> float:
    """Positives and negatives of all sources weigh alike; sources that lack one of them do not count."""
    sources = [rows for rows in sources if len({label for label, _ in rows}) == 2]
    best, at = -1.0, 0.5
    for limit in np.arange(0.02, 0.99, 0.01):
        hits, passes = [], []
        for rows in sources:
            positive = [value > limit for label, value in rows if label]
            negative = [value <= limit for label, value in rows if not label]
            if len(positive) >= 5:
                hits.append(np.mean(positive))
            if len(negative) >= 5:
                passes.append(np.mean(negative))
        if hits and passes and np.mean(hits) + np.mean(passes) > best:
            best, at = float(np.mean(hits) + np.mean(passes)), float(limit)
    return at


def config(scale: dict[str, float], limits: dict[str, float], version: str) -> dict[str, Any]:
    """Return the contents of `config.json`."""
    return {
        "name": "pyshield-encoder",
        "version": version,
        "format": 1,
        "max_tokens": 256,
        "window": {"tokens": 256, "overlap": 64},
        "token_types": "segment_and_case",
        "embedding": {"output": "embedding", "dimensions": 384},
        "heads": {
            name: {
                "output": name,
                "kind": head.kind,
                "activation": head.activation,
                "labels": list(head.labels),
                "temperature": round(scale.get(name, 1.0), 4),
                "pooling": head.pooling,
            }
            for name, head in HEADS.items()
        },
        "thresholds": {scanner: limits[head] for head, scanners in SCANNERS.items() for scanner in scanners},
    }
