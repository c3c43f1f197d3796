"""The weights as one file of bytes, in the format that `runtime/core/src/urls/weights.rs` documents."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.urls.fit import Weights

MAGIC = b"psurls01"


def packed(weights: Weights) -> bytes:
    """Head and table."""
    unit = float(np.abs(weights.values).max()) / 127
    head = struct.pack("<4f", unit, weights.bias, weights.slope, weights.cut)
    return MAGIC + head + np.rint(weights.values / unit).astype(np.int8).tobytes()
