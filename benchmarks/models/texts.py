"""Texts of a given number of tokens, and their tokens."""

from __future__ import annotations

import json
import random
from functools import cache

import numpy as np

from benchmarks.models.export import FOLDER


@cache
def vocabulary() -> dict[str, int]:
    """The tokenizer's words and their tokens."""
    tokenizer = json.loads((FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    return dict(tokenizer["model"]["vocab"])


@cache
def words() -> list[str]:
    """Words that are one token each."""
    return sorted(word for word in vocabulary() if word.isascii() and word.isalpha() and 3 <= len(word) <= 9)


def texts(tokens: int, count: int, seed: int) -> list[str]:
    """Different texts of `tokens` tokens each, special ones included."""
    chooser, known = random.Random(seed), words()
    return [" ".join(chooser.choices(known, k=tokens - 2)) for _ in range(count)]


def fed(batch: list[str]) -> dict[str, np.ndarray]:
    """What the graph is fed for a batch of texts of one length."""
    known = vocabulary()
    first, last = known["[CLS]"], known["[SEP]"]
    ids = np.array([[first, *(known[word] for word in text.split()), last] for text in batch], dtype=np.int64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
