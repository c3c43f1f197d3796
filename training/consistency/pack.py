"""The weights as one file of bytes; `runtime/core/src/consistency/weights.rs` documents the format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from training.consistency.features import NAMES
from training.consistency.fit import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"pscons01"


def packed(weights: Weights, table: Sequence[int]) -> bytes:
    """Head, weights and table."""
    numbers = [weights.bias, *weights.values.tolist()]
    return MAGIC + struct.pack(f"<{len(numbers)}f", *numbers) + bytes(table)


def unpacked(content: bytes) -> tuple[Weights, list[int]]:
    """The weights as the runtime reads them, and the table."""
    end = len(MAGIC) + 4 * (len(NAMES) + 1)
    numbers = np.frombuffer(content[len(MAGIC) : end], dtype="<f4").astype(np.float64)
    return Weights(numbers[1:], float(numbers[0])), list(content[end:])
