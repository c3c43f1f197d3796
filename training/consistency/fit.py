"""From features to weights: logistic regression, and its figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PENALTY, STEPS = 20.0, 8
NARROWEST = 0.1
"""The least spread that a feature is taken to have, so that what is seldom seen gets no huge weight."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight for each feature; the score of a claim is the sigmoid of the sum."""

    values: np.ndarray
    bias: float

    def sums(self, parts: list[np.ndarray]) -> np.ndarray:
        """The sum of each claim: that of the part which follows least."""
        sums = [np.nan_to_num(lines @ self.values, nan=-np.inf).min() for lines in parts]
        return np.array(sums) + self.bias

    def scaled(self, slope: float, shift: float) -> Weights:
        """The weights whose sums are `slope * sum + shift`."""
        return Weights(self.values * slope, self.bias * slope + shift)


def fit(lines: np.ndarray, follows: np.ndarray, weights: np.ndarray, penalty: float = PENALTY) -> Weights:
    """The weights that make the answers likely, small ones of standardised features preferred."""
    mean, spread = lines.mean(axis=0), np.maximum(lines.std(axis=0), NARROWEST)
    matrix = np.column_stack([(lines - mean) / spread, np.ones(len(lines))])
    ridge = np.eye(matrix.shape[1]) * penalty
    ridge[-1, -1] = 0.0
    found = np.zeros(matrix.shape[1])
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-(matrix @ found)))
        bend = weights * chances * (1 - chances)
        slope = matrix.T @ (weights * (chances - follows)) + ridge @ found
        found = found - np.linalg.solve((matrix * bend[:, None]).T @ matrix + ridge, slope)
    values = found[:-1] / spread
    return Weights(values, float(found[-1] - values @ mean))


def area(refused: np.ndarray, follows: np.ndarray) -> float:
    """The area under the ROC curve: how often a claim that follows has the higher score."""
    both = np.concatenate([refused, follows])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    count = len(follows)
    return float((ranks[len(refused) :].sum() - count * (count + 1) / 2) / (count * len(refused)))


def balanced(scores: np.ndarray, follows: np.ndarray, cut: float) -> tuple[float, float, float]:
    """Balanced accuracy at a cut; the shares of what follows, and of what does not, at or above it."""
    right, wrong = float((scores[follows] >= cut).mean()), float((scores[~follows] >= cut).mean())
    return (right + 1 - wrong) / 2, right, wrong


def best_cut(scores: np.ndarray, follows: np.ndarray) -> float:
    """The cut with the highest balanced accuracy on these very rows."""
    return float(max(np.unique(scores), key=lambda cut: balanced(scores, follows, cut)[0]))
