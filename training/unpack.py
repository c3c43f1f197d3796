"""`unpack`: the shipped file as a checkpoint, so that training can go on from what is in the repository.

What rounding took away when the file was written is gone. The values of attention are as large as in the
file, and what reads them makes up for it.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training import checkpoint, encoder
from training.encoder import HEAD, Encoder, Shape
from training.export import ATTENTION
from training.heads import TOKENS, Model

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

NORMS = {"attention_norm": "norm1", "norm": "norm2"}


def unpack(work: Path, name: str, folder: Path) -> None:
    """Write `<name>.pt`, `tokenizer.json`, `pieces.json` and `base.safetensors`.

    Args:
        work: Folder that gets them.
        name: Of the checkpoint.
        folder: Folder with `model.onnx` and `tokenizer.json`, as shipped.
    """
    work.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "tokenizer.json", work / "tokenizer.json")
    (work / "pieces.json").write_text(
        json.dumps(_pieces(work / "tokenizer.json"), ensure_ascii=False), encoding="utf-8"
    )
    checkpoint.cut(work)
    like = Model(Encoder(shape(folder / "model.onnx"))).state_dict()
    found = state(folder / "model.onnx", like)
    torch.save({"model": found, "plan": json.dumps({})}, work / f"{name}.pt")


def shape(path: Path) -> Shape:
    """Return the shape of a shipped file's encoder."""
    sizes = {weight.name: list(weight.dims) for weight in onnx.load(path).graph.initializer}
    vocabulary, width = sizes["words.codes"]
    return Shape(
        vocabulary,
        layers=sum(name.endswith(".inner.bias") for name in sizes if name.startswith("layer")),
        width=width,
        inner=sizes["layer0.inner.bias"][0],
        attention_heads=sizes["layer0.attention.bias"][0] // len(ATTENTION) // HEAD,
        positions=sizes["positions.codes"][0],
    )


def _pieces(path: Path) -> list[str]:
    """Return the tokens in the order of their ids."""
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    ids = dict(tokenizer["model"]["vocab"])
    ids |= {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    return sorted(ids, key=ids.__getitem__)


def state(path: Path, like: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights of a shipped file by the names of `like`, a model's state."""
    stored = {weight.name: weight for weight in onnx.load(path).graph.initializer}

    def plain(key: str) -> Tensor:
        return torch.from_numpy(np.array(numpy_helper.to_array(stored[key]), np.float32))

    def matrix(key: str) -> Tensor:
        """Return `[outputs, inputs]`, whichever way it is stored."""
        if key in stored:
            return plain(key).T
        whole = (plain(f"{key}_quantized") * plain(f"{key}_scale")).T
        even = f"{key.removesuffix('.weight')}.even"
        return whole * plain(even) if even in stored else whole

    zero = _integers(stored["words.zero"])[..., None]
    words = _integers(stored["words.codes"]).unflatten(-1, (-1, encoder.BLOCK))
    found = {
        "encoder.words.weight": ((words - zero) * plain("words.scale")).flatten(-2),
        "encoder.positions.weight": plain("positions.codes") * plain("positions.scale")[:, None],
        "encoder.types.weight": plain("types.table"),
        "queries.weight": matrix("queries.weight"),
    }
    for key in like.keys() - found.keys():
        inside, _, part = key.rpartition(".")
        theirs, which = _name(inside)
        flat = part == "bias" or "norm" in theirs or theirs.endswith(".near.outer")
        value = plain(f"{theirs}.{part}") if flat else matrix(f"{theirs}.weight")
        found[key] = value if which is None else value.chunk(len(ATTENTION))[which]
    return {key: value.reshape(like[key].shape).contiguous() for key, value in found.items()}


def _integers(packed: onnx.TensorProto) -> Tensor:
    """Return integers of four bits, two to a byte, the first in the lower half, as floats."""
    data = np.frombuffer(packed.raw_data, np.uint8)
    codes = np.stack([data & 15, data >> 4], -1).reshape(-1)[: np.prod(packed.dims)]
    return torch.from_numpy(codes.astype(np.float32).reshape(tuple(packed.dims)))


def _name(inside: str) -> tuple[str, int | None]:
    """Return what the file calls a part of the model, and which part of that it is if there are several."""
    parts = inside.split(".")
    if parts[0] == "outputs":
        return f"{parts[1]}.alone" if parts[1] in TOKENS else parts[1], None
    if parts[0] == "neighbours":
        return f"{parts[1]}.near.{parts[2]}", None
    if parts[1] == "norm":
        return "embedded.norm", None
    if parts[3] in ATTENTION:
        return f"layer{parts[2]}.attention", ATTENTION.index(parts[3])
    return f"layer{parts[2]}.{NORMS.get(parts[3], parts[3])}", None
