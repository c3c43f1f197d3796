"""Checkpoints: what begins one, reads it, and makes another one of it."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file

from training import base, encoder, heads, mixture, narrow, packed, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

DROPOUT = 0.05  # while training
NARROW_BATCHES = 60  # that say what texts are like
NARROW_TOKENS = 1536  # of such a batch


def based(work: Path, layers: Iterable[int]) -> heads.Model:
    """Return a fresh model: the base model's weights, the pruned vocabulary."""
    weights = load_file(work / "base.safetensors")
    words = range(len(weights["embeddings.word_embeddings.weight"]))
    return heads.Model(encoder.from_bert(weights, list(words), list(layers), DROPOUT, four_bit=True))


def load(work: Path, name: str) -> heads.Model:
    """Return the model of a checkpoint, for inference."""
    state = torch.load(work / f"{name}.pt", map_location="cpu", weights_only=True)["model"]
    model = empty(state)
    model.load_state_dict(state)
    return model.eval()


def empty(state: Mapping[str, Tensor]) -> heads.Model:
    """Return a model of the shape of these weights."""
    inside = {name.removeprefix("encoder."): value for name, value in state.items()}
    return heads.Model(encoder.Encoder(encoder.Shape.of(inside), DROPOUT))


def prune(work: Path, size: int, texts: Sequence[str]) -> None:
    """Choose the vocabulary; write `pieces.json`, `tokenizer.json` and, cut to it, `base.safetensors`."""
    source = base.load()
    full = source.tokenizer()
    pieces = vocabulary.choose(full.get_vocab(), vocabulary.count(full, texts), size)
    pictures = vocabulary.symbols(texts, pieces)
    (work / "pieces.json").write_text(json.dumps([*pieces, *pictures], ensure_ascii=False), encoding="utf-8")
    vocabulary.prune(source.tokenizer_file, pieces, pictures).save(str(work / "tokenizer.json"), pretty=False)
    cut(work)


def cut(work: Path) -> None:
    """Write `base.safetensors`: what `train` needs of the base model, in half precision.

    A symbol that the base model does not know begins as the mean of the pieces of its Unicode name.
    """
    source = base.load()
    pieces = json.loads((work / "pieces.json").read_text(encoding="utf-8"))
    full = source.tokenizer()
    old = full.get_vocab()
    weights = {name: tensor.half() for name, tensor in source.weights.items() if tensor.is_floating_point()}
    name = "embeddings.word_embeddings.weight"
    rows = [
        [old[piece]] if piece in old else full.encode(vocabulary.meaning(piece), add_special_tokens=False).ids
        for piece in pieces
    ]
    weights[name] = torch.stack([weights[name][row].float().mean(0).half() for row in rows])
    save_file(weights, work / "base.safetensors")


def graft(work: Path, name: str, old: Path) -> None:
    """Carry a checkpoint over to another vocabulary: pieces that it does not know are the base model's.

    Args:
        work: Folder with `pieces.json` and `base.safetensors` of the new vocabulary; gets the checkpoint.
        name: Of the checkpoint.
        old: Folder with `pieces.json` and the checkpoint.
    """
    state = torch.load(old / f"{name}.pt", map_location="cpu", weights_only=True)
    known = {piece: row for row, piece in enumerate(json.loads((old / "pieces.json").read_text("utf-8")))}
    table = load_file(work / "base.safetensors")["embeddings.word_embeddings.weight"].float()
    for row, piece in enumerate(json.loads((work / "pieces.json").read_text("utf-8"))):
        if piece in known:
            table[row] = state["model"]["encoder.words.weight"][known[piece]]
    state["model"]["encoder.words.weight"] = table
    torch.save({"model": state["model"], "plan": state["plan"]}, work / f"{name}.pt")


def mix(work: Path, name: str, first: str, second: str, share: float) -> None:
    """Write the weighted mean of two checkpoints, one of which was trained from the other.

    It keeps more of what each knows than either does (Wortsman et al. 2022, "Model soups", arXiv:2203.05482).

    Args:
        work: Folder of the checkpoints; gets a new one.
        name: Of the new one.
        first: One checkpoint.
        second: The other.
        share: How much the second counts, 0 to 1.
    """
    states = [
        torch.load(work / f"{part}.pt", map_location="cpu", weights_only=True) for part in (first, second)
    ]
    old, new = (state["model"] for state in states)
    # of a part that only the second has, there is no mean
    old = new | old
    mixed = {key: torch.lerp(old[key].float(), new[key].float(), share).to(new[key].dtype) for key in new}
    torch.save({"model": mixed, "plan": states[1]["plan"]}, work / f"{name}.pt")


def narrowed(work: Path, name: str, start: str, inner: int, attention_heads: int) -> None:
    """Write a checkpoint with fewer attention heads and neurons per layer.

    Args:
        work: Folder with the checkpoint and `train.npz`; gets a new one.
        name: Of the new one.
        start: Of the one to begin with.
        inner: Neurons that are left in a feed-forward layer.
        attention_heads: Heads that are left in an attention layer.
    """
    model = load(work, start)
    shape = replace(model.encoder.shape, inner=inner, attention_heads=attention_heads)
    stream = mixture.Mixture(packed.read(work / "train.npz", 0, 8), NARROW_TOKENS, 1).batches()
    small = narrow.narrow(model, shape, list(itertools.islice(stream, NARROW_BATCHES)))
    plan = torch.load(work / f"{start}.pt", map_location="cpu", weights_only=True)["plan"]
    torch.save({"model": small.state_dict(), "plan": plan}, work / f"{name}.pt")
