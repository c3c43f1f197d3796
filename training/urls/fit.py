"""From addresses to weights: logistic regression on hashed features."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, sparse

from training.urls import features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.urls.data import Row

SHARE = 4.0
"""What all n-grams of an address count together, beside one flag: a long name has more, not more to say."""
_STRENGTH = {"reported": 1.0, "made": 1.0, "known": 3.0, "links": 15.0}
"""What a row counts: there are few real harmless links, and they are what matters."""


@dataclass(slots=True)
class Weights:
    """A weight for each bucket; the score of an address is the sigmoid of `slope * (sum - cut)`."""

    values: np.ndarray
    bias: float
    slope: float = 1.0
    cut: float = 0.0

    def sums(self, matrix: sparse.csr_matrix) -> np.ndarray:
        """The sum of the weights of each address."""
        return np.asarray(matrix @ self.values) + self.bias

    def quantised(self) -> Weights:
        """The weights as they are shipped: multiples of a 127th of the largest."""
        unit = float(np.abs(self.values).max()) / 127
        return Weights(np.rint(self.values / unit) * unit, self.bias, self.slope, self.cut)


def matrix(urls: Sequence[str]) -> sparse.csr_matrix:
    """The features of addresses: each bucket once, n-grams with a share, flags with one."""
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for url in urls:
        address = features.parse(url)
        grams = features.buckets(features.grams(address))
        flags = features.buckets(features.flags(address))
        columns += grams + flags
        values += [SHARE / max(len(grams), 1) ** 0.5] * len(grams) + [1.0] * len(flags)
        starts.append(len(columns))
    shape = (len(urls), 1 << features.BITS)
    return sparse.csr_matrix((np.array(values, dtype=np.float32), columns, starts), shape=shape)


def balanced(rows: Sequence[Row]) -> np.ndarray:
    """A weight for each row such that under every ending both classes weigh the same.

    Otherwise the words of a country whose feed is long would be signs of malice.
    """
    keys = [(features.parse(row.url).suffix, row.malicious) for row in rows]
    counts = Counter(keys)
    weights = np.array(
        [
            _STRENGTH[row.source]
            * min(1.0, max(counts[suffix, not malicious], 1) / counts[suffix, malicious])
            for row, (suffix, malicious) in zip(rows, keys, strict=True)
        ]
    )
    labels = np.array([row.malicious for row in rows])
    for label in (False, True):
        weights[labels == label] *= len(rows) / 2 / weights[labels == label].sum()
    return weights


def fit(
    matrix: sparse.csr_matrix, labels: np.ndarray, weights: np.ndarray, penalty: float, steps: int
) -> Weights:
    """The weights that make the labels likely, small ones preferred."""
    size, target = matrix.shape[1], labels.astype(np.float64)
    turned = matrix.T.tocsr()

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        sums = np.asarray(matrix @ values[:size]) + values[size]
        chances = 1 / (1 + np.exp(-sums))
        total = float(weights @ (np.logaddexp(0, sums) - target * sums))
        slope = weights * (chances - target)
        gradient = np.append(np.asarray(turned @ slope) + penalty * values[:size], slope.sum())
        return total + penalty / 2 * float(values[:size] @ values[:size]), gradient

    found = optimize.minimize(
        loss, np.zeros(size + 1), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 10}
    )
    return Weights(found.x[:size].astype(np.float32), float(found.x[size]))


def area(harmless: np.ndarray, malicious: np.ndarray) -> float:
    """The area under the ROC curve: how often a malicious address has the higher sum."""
    both = np.concatenate([harmless, malicious])
    ranks = np.empty(len(both))
    order = np.argsort(both, kind="stable")
    ranks[order] = np.arange(len(both))
    values, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    means = np.cumsum(counts) - (counts + 1) / 2
    ranks = means[inverse] if len(values) < len(both) else ranks
    count = len(malicious)
    return float((ranks[len(harmless) :].sum() - count * (count - 1) / 2) / (count * len(harmless)))


def recall(harmless: np.ndarray, malicious: np.ndarray, rate: float) -> float:
    """The share of the malicious above what that share of the harmless is above."""
    return float((malicious > np.quantile(harmless, 1 - rate, method="higher")).mean())
