"""What is measured: pure functions of labels and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable


def roc_auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the area under the ROC curve, ties counted half; NaN if a class is missing."""
    positive = int(labels.sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    sums = np.bincount(inverse, ranks)
    ranks = (sums / counts)[inverse]
    return float((ranks[labels == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def roc_curve(labels: np.ndarray, scores: np.ndarray, most: int = 80) -> list[list[float]]:
    """Return points of the ROC curve, `[false-positive rate, recall]` each, from (0, 0) to (1, 1).

    Args:
        labels: 0 or 1 each.
        scores: As many; equal scores make one point.
        most: About how many points are returned. The curve is drawn over a logarithm, so they are dense at
            low rates.
    """
    positive, negative = int((labels == 1).sum()), int((labels == 0).sum())
    if not positive or not negative:
        return []
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)  # between equal scores there is no threshold
    found = np.append(0.0, np.cumsum(labels[order] == 1)[last] / positive)
    wrong = np.append(0.0, np.cumsum(labels[order] == 0)[last] / negative)
    wanted = np.concatenate([[0.0], np.geomspace(1 / negative, 1.0, most)])
    places = np.unique(np.searchsorted(wrong, wanted, side="right") - 1)
    return [[round(float(wrong[at]), 5), round(float(found[at]), 5)] for at in places]


def threshold_at(negatives: np.ndarray, rate: float) -> float:
    """Return the lowest threshold that at most `rate` of the negative scores exceed."""
    if not len(negatives):
        return float("nan")
    ordered = np.sort(negatives)[::-1]
    return float(ordered[min(int(rate * len(ordered)), len(ordered) - 1)])


def recall_at(labels: np.ndarray, scores: np.ndarray, rate: float) -> float:
    """Return the share of positives found where at most `rate` of the negatives are flagged."""
    limit = threshold_at(scores[labels == 0], rate)
    found = scores[labels == 1] > limit
    return float(found.mean()) if len(found) else float("nan")


def balanced_accuracy(labels: np.ndarray, scores: np.ndarray, threshold: float) -> float:
    """Return the mean of the two recalls at a threshold; NaN if a class is missing."""
    flagged = scores > threshold
    if not (labels == 1).any() or not (labels == 0).any():
        return float("nan")
    return float((flagged[labels == 1].mean() + (~flagged[labels == 0]).mean()) / 2)


def best_threshold(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the threshold of highest balanced accuracy, half-way between neighbouring scores."""
    order = np.argsort(scores)
    values, truth = scores[order], labels[order]
    missed = np.cumsum(truth) / max(truth.sum(), 1)
    passed = np.cumsum(1 - truth) / max((1 - truth).sum(), 1)
    gains = passed - missed
    # only between different scores can a threshold lie
    gains[:-1][values[:-1] == values[1:]] = -1
    at = int(np.argmax(gains))
    return float((values[at] + values[min(at + 1, len(values) - 1)]) / 2)


def calibration_error(
    labels: np.ndarray, scores: np.ndarray, bins: int = 10
) -> tuple[float, list[list[float]]]:
    """Return the expected calibration error, and of each bin mean score, share of positives, count."""
    index = np.minimum((scores * bins).astype(int), bins - 1)
    table = []
    error = 0.0
    for number in range(bins):
        here = index == number
        if here.any():
            score, share = float(scores[here].mean()), float(labels[here].mean())
            table.append([score, share, int(here.sum())])
            error += abs(score - share) * float(here.mean())
    return error, table


def temperature(logits: np.ndarray, labels: np.ndarray, *, softmax: bool) -> float:
    """Return the temperature of least log loss on a grid.

    Args:
        logits: `[rows, labels]`.
        labels: Class indices for `softmax`; bits, or -1 where unobserved, of the same shape as `logits`
            otherwise.
        softmax: Which of the two.
    """
    grid = np.exp(np.linspace(np.log(0.3), np.log(5.0), 60))
    costs = []
    for value in grid:
        scaled = logits / value
        if softmax:
            top = scaled.max(-1, keepdims=True)
            logs = scaled - top - np.log(np.exp(scaled - top).sum(-1, keepdims=True))
            costs.append(-logs[np.arange(len(labels)), labels].mean())
        else:
            seen = labels >= 0
            signed = np.where(labels == 1, scaled, -scaled)[seen]
            costs.append(np.logaddexp(0, -signed).mean())
    return float(grid[int(np.argmin(costs))])


def span_f1(pairs: Iterable[tuple[set[tuple[int, int, str]], set[tuple[int, int, str]]]]) -> dict[str, float]:
    """Return precision, recall and F1 of exactly matching spans, given (gold, found) per text."""
    hits = golds = founds = 0
    for gold, found in pairs:
        hits += len(gold & found)
        golds += len(gold)
        founds += len(found)
    precision = hits / founds if founds else 0.0
    recall = hits / golds if golds else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if hits else 0.0,
        "gold": golds,
    }


def spearman(left: np.ndarray, right: np.ndarray) -> float:
    """Return the rank correlation, ties given their mean rank."""
    ranks = []
    for values in (left, right):
        _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        ranks.append((first + (counts - 1) / 2)[inverse])
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
