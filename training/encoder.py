"""The encoder: BERT's layers in plain PyTorch, of any width inside, with the words in four bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.tokens import CASES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK = 128  # values of a stored embedding row that share a scale and a zero point
HEAD = 32  # numbers of an attention head


@dataclass(frozen=True, slots=True)
class Shape:
    """What determines the encoder's size; `attention_heads` and `inner` are a layer's."""

    vocabulary: int
    layers: int = 6
    width: int = 384
    inner: int = 1536
    attention_heads: int = 12
    positions: int = 256

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Shape:
        """Return the shape of an encoder's weights, by their names here."""
        vocabulary, width = state["words.weight"].shape
        return cls(
            vocabulary,
            layers=len({name.split(".")[1] for name in state if name.startswith("layers.")}),
            width=width,
            inner=len(state["layers.0.inner.weight"]),
            attention_heads=len(state["layers.0.query.weight"]) // HEAD,
            positions=len(state["positions.weight"]),
        )


def quantised(values: Tensor, block: int = BLOCK) -> Tensor:
    """Round rows to what four bits per value, a scale and a zero point per block can say."""
    blocks = values.unflatten(-1, (-1, block))
    scale, zero = four_bits(blocks)
    codes = (blocks / scale + zero).round().clamp(0, 15)
    return ((codes - zero) * scale).flatten(-2)


def four_bits(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Return scale and zero point of blocks (last axis); zero itself is always representable."""
    low = blocks.amin(-1, keepdim=True).clamp(max=0)
    high = blocks.amax(-1, keepdim=True).clamp(min=0)
    scale = ((high - low) / 15).clamp(min=1e-8)
    return scale, (-low / scale).round().clamp(0, 15)


class Layer(nn.Module):
    """Attention and feed-forward with normalisation after each, as in BERT."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        inside = shape.attention_heads * HEAD
        self.query = nn.Linear(shape.width, inside)
        self.key = nn.Linear(shape.width, inside)
        self.value = nn.Linear(shape.width, inside)
        self.output = nn.Linear(inside, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.inner = nn.Linear(shape.width, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Return the next hidden states; `bias` is added to the attention scores."""
        x = self.attention_norm(x + self.dropout(self.output(self.attended(x, bias))))
        return self.norm(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))

    def attended(self, x: Tensor, bias: Tensor) -> Tensor:
        """Return what every head makes of the values, side by side: `[batch, tokens, heads * HEAD]`."""

        def split(y: Tensor) -> Tensor:
            return y.unflatten(-1, (-1, HEAD)).transpose(1, 2)

        # Written out: the fused CPU kernel's backward pass takes as long as all matrix products of the layer.
        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3)
        weights = functional.softmax(scores * HEAD**-0.5 + bias, dim=-1)
        return (weights @ split(self.value(x))).transpose(1, 2).flatten(-2)


class Encoder(nn.Module):
    """Hidden states of every token."""

    def __init__(self, shape: Shape, dropout: float = 0.0, *, four_bit: bool = True) -> None:
        super().__init__()
        self.shape = shape
        self.four_bit = four_bit
        self.words = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.types = nn.Embedding(TYPES, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Return `[batch, tokens, width]`."""
        return self.states(ids, mask, types)[-1]

    def states(self, ids: Tensor, mask: Tensor, types: Tensor) -> list[Tensor]:
        """Return the hidden states before the first layer and behind each."""
        words = self.words(ids)
        if self.four_bit and self.training:
            words = words + (quantised(words.detach()) - words).detach()  # gradients pass straight through
        elif self.four_bit:
            words = quantised(words)
        x = words + self.positions.weight[: ids.shape[1]] + self.types(types)
        found = [self.dropout(self.norm(x))]
        bias = unseen(mask, x.dtype)
        for layer in self.layers:
            found.append(layer(found[-1], bias))
        return found


def unseen(mask: Tensor, kind: torch.dtype) -> Tensor:
    """Return what keeps attention from tokens that are none: `[batch, 1, 1, tokens]`, added to its scores."""
    return (1.0 - mask[:, None, None, :].to(kind)) * -10000.0


def mean_pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's hidden states."""
    weights = mask[:, :, None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)


def from_bert(
    weights: Mapping[str, Tensor], kept: list[int], layers: list[int], dropout: float = 0.0, *, four_bit: bool
) -> Encoder:
    """Cut an encoder out of BERT weights.

    Args:
        weights: Tensors by the names of the `transformers` library.
        kept: Old token ids, in the order of the new ones.
        layers: Old layers to keep.
        dropout: For training.
        four_bit: Whether the word table is rounded to four bits in the forward pass.
    """
    width = weights["embeddings.word_embeddings.weight"].shape[1]
    inner = weights["encoder.layer.0.intermediate.dense.weight"].shape[0]
    shape = Shape(len(kept), len(layers), width, inner)
    encoder = Encoder(shape, dropout, four_bit=four_bit)
    state = {
        "words.weight": weights["embeddings.word_embeddings.weight"][kept],
        "positions.weight": weights["embeddings.position_embeddings.weight"][: shape.positions],
        # every case starts as its segment's row: at the start the case changes nothing
        "types.weight": weights["embeddings.token_type_embeddings.weight"].repeat(CASES, 1),
    }
    names = {"norm": "embeddings.LayerNorm"}
    for new, old in enumerate(layers):
        theirs = f"encoder.layer.{old}."
        names |= {
            f"layers.{new}.query": theirs + "attention.self.query",
            f"layers.{new}.key": theirs + "attention.self.key",
            f"layers.{new}.value": theirs + "attention.self.value",
            f"layers.{new}.output": theirs + "attention.output.dense",
            f"layers.{new}.attention_norm": theirs + "attention.output.LayerNorm",
            f"layers.{new}.inner": theirs + "intermediate.dense",
            f"layers.{new}.outer": theirs + "output.dense",
            f"layers.{new}.norm": theirs + "output.LayerNorm",
        }
    for ours, theirs in names.items():
        for part in ("weight", "bias"):
            state[f"{ours}.{part}"] = weights[f"{theirs}.{part}"]
    encoder.load_state_dict({name: tensor.to(torch.float32) for name, tensor in state.items()})
    return encoder
