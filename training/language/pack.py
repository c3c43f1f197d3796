"""The weights as one file of bytes, in the format that `runtime/core/src/language/weights.rs` documents."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from training.language import grams

if TYPE_CHECKING:
    from training.language.fit import Weights

MAGIC = b"pslang01"
BITS = 16
_MOST_ENTRIES = 255


def quantised(weights: Weights) -> tuple[np.ndarray, float]:
    """The weights as signed bytes, and what one is worth."""
    unit = float(np.abs(weights.values).max()) / 127
    return np.rint(weights.values / unit).astype(np.int8), unit


def packed(groups: list[Weights]) -> bytes:
    """All groups, in the order of `words.GROUPS`."""
    names = sorted({language for weights in groups for language in weights.languages})
    out = [MAGIC, bytes([len(names)]), *(name.encode().ljust(4, b"\0") for name in names)]
    out.append(bytes([BITS, len(groups)]))
    buckets: list[dict[int, bytes]] = [{} for _ in range(1 << BITS)]
    strength: list[dict[int, float]] = [{} for _ in range(1 << BITS)]
    for weights in groups:
        values, unit = quantised(weights)
        count = len(weights.languages)
        out.append(bytes([grams.ORDERS[weights.group], count]))
        out.append(bytes(names.index(language) for language in weights.languages))
        out.append(struct.pack(f"<{2 + count}f", weights.scale * unit, weights.power, *weights.bias))
        for code, row in zip(weights.hashes.tolist(), values, strict=True):
            places = np.flatnonzero(row)[:_MOST_ENTRIES]
            if not places.size:
                continue
            bucket, mark = code >> (32 - BITS), code >> (24 - BITS) & 0xFF
            size = float(np.abs(row.astype(np.int32)).sum())
            if size <= strength[bucket].get(mark, 0.0):
                continue  # Two n-grams with the same bits: the one that says more stays.
            strength[bucket][mark] = size
            entries = np.stack([places.astype(np.uint8), row[places].view(np.uint8)], axis=1).tobytes()
            buckets[bucket][mark] = bytes([mark, len(places)]) + entries
    out.append(bytes(len(rows) for rows in buckets))
    out.extend(row for rows in buckets for row in rows.values())
    return b"".join(out)
