"""From texts to weights: counts, a choice of n-grams, weights by counts, weights by gradient descent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from training.language import grams, words

if TYPE_CHECKING:
    from collections.abc import Sequence

PSEUDO = 0.05
"""What is added to each count: small, because an n-gram that a language never had says much."""


@dataclass(slots=True)
class Weights:
    """One group: the weights of each n-gram (hashes ascending), of each language; zero where none is kept."""

    group: int
    languages: list[str]
    hashes: np.ndarray
    values: np.ndarray
    bias: np.ndarray
    scale: float = 1.0
    power: float = 0.5

    def logits(self, features: sparse.csr_matrix, letters: np.ndarray) -> np.ndarray:
        """What the softmax is taken of: the sum of the weights, less for long texts, whose n-grams repeat."""
        factor = self.scale * np.maximum(letters, 1.0) ** -self.power
        return np.asarray(features @ self.values) * factor[:, None] + self.bias


def words_of(text: str, group: int) -> list[str]:
    """The words of a text that are in the group's script."""
    return [word for kind, word in words.runs(text) if kind == group]


def letters_of(documents: Sequence[Sequence[str]]) -> np.ndarray:
    """How many letters each document has."""
    return np.array([sum(map(len, document)) for document in documents], dtype=np.float32)


def counted(documents: Sequence[Sequence[str]], group: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hash, document, count: each n-gram of each document once, hashes ascending."""
    found, owners = grams.hashes(documents, grams.ORDERS[group])
    keys = (found.astype(np.uint64) << np.uint64(20)) | owners.astype(np.uint64)
    keys.sort()
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    counts = np.diff(np.r_[starts, len(keys)])
    keys = keys[starts]
    return (
        (keys >> np.uint64(20)).astype(np.uint32),
        (keys & np.uint64((1 << 20) - 1)).astype(np.int64),
        counts,
    )


def features(documents: Sequence[Sequence[str]], weights: Weights) -> sparse.csr_matrix:
    """How often each kept n-gram is in each document."""
    found, owners = grams.hashes(documents, grams.ORDERS[weights.group])
    at = np.minimum(np.searchsorted(weights.hashes, found), len(weights.hashes) - 1)
    known = weights.hashes[at] == found
    shape = (len(documents), len(weights.hashes))
    matrix = sparse.csr_matrix(
        (np.ones(known.sum(), dtype=np.float32), (owners[known], at[known])), shape=shape
    )
    matrix.sum_duplicates()
    return matrix


def by_counts(
    documents: Sequence[Sequence[str]],
    labels: np.ndarray,
    group: int,
    languages: list[str],
    rows: int,
) -> Weights:
    """Weights as a naive Bayes classifier has them, of the `rows` n-grams that tell most.

    An n-gram that a language never had has weight zero, so a row holds only the languages that have it; that
    all zeros mean the same needs all languages to be of one size, which is why counts are brought to one.
    """
    found, owners, counts = counted(documents, group)
    new = np.r_[True, found[1:] != found[:-1]]
    ids = np.cumsum(new) - 1
    unique = found[new]
    kept = np.bincount(ids) >= 2
    table = sparse.csr_matrix(
        (counts.astype(np.float64), (ids, labels[owners])), shape=(len(unique), len(languages))
    ).toarray()[kept]
    unique = unique[kept]
    totals = table.sum(0)
    table *= totals.mean() / totals
    seen = table.sum(1)
    probable = table / seen[:, None]
    entropy = -(probable * np.log(probable + 1e-12)).sum(1)
    telling = np.sqrt(seen) * (np.log(len(languages)) - entropy)
    chosen = np.sort(np.argsort(-telling, kind="stable")[:rows])
    values = np.log((table[chosen] + PSEUDO) / PSEUDO).astype(np.float32)
    values[values < 0.15] = 0.0
    return Weights(group, languages, unique[chosen], values, np.zeros(len(languages), dtype=np.float32))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def calibrate(weights: Weights, matrix: sparse.csr_matrix, letters: np.ndarray, labels: np.ndarray) -> float:
    """Sets scale and power to what makes the labels most probable; returns their mean log loss."""
    sums = np.asarray(matrix @ weights.values)
    balance = len(labels) / np.maximum(np.bincount(labels, minlength=len(weights.languages)), 1)[labels]
    balance /= balance.sum()
    best = (np.inf, 1.0, 0.5)
    for power in np.arange(0.0, 1.01, 0.1):
        unit = np.maximum(letters, 1.0) ** -power
        for scale in np.exp(np.arange(-5.0, 2.6, 0.15)):
            chances = softmax(sums * (scale * unit)[:, None] + weights.bias)
            loss = -float(np.log(chances[np.arange(len(labels)), labels] + 1e-12) @ balance)
            best = min(best, (loss, float(scale), float(power)))
    weights.scale, weights.power = best[1], best[2]
    return best[0]


def by_gradient(
    weights: Weights,
    matrix: sparse.csr_matrix,
    letters: np.ndarray,
    labels: np.ndarray,
    *,
    epochs: int,
    rate: float,
    seed: int,
    batch: int = 1024,
) -> None:
    """Adjusts the weights that are kept so that the labels become probable (Adagrad, from where they are)."""
    rng = np.random.default_rng(seed)
    kept = weights.values != 0
    squares = np.full(weights.values.shape, 1e-6, dtype=np.float32)
    balance = len(labels) / len(weights.languages) / np.maximum(np.bincount(labels), 1)[labels]
    factor = (weights.scale * np.maximum(letters, 1.0) ** -weights.power).astype(np.float32)
    scaled = sparse.csr_matrix(sparse.diags(factor) @ matrix).astype(np.float32)
    for epoch in range(epochs):
        order = rng.permutation(len(labels))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            part = scaled[chosen]
            columns, inverse = np.unique(part.indices, return_inverse=True)
            local = sparse.csr_matrix((part.data, inverse, part.indptr), shape=(len(chosen), len(columns)))
            now = weights.values[columns]
            slope = softmax(np.asarray(local @ now) + weights.bias)
            slope[np.arange(len(chosen)), labels[chosen]] -= 1.0
            slope *= (balance[chosen] / len(chosen))[:, None]
            gradient = np.asarray(local.T @ slope.astype(np.float32)) * kept[columns]
            squares[columns] += gradient**2
            step = rate * (1 - epoch / epochs) * gradient / np.sqrt(squares[columns])
            weights.values[columns] = now - step


def grouped(texts: Sequence[tuple[str, str]], group: int) -> tuple[list[list[str]], list[str]]:
    """Documents in the group's script, and their languages; texts without a word in it are left out."""
    documents, languages = [], []
    for language, text in texts:
        found = words_of(text, group)
        if found:
            documents.append(found)
            languages.append(language)
    return documents, languages


def by_language(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The texts of each language."""
    found = defaultdict(list)
    for language, text in texts:
        found[language].append(text)
    return dict(found)
