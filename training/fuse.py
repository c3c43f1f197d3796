"""One operator for a layer's attention, in a graph of eight-bit matrices.

ONNX Runtime joins a matrix product with the rounding around it by itself, but leaves attention in pieces when
its matrices are quantised: three products of the same values, six copies that change nothing but the order.
`QAttention` multiplies with the three matrices at once and computes the same numbers, to the bit.
"""

from __future__ import annotations

import numpy as np
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

MICROSOFT = "com.microsoft"
PARTS = ("query", "key", "value")


def attention(graph: GraphProto, layers: int, heads: int) -> None:
    """Replace the attention of every layer, in place, and remove what nothing reads any more.

    Args:
        graph: Of an encoder whose matrices are quantised to eight bits.
        layers: How many it has.
        heads: Attention heads of a layer.
    """
    stored = {
        weight.name: numpy_helper.to_array(weight) for weight in graph.initializer if _read_whole(weight)
    }
    made = [
        helper.make_node("Cast", ["attention_mask"], ["mask.whole"], name="mask.whole", to=TensorProto.INT32)
    ]
    hidden = "embedded.norm"
    for layer in range(layers):
        name = f"layer{layer}"
        joined = {
            f"{name}.attention.{part}": np.concatenate([stored[f"{name}.{one}.{part}"] for one in PARTS], -1)
            for part in ("weight_quantized", "weight_scale", "weight_zero_point", "bias")
        }
        graph.initializer.extend(
            numpy_helper.from_array(np.ascontiguousarray(value), key) for key, value in joined.items()
        )
        matrix, scale, offset, bias = joined
        inputs = [f"{hidden}_quantized", matrix, bias, f"{hidden}_scale", scale]
        inputs += ["mask.whole", f"{hidden}_zero_point", offset]
        output = f"{name}.joined"
        made.append(
            helper.make_node(
                "QAttention", inputs, [output], name=f"{name}.attention", domain=MICROSOFT, num_heads=heads
            )
        )
        hidden = f"{name}.norm2"
    replaced = {output for node in made for output in node.output}
    nodes = [node for node in graph.node if not replaced.intersection(node.output)] + made
    _keep(graph, _ordered(nodes, graph))


def _read_whole(weight: TensorProto) -> bool:
    return weight.name.startswith("layer") and weight.data_type in {TensorProto.FLOAT, TensorProto.INT8}


def _ordered(nodes: list[NodeProto], graph: GraphProto) -> list[NodeProto]:
    """Return the nodes that an output depends on, each behind those that it reads."""
    makers = {output: node for node in nodes for output in node.output}
    found: dict[str, NodeProto] = {}
    # a value is looked at twice: to have what its node reads first, then to take the node itself
    waiting = [(output.name, False) for output in reversed(graph.output)]
    while waiting:
        value, read = waiting.pop()
        node = makers.get(value)
        if node is None or node.name in found:
            continue
        if read:
            found[node.name] = node
        else:
            waiting.append((value, True))
            waiting.extend((before, False) for before in reversed(node.input))
    return list(found.values())


def _keep(graph: GraphProto, nodes: list[NodeProto]) -> None:
    """Leave these nodes and the weights that they read."""
    read = {value for node in nodes for value in node.input}
    weights = [weight for weight in graph.initializer if weight.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(weights)
