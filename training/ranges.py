"""Between which values lies what goes into the products of a layer: where eight bits are to be precise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from training import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from training.heads import Model
    from training.rows import Row

# products of a layer, and the part of it that reads what goes into them
PRODUCTS = {"attention": "query", "output": "output", "inner": "inner", "outer": "outer"}
# by product and channel: the lowest and the highest value
Ranges = dict[str, tuple[torch.Tensor, torch.Tensor]]


def measure(model: Model, rows: Iterable[Row]) -> Ranges:
    """Return the lowest and highest values of channels: of `layer0.attention`, `layer0.output` and so on.

    Args:
        model: In float.
        rows: That say what texts are like; taken one by one, so that nothing stands for missing tokens.
    """
    found: Ranges = {}

    def watch(name: str) -> Callable[..., None]:
        def look(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            low, high = inputs[0].flatten(0, -2).aminmax(dim=0)
            before = found.get(name, (low, high))
            found[name] = (torch.minimum(before[0], low), torch.maximum(before[1], high))

        return look

    hooks = [
        getattr(layer, part).register_forward_pre_hook(watch(f"layer{number}.{name}"))
        for number, layer in enumerate(model.encoder.layers)
        for name, part in PRODUCTS.items()
    ]
    with torch.inference_mode():
        for row in rows:
            model(*batches.collate([row]))
    for hook in hooks:
        hook.remove()
    return found
