"""Measure a quantised model on the held-out sources and on the validation groups, slice by slice."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training import base, calibrate, metrics, score
from training.example import subject
from training.heads import HEADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training.example import Example
    from training.score import Scorer, Scores

Scored = list[tuple["Example", "Scores"]]
MOST_ROWS = 500  # of one source
LENGTHS = ((0, 32), (32, 128), (128, 512), (512, 1_000_000))


def sampled(rows: Iterable[Example], most: int = MOST_ROWS) -> list[Example]:
    """Return the same rows each time: `most` of a source, three times as many of a generated subject."""
    found: dict[str, list[Example]] = defaultdict(list)
    for row in rows:
        found[subject(row.source)].append(row)
    result = []
    for source, items in sorted(found.items()):
        count = most * 3 if source.startswith("generated/") else most
        result += random.Random(source).sample(items, min(len(items), count))
    return result


def scored(scorer: Scorer, rows: list[Example]) -> Scored:
    """Run the model over rows."""
    return list(zip(rows, scorer.run([(row.text, row.pair) for row in rows]), strict=True))


def binary(head: str, rows: Scored, scale: dict[str, float], limits: dict[str, float]) -> dict[str, Any]:
    """Return a head's numbers, overall and in slices, for the question whether a scanner should flag."""
    found: list[tuple[Example, int, float]] = []
    for example, scores in rows:
        label = calibrate.truth(head, example)
        if label is not None:
            found.append((example, label, calibrate.score(head, scores, scale[head])))
    limit = limits[head]
    slices: dict[str, Callable[[Example], str | None]] = {
        "source": lambda row: subject(row.source),
        "language": lambda row: row.language,
        "length": _length,
        "kind": lambda row: row.source if row.source.startswith("generated/") else None,
        "obfuscation": lambda row: row.meta.get("obfuscation"),
        "place": lambda row: row.meta.get("place"),
    }
    result = {"threshold": limit, "all": _numbers(found, limit)}
    for name, key in slices.items():
        groups: dict[str, list[tuple[Example, int, float]]] = defaultdict(list)
        for item in found:
            value = key(item[0])
            if value is not None:
                groups[value].append(item)
        result[name] = {
            value: _numbers(items, limit) for value, items in sorted(groups.items()) if len(items) >= 10
        }
    sources = result["source"].values()
    recalls = [entry["recall"] for entry in sources if entry["positives"] >= 10]
    rates = [entry["false_positives"] for entry in sources if entry["negatives"] >= 10]
    result["macro"] = {
        "recall": float(np.mean(recalls)) if recalls else None,
        "false_positives": float(np.mean(rates)) if rates else None,
        "sources": len(sources),
    }
    labels, values = np.array([item[1] for item in found]), np.array([item[2] for item in found])
    if found:
        error, table = metrics.calibration_error(labels, values)
        result["calibration"] = {"error": error, "bins": table}
        result["roc"] = metrics.roc_curve(labels, values)
    return result


def _length(row: Example) -> str:
    words = len(row.text.split())
    return next(
        f"{low}-{high}" if high < 10_000 else f"{low}+" for low, high in LENGTHS if low <= words < high
    )


def _numbers(items: list[tuple[Example, int, float]], limit: float) -> dict[str, Any]:
    labels = np.array([label for _, label, _ in items])
    values = np.array([value for _, _, value in items])
    positives, negatives = values[labels == 1], values[labels == 0]
    numbers: dict[str, Any] = {"positives": len(positives), "negatives": len(negatives)}
    if len(positives):
        numbers["recall"] = float((positives > limit).mean())
    if len(negatives):
        numbers["false_positives"] = float((negatives > limit).mean())
    if len(positives) >= 5 and len(negatives) >= 5:
        numbers |= {
            "auc": metrics.roc_auc(labels, values),
            "recall_at_1": metrics.recall_at(labels, values, 0.01),
            "recall_at_3": metrics.recall_at(labels, values, 0.03),
            "balanced": metrics.balanced_accuracy(labels, values, limit),
            "best_balanced": metrics.balanced_accuracy(
                labels, values, metrics.best_threshold(labels, values)
            ),
        }
    return numbers


def entities(rows: Scored, threshold: float = 0.0) -> dict[str, Any]:
    """Return F1 of exact spans by source and by type, of those that reach the threshold."""
    by_source: dict[str, list[Any]] = defaultdict(list)
    by_type: dict[str, list[Any]] = defaultdict(list)
    for example, scores in rows:
        value = example.labels.get("entities")
        if value is None:
            continue
        kinds = [kind for kind in value["observed"] if f"B-{kind}" in HEADS["entities"].labels]
        gold = {(int(a), int(b), kind) for a, b, kind in value["spans"] if kind in kinds}
        found = score.entity_spans(scores, example.text, kinds, threshold)
        names = {"PERSON", "LOCATION", "ORGANIZATION"}
        by_source[subject(example.source)].append(
            ({span for span in gold if span[2] in names}, {span for span in found if span[2] in names})
        )
        for kind in kinds:
            by_type[kind].append(({s for s in gold if s[2] == kind}, {s for s in found if s[2] == kind}))
    return {
        "source": {source: metrics.span_f1(pairs) for source, pairs in sorted(by_source.items())},
        "type": {kind: metrics.span_f1(pairs) for kind, pairs in sorted(by_type.items())},
    }


def classes(head: str, rows: Scored) -> dict[str, Any]:
    """Return accuracy and macro F1 of a head whose labels exclude each other, by source."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    names = HEADS[head].labels
    for example, scores in rows:
        value = example.labels.get(head)
        if value in names:
            guess = names[int(scores.probability(head).argmax())]
            groups[subject(example.source)].append((value, guess))
    result = {}
    for source, pairs in sorted(groups.items()):
        kinds = sorted({gold for gold, _ in pairs})
        f1 = [
            metrics.span_f1(
                [
                    ({(0, 0, "")} if gold == kind else set(), {(0, 0, "")} if guess == kind else set())
                    for gold, guess in pairs
                ]
            )["f1"]
            for kind in kinds
        ]
        result[source] = {
            "accuracy": float(np.mean([gold == guess for gold, guess in pairs])),
            "macro_f1": float(np.mean(f1)),
            "rows": len(pairs),
        }
    return result


def emotions(rows: Scored, scale: dict[str, float], limit: float) -> dict[str, Any]:
    """Return the mean AUC over emotions, and micro and macro F1 at the threshold."""
    chosen = [(example, scores) for example, scores in rows if "emotions" in example.labels]
    if not chosen:
        return {}
    names = HEADS["emotions"].labels
    labels = np.array([[int(name in example.labels["emotions"]) for name in names] for example, _ in chosen])
    values = np.array([scores.probability("emotions", scale["emotions"]) for _, scores in chosen])
    flagged = values > limit
    hits = (flagged & (labels == 1)).sum(0)
    f1 = 2 * hits / np.maximum(flagged.sum(0) + labels.sum(0), 1)
    areas = [
        metrics.roc_auc(labels[:, i], values[:, i]) for i in range(len(names)) if labels[:, i].sum() >= 5
    ]
    return {
        "rows": len(chosen),
        "mean_auc": float(np.mean(areas)),
        "micro_f1": float(2 * hits.sum() / max(flagged.sum() + labels.sum(), 1)),
        "macro_f1": float(f1.mean()),
    }


def embedding(rows: Scored, most: int = 800) -> dict[str, Any]:
    """Compare the embeddings with the base model's: mean cosine, rank correlation of similarities."""
    chosen = [item for item in rows if item[0].pair is None and 20 <= len(item[0].text) <= 400]
    chosen = random.Random(7).sample(chosen, min(most, len(chosen)))
    theirs = base.embeddings(base.load(), [example.text for example, _ in chosen]).astype(np.float32)
    ours = np.array([scores.embedding for _, scores in chosen])
    pairs = np.triu_indices(len(chosen), 1)
    return {
        "texts": len(chosen),
        "mean_cosine": float((ours * theirs).sum(-1).mean()),
        "rank_correlation_of_similarities": metrics.spearman(
            (ours @ ours.T)[pairs], (theirs @ theirs.T)[pairs]
        ),
    }


def report(rows: Scored, scale: dict[str, float], limits: dict[str, float]) -> dict[str, Any]:
    """Return every head's numbers."""
    result: dict[str, Any] = {
        head: binary(head, rows, scale, limits)
        for head in HEADS
        if head not in {"emotions", "entities", "code_language"}
    }
    result["entities"] = entities(rows, limits["entities"])
    result["emotions"] = emotions(rows, scale, limits["emotions"])
    for head in ("code_language", "gibberish", "consistency"):
        result.setdefault(head, {})["classes"] = classes(head, rows)
    return result
