"""Rows to tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

    from training.rows import Row


def collate(rows: list[Row], *, cases: bool = True) -> tuple[Tensor, Tensor, Tensor]:
    """Return padded ids, mask and types."""
    longest = max(len(row.ids) for row in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for index, row in enumerate(rows):
        size = len(row.ids)
        ids[index, :size] = row.ids
        types[index, :size] = row.types
        mask[index, :size] = 1
    return (
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(types if cases else types % 2),
    )
