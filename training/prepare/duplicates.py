"""Near duplicates across all sources, by min-hashing word shingles."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.example import Example

BANDS, ROWS = 10, 3  # two texts whose shingles overlap by 0.8 share a band with probability 0.999
SIMILAR = 0.75
_GENERATOR = np.random.default_rng(20)
_FACTORS = _GENERATOR.integers(1, 2**31, size=BANDS * ROWS, dtype=np.uint64) * 2 + 1
_OFFSETS = _GENERATOR.integers(0, 2**32, size=BANDS * ROWS, dtype=np.uint64)


def shingles(text: str) -> np.ndarray:
    """Return the sorted, distinct hashes of a text's three-word shingles; a short text is one shingle."""
    folded = unicodedata.normalize("NFKC", text).casefold()[:6000]
    words = re.findall(r"\w+|[^\w\s]{2,}", folded)
    if len(words) < 6:
        return np.array([zlib.crc32(folded.strip().encode())], np.uint64)
    found = {zlib.crc32(" ".join(words[i : i + 3]).encode()) for i in range(len(words) - 2)}
    return np.fromiter(sorted(found), np.uint64, len(found))


def _signature(values: np.ndarray) -> np.ndarray:
    hashed = (values[:, None] * _FACTORS + _OFFSETS) & np.uint64(0xFFFFFFFF)
    return hashed.min(0)


def clusters(texts: list[str]) -> list[int]:
    """Return for each text the index of the earliest text that it nearly equals (itself, if none)."""
    hashes = [shingles(text) for text in texts]
    root = list(range(len(texts)))
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for index, values in enumerate(hashes):
        signature = _signature(values).reshape(BANDS, ROWS)
        keys = [(band, signature[band].tobytes()) for band in range(BANDS)]
        for key in keys:
            for other in buckets[key]:
                if root[index] == index and _jaccard(values, hashes[other]) >= SIMILAR:
                    root[index] = root[other]
        if root[index] == index:  # only the first of a cluster stands for it: buckets stay short
            for key in keys:
                if len(buckets[key]) < 20:
                    buckets[key].append(index)
    return root


def _jaccard(left: np.ndarray, right: np.ndarray) -> float:
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / (len(left) + len(right) - common)


def remove(examples: list[Example]) -> tuple[list[Example], dict[str, int]]:
    """Drop near duplicates with the same labels; put those with other labels into the group of the first.

    Rows are kept in order of their place in `examples`, so sources that must stay whole come first. Pairs,
    and rows of one group, are dropped only where they are equal.

    Returns:
        The rows that stay, and how many were dropped by source.
    """
    root = clusters([f"{example.text}\n{example.pair or ''}" for example in examples])
    kept: list[Example] = []
    dropped: dict[str, int] = defaultdict(int)
    seen: set[tuple[int, str]] = set()
    for index, example in enumerate(examples):
        first = examples[root[index]]
        # variants of one document or template are made on purpose; they never cross a split
        variant = (first.source, first.group) == (example.source, example.group) or example.pair is not None
        key = (index if variant else root[index], json.dumps(example.labels, sort_keys=True))
        if key in seen or (
            variant and first is not example and (first.text, first.pair) == (example.text, example.pair)
        ):
            dropped[example.source] += 1
            continue
        seen.add(key)
        if first is not example and first.source == example.source:
            example.group = first.group
        kept.append(example)
    return kept, dict(dropped)
