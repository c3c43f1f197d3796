"""Write the model as ONNX: in float for comparison, and quantised as it is shipped.

The graph is written node by node rather than traced: the embedding table is stored in four bits from the
start, the outputs are named by head, and nothing depends on an exporter's version.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training import encoder, fuse
from training.fuse import MICROSOFT
from training.heads import HEADS, POOLED, TOKENS, Model, Neighbours

if TYPE_CHECKING:
    from pathlib import Path

OPSET = 21  # Gelu and LayerNormalization as single operators, integers of four bits
IR_VERSION = 10


@dataclass
class _Graph:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: np.ndarray | torch.Tensor) -> str:
        array = value.detach().numpy() if isinstance(value, torch.Tensor) else value
        self.weights.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def add(self, kind: str, inputs: list[str], name: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(
            helper.make_node(kind, inputs, [name], name=f"{name}:{kind}", domain=domain, **attributes)
        )
        return name

    def linear(self, x: str, layer: torch.nn.Linear, name: str) -> str:
        weight = self.constant(f"{name}.weight", _seen(layer).T)
        product = self.add("MatMul", [x, weight], f"{name}.product")
        if layer.bias is None:
            return product
        return self.add("Add", [product, self.constant(f"{name}.bias", layer.bias)], name)

    def head(self, x: str, layer: torch.nn.Linear, name: str) -> str:
        """Like `linear`; the matrix is stored in half precision, and cast once when a session starts."""
        stored = self.constant(f"{name}.weight", layer.weight.T.half())
        weight = self.add("Cast", [stored], f"{name}.whole", to=TensorProto.FLOAT)
        product = self.add("MatMul", [x, weight], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", layer.bias)], name)

    def norm(self, x: str, layer: torch.nn.LayerNorm, name: str) -> str:
        parts = [self.constant(f"{name}.weight", layer.weight), self.constant(f"{name}.bias", layer.bias)]
        return self.add("LayerNormalization", [x, *parts], name, epsilon=layer.eps, axis=-1)


def write(model: Model, path: Path) -> None:
    """Write the model with float layers (its embedding table in four bits, its positions in eight)."""
    graph = _Graph()
    trunk = model.encoder
    hidden = _embedded(graph, trunk)
    mask = graph.add("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
    absent = graph.add("Sub", [graph.constant("one", np.float32([1])), mask], "absent")
    penalty = graph.add("Mul", [absent, graph.constant("penalty", np.float32([-10000]))], "penalties")
    bias = graph.add("Unsqueeze", [penalty, graph.constant("axes", np.int64([1, 2]))], "attention.bias")
    for number, layer in enumerate(trunk.layers):
        hidden = _layer(graph, layer, hidden, bias, f"layer{number}")
    outputs = _outputs(graph, model, hidden, mask, penalty)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    proto = helper.make_model(
        helper.make_graph(graph.nodes, "pyshield-encoder", inputs, outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=IR_VERSION,
        producer_name="pyshield",
    )
    onnx.save(proto, path)


def _seen(layer: torch.nn.Linear) -> torch.Tensor:
    """Return the weights that a layer computes with."""
    if isinstance(layer, encoder.FourBitLinear):
        codes, factors, scale = encoder.grouped(layer.weight.detach())
        return (codes * factors * scale).flatten(-2)
    return layer.weight


def quantise(model: Model, source: Path, path: Path) -> None:
    """Quantise the layers' matrices to eight bits per output channel; activations are quantised as they come.

    The heads stay in float: they are small, and their error would reach the scores undamped. The feed-forward
    layers' matrices are stored in four bits and become eight when a session starts: what that saves in the
    file pays for the whole vocabulary, and costs no time.
    """
    proto = onnx.load(source)
    heads = [
        node.name
        for node in proto.graph.node
        if node.op_type == "MatMul" and not node.name.startswith("layer")
    ]
    quantize_dynamic(
        source,
        path,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=heads,
        extra_options={"MatMulConstBOnly": True, "DefaultTensorType": TensorProto.FLOAT},
    )
    slim = onnx.load(path)
    del slim.graph.value_info[:]
    slim.graph.initializer.append(numpy_helper.from_array(np.float16(1), "one.step"))
    slim.graph.initializer.append(numpy_helper.from_array(np.int8(0), "no.offset"))
    for number, layer in enumerate(model.encoder.layers):
        for part in ("inner", "outer"):
            _stored_in_four_bits(slim.graph, f"layer{number}.{part}.weight", getattr(layer, part))
    fuse.attention(slim.graph, len(model.encoder.layers), model.encoder.shape.attention_heads)
    onnx.save(slim, path)


def _stored_in_four_bits(graph: onnx.GraphProto, name: str, layer: encoder.FourBitLinear) -> None:
    """Replace a matrix of eight bits by codes of four and what makes eight of them."""
    found = {weight.name: weight for weight in graph.initializer}
    for part in ("quantized", "scale"):
        graph.initializer.remove(found[f"{name}_{part}"])
    codes, factors, scale = (part.flatten(1).T for part in encoder.grouped(layer.weight.detach()))
    graph.initializer.extend(
        [
            # two's complement: the lower four bits of the integer
            _packed(f"{name}.codes", codes.numpy().astype(np.int8) & 15, TensorProto.INT4),
            numpy_helper.from_array(np.ascontiguousarray(factors.numpy().astype(np.int8)), f"{name}.factors"),
            numpy_helper.from_array(scale.flatten().numpy(), f"{name}_scale"),
        ]
    )
    graph.node.extend(whole(name))  # put in order with all others


def whole(name: str) -> list[onnx.NodeProto]:
    """Return what makes eight bits of a matrix's codes and factors.

    ONNX Runtime computes once what depends on nothing, but of the operators on eight bits only these, and
    them only with one step between the two. The products are whole and below 128: half precision holds them,
    and is half as much to keep until all matrices are made.
    """
    steps = _Graph()
    steps.add("Cast", [f"{name}.factors"], f"{name}.factors.half", to=TensorProto.FLOAT16)
    steps.add(
        "DequantizeLinear",
        [f"{name}.codes", f"{name}.factors.half"],
        f"{name}.product",
        axis=0,
        block_size=encoder.GROUP,
    )
    steps.add("Flatten", [f"{name}.product"], f"{name}.flat", axis=1)
    steps.add("QuantizeLinear", [f"{name}.flat", "one.step", "no.offset"], f"{name}_quantized")
    return steps.nodes


def _embedded(graph: _Graph, trunk: encoder.Encoder) -> str:
    words = trunk.words.weight.detach()
    blocks = words.unflatten(-1, (-1, encoder.BLOCK))
    scale, zero = encoder.four_bits(blocks)
    codes = (blocks / scale + zero).round().clamp(0, 15).flatten(-2).to(torch.uint8).numpy()
    graph.weights.append(_packed("words.codes", codes))
    graph.constant("words.scale", scale[..., 0])
    graph.weights.append(_packed("words.zero", zero[..., 0].to(torch.uint8).numpy()))
    x = graph.add(
        "GatherBlockQuantized",
        ["words.codes", "input_ids", "words.scale", "words.zero"],
        "words",
        MICROSOFT,
        gather_axis=0,
        quantize_axis=1,
        block_size=encoder.BLOCK,
    )
    table = trunk.positions.weight.detach().numpy()
    steps = np.abs(table).max(1).clip(1e-8) / 127
    graph.constant("positions.codes", np.round(table / steps[:, None]).astype(np.int8))
    graph.constant("positions.scale", steps.astype(np.float32))
    length = graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    zero_ = graph.constant("zero", np.int64([0]))
    used = [
        graph.add("Slice", [f"positions.{part}", zero_, length, zero_], f"positions.{part}.used")
        for part in ("codes", "scale")
    ]
    positions = graph.add("DequantizeLinear", used, "positions", axis=0)
    graph.constant("types.table", trunk.types.weight)
    types = graph.add("Gather", ["types.table", "token_type_ids"], "types", axis=0)
    x = graph.add("Add", [graph.add("Add", [x, types], "words+types"), positions], "embedded")
    return graph.norm(x, trunk.norm, "embedded.norm")


def _packed(name: str, codes: np.ndarray, kind: int = TensorProto.UINT4) -> onnx.TensorProto:
    """Return four-bit integers as a tensor, two to a byte, the first in the lower half."""
    flat = codes.reshape(-1)
    if len(flat) % 2:
        flat = np.append(flat, 0)
    data = (flat[::2] | (flat[1::2] << 4)).astype(np.uint8).tobytes()
    return helper.make_tensor(name, kind, codes.shape, data, raw=True)


def _layer(graph: _Graph, layer: encoder.Layer, x: str, bias: str, name: str) -> str:
    size = layer.query.out_features
    split = graph.constant(f"{name}.split", np.int64([0, 0, layer.heads, size // layer.heads]))

    def parts(which: str, order: list[int]) -> str:
        flat = graph.linear(x, getattr(layer, which), f"{name}.{which}")
        shaped = graph.add("Reshape", [flat, split], f"{name}.{which}.heads")
        return graph.add("Transpose", [shaped], f"{name}.{which}.parts", perm=order)

    query, key, value = parts("query", [0, 2, 1, 3]), parts("key", [0, 2, 3, 1]), parts("value", [0, 2, 1, 3])
    scores = graph.add("MatMul", [query, key], f"{name}.scores")
    factor = graph.constant(f"{name}.factor", np.float32([(size // layer.heads) ** -0.5]))
    scaled = graph.add("Mul", [scores, factor], f"{name}.scaled")
    weights = graph.add(
        "Softmax", [graph.add("Add", [scaled, bias], f"{name}.masked")], f"{name}.weights", axis=-1
    )
    mixed = graph.add("MatMul", [weights, value], f"{name}.mixed")
    back = graph.add("Transpose", [mixed], f"{name}.back", perm=[0, 2, 1, 3])
    whole = graph.add(
        "Reshape", [back, graph.constant(f"{name}.whole", np.int64([0, 0, size]))], f"{name}.joined"
    )
    attended = graph.linear(whole, layer.output, f"{name}.output")
    x = graph.norm(graph.add("Add", [x, attended], f"{name}.sum1"), layer.attention_norm, f"{name}.norm1")
    inner = graph.add("Gelu", [graph.linear(x, layer.inner, f"{name}.inner")], f"{name}.gelu")
    outer = graph.linear(inner, layer.outer, f"{name}.outer")
    return graph.norm(graph.add("Add", [x, outer], f"{name}.sum2"), layer.norm, f"{name}.norm2")


def _neighbours(graph: _Graph, part: Neighbours, hidden: str, column: str, name: str) -> str:
    inner = graph.head(hidden, part.inner, f"{name}.inner")
    told = graph.add("Mul", [graph.add("Gelu", [inner], f"{name}.gelu"), column], f"{name}.told")
    across = graph.add("Transpose", [told], f"{name}.across", perm=[0, 2, 1])
    weights = [
        graph.constant(f"{name}.outer.{kind}", getattr(part.outer, kind)) for kind in ("weight", "bias")
    ]
    outer = graph.add("Conv", [across, *weights], f"{name}.outer", kernel_shape=[3], pads=[1, 1])
    return graph.add("Transpose", [outer], f"{name}.back", perm=[0, 2, 1])


def _outputs(graph: _Graph, model: Model, hidden: str, mask: str, penalty: str) -> list[onnx.ValueInfoProto]:
    last = graph.constant("last", np.int64([-1]))
    scores = graph.linear(hidden, model.queries, "queries")
    masked = graph.add(
        "Add", [scores, graph.add("Unsqueeze", [penalty, last], "penalty.column")], "queries.masked"
    )
    weights = graph.add("Softmax", [masked], "queries.weights", axis=1)
    across = graph.add("Transpose", [weights], "queries.across", perm=[0, 2, 1])
    pooled = graph.add("MatMul", [across, hidden], "pooled")
    found = []
    for index, name in enumerate(POOLED):
        row = graph.add(
            "Gather", [pooled, graph.constant(f"{name}.index", np.int64(index))], f"{name}.pooled", axis=1
        )
        graph.head(row, model.outputs[name], name)
        found.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", len(HEADS[name].labels)])
        )
    column = graph.add("Unsqueeze", [mask, last], "mask.column")
    for name in TOKENS:
        alone = graph.head(hidden, model.outputs[name], f"{name}.alone")
        near = _neighbours(graph, model.neighbours[name], hidden, column, f"{name}.near")
        graph.add("Add", [alone, near], name)
        shape = ["batch", "tokens", len(HEADS[name].labels)]
        found.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    one = graph.constant("axis1", np.int64([1]))
    total = graph.add(
        "ReduceSum", [graph.add("Mul", [hidden, column], "hidden.masked"), one], "hidden.sum", keepdims=0
    )
    mean = graph.add(
        "Div", [total, graph.add("ReduceSum", [column, one], "mask.count", keepdims=0)], "hidden.mean"
    )
    graph.add("LpNormalization", [mean], "embedding", axis=-1, p=2)
    found.append(
        helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", model.encoder.shape.width])
    )
    return found
