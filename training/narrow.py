"""`narrow`: fewer attention heads and feed-forward neurons, those gone that the rest can best do without.

Layer by layer, from the first. What a layer adds is a linear function of what its heads or neurons say:
what is left is fitted, by least squares, to what the whole model has there, and what goes is what then
costs least. That makes up for what the layers before it have lost, too. Neurons and heads go one at a time
(optimal brain surgeon, Hassibi and Stork 1992; of whole structures Kurtic et al. 2023, arXiv:2302.04089).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from training import batches
from training.encoder import HEAD, unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training.encoder import Layer, Shape
    from training.heads import Model
    from training.rows import Row

RIDGE = 1e-4  # of the mean square of what goes in


@dataclass
class _Batch:
    """Hidden states of some texts.

    Attributes:
        mask: Which tokens there are, `[batch, tokens]`.
        bias: What is added to attention scores.
        ours: Of the narrower model, as far as it is made.
        theirs: Of the whole model, at the same place.
    """

    mask: Tensor
    bias: Tensor
    ours: Tensor
    theirs: Tensor


def narrow(model: Model, shape: Shape, rows: Iterable[list[Row]]) -> Model:
    """Return a narrower model.

    Args:
        model: The whole one.
        shape: As the model's, with fewer attention heads and neurons.
        rows: Batches that say what texts are like.
    """
    small = copy.deepcopy(model).eval()
    small.encoder.shape = shape
    with torch.no_grad():
        texts = [_batch(model, batch) for batch in rows]
        pairs = zip(small.encoder.layers, model.encoder.layers, strict=True)
        for number, (layer, whole) in enumerate(pairs):
            _narrow(layer, whole, texts, shape)
            apart = sum(float((each.ours - each.theirs)[each.mask].square().sum()) for each in texts)
            size = sum(float(each.theirs[each.mask].square().sum()) for each in texts)
            print(f"layer {number}: {apart / size:.4f} of the hidden states' squares", flush=True)
    return small


def _batch(model: Model, rows: list[Row]) -> _Batch:
    ids, mask, types = batches.collate(rows)
    first = model.encoder.states(ids, mask, types)[0]
    return _Batch(mask.bool(), unseen(mask, first.dtype), first, first)


def _narrow(layer: Layer, whole: Layer, texts: list[_Batch], shape: Shape) -> None:
    """Narrow a layer, and take the texts behind it."""

    def attend(part: Layer, x: Tensor, batch: _Batch) -> Tensor:
        return part.attended(x, batch.bias)

    def think(part: Layer, x: Tensor, _batch: _Batch) -> Tensor:
        return functional.gelu(part.inner(x))

    sides = [layer.query, layer.key, layer.value]
    _half(layer, whole, ("output", "attention_norm"), attend, texts, sides, shape.attention_heads, HEAD)
    _half(layer, whole, ("outer", "norm"), think, texts, [layer.inner], shape.inner, 1)


def _half(
    layer: Layer,
    whole: Layer,
    names: tuple[str, str],
    made: Callable[[Layer, Tensor, _Batch], Tensor],
    texts: list[_Batch],
    sources: list[nn.Linear],
    left: int,
    group: int,
) -> None:
    """Narrow attention or feed-forward: the linear layer and the norm of these names, behind `made`."""
    linear, norm = (getattr(layer, name) for name in names)
    linear_, norm_ = (getattr(whole, name) for name in names)
    inside = []
    for batch in texts:
        # the sum behind the layer is what is to be as in the whole model
        wanted = batch.theirs + linear_(made(whole, batch.theirs, batch))
        inside.append((made(layer, batch.ours, batch), wanted - batch.ours))
        batch.theirs = norm_(wanted)
    seen = [(x[batch.mask], y[batch.mask]) for batch, (x, y) in zip(texts, inside, strict=True)]
    kept = _fit(linear, seen, left, group)
    for source in sources:
        source.weight = nn.Parameter(source.weight[kept].clone())
        source.bias = nn.Parameter(source.bias[kept].clone())
        source.out_features = len(kept)
    for batch, (x, _) in zip(texts, inside, strict=True):
        batch.ours = norm(batch.ours + linear(x[..., kept]))


def _fit(linear: nn.Linear, seen: list[tuple[Tensor, Tensor]], left: int, group: int) -> Tensor:
    """Choose inputs of a linear layer and fit it to what is wanted.

    Args:
        linear: Gets the new weights.
        seen: Inputs `[tokens, inputs]`, and outputs that are wanted of them.
        left: Groups of inputs that are left.
        group: Inputs that stay or go together.

    Returns:
        The inputs that are left, in order.
    """
    count = linear.in_features
    gram = torch.zeros(count + 1, count + 1, dtype=torch.float64)
    across = torch.zeros(count + 1, linear.out_features, dtype=torch.float64)
    for x, y in seen:
        flat = functional.pad(x, (0, 1), value=1.0)  # the last is the bias, which stays
        gram += (flat.T @ flat).double()
        across += (flat.T @ y).double()
    gram += torch.eye(count + 1, dtype=torch.float64) * (RIDGE * gram.diagonal().mean())
    inverse = torch.linalg.inv(gram)
    weight = inverse @ across
    alive = torch.arange(count + 1)
    while len(alive) - 1 > left * group:
        groups = torch.arange(len(alive) - 1).view(-1, group)
        gone = groups[_costs(weight, inverse, groups).argmin()]
        stays = torch.ones(len(alive), dtype=torch.bool)
        stays[gone] = False
        solved = torch.linalg.solve(inverse[gone][:, gone], inverse[gone])
        weight = (weight - solved.T @ weight[gone])[stays]
        inverse = (inverse - inverse[:, gone] @ solved)[stays][:, stays]
        alive = alive[stays]
    linear.weight = nn.Parameter(weight[:-1].T.float().contiguous())
    linear.bias = nn.Parameter(weight[-1].float())
    linear.in_features = len(alive) - 1
    return alive[:-1]


def _costs(weight: Tensor, inverse: Tensor, groups: Tensor) -> Tensor:
    """Return what the sum of squares grows by without each group, the others fitted anew."""
    if groups.shape[1] == 1:
        return weight[:-1].square().sum(-1) / inverse.diagonal()[:-1]
    costs = [(weight[one] * torch.linalg.solve(inverse[one][:, one], weight[one])).sum() for one in groups]
    return torch.stack(costs)
