"""Small models for tests: a real WordPiece tokenizer and a graph that adds up a weight for each word.

What such a model says of a text can be worked out by hand, which is what the tests do.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORDS = ["ignore", "all", "previous", "instructions", "hello", "world", "paris", "alice", "bob", "poison"]
MORE = ["acme", "def", "fn", "angry", "sad"]
VOCABULARY = [*SPECIAL, *WORDS, *MORE, *LETTERS, *(f"##{c}" for c in LETTERS), *".,!?'-:;()"]
WIDTH = len(VOCABULARY)
DESCRIBED = {
    "architectures": ["BertForSequenceClassification"],
    "id2label": {"0": "SAFE", "1": "INJECTION"},
    "max_position_embeddings": 32,
    "model_type": "bert",
}


def tokenizer(vocabulary: list[str] = VOCABULARY) -> dict:
    """A `tokenizer.json` as BERT's, lower-casing."""

    def special(name, kind=0):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def sequence(name, kind=0):
        return {"Sequence": {"id": name, "type_id": kind}}

    single = [special("[CLS]"), sequence("A"), special("[SEP]")]
    ids = {
        name: {"id": name, "ids": [vocabulary.index(name)], "tokens": [name]} for name in ("[CLS]", "[SEP]")
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": single,
            "pair": [*single, sequence("B", 1), special("[SEP]", 1)],
            "special_tokens": ids,
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {token: index for index, token in enumerate(vocabulary)},
        },
    }


def weights(labels: int, words: dict[str, list[float]], width: int = WIDTH) -> np.ndarray:
    """A row for each token, zero but for those of `words`."""
    table = np.zeros((width, labels), dtype=np.float32)
    for word, row in words.items():
        table[VOCABULARY.index(word)] = row
    return table


class Graph:
    """Builds a graph with heads that read `input_ids`, `attention_mask` and `token_type_ids`."""

    def __init__(self) -> None:
        self.nodes, self.initializers, self.outputs = [], [], []
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        self.constant("last", np.array([-1], dtype=np.int64))
        self.constant("tokens", np.array([1], dtype=np.int64))
        self.node("Unsqueeze", ["mask", "last"], "mask3")

    def node(self, kind, inputs, output, **attributes):
        """Appends a node."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name, value):
        """Adds a constant."""
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))

    def gathered(self, name, table):
        """Each token's row of a table, zero where there is padding."""
        self.constant(f"{name}_table", table)
        self.node("Gather", [f"{name}_table", "input_ids"], f"{name}_rows")
        return self.node("Mul", [f"{name}_rows", "mask3"], f"{name}_masked")

    def sequence(self, name, table, bias):
        """Logits: a bias, and the weights of all tokens."""
        masked = self.gathered(name, table)
        self.node("ReduceSum", [masked, "tokens"], f"{name}_sum", keepdims=0)
        self.constant(f"{name}_bias", np.asarray(bias, dtype=np.float32))
        self.output(self.node("Add", [f"{name}_sum", f"{name}_bias"], name), ["batch", table.shape[1]])

    def pair(self, name, table, bias):
        """Logits: a bias, and the weights of the second text's tokens."""
        masked = self.gathered(name, table)
        self.node("Cast", ["token_type_ids"], f"{name}_types", to=TensorProto.FLOAT)
        self.node("Unsqueeze", [f"{name}_types", "last"], f"{name}_second")
        self.node("Mul", [masked, f"{name}_second"], f"{name}_of_second")
        self.node("ReduceSum", [f"{name}_of_second", "tokens"], f"{name}_sum", keepdims=0)
        self.constant(f"{name}_bias", np.asarray(bias, dtype=np.float32))
        self.output(self.node("Add", [f"{name}_sum", f"{name}_bias"], name), ["batch", table.shape[1]])

    def token(self, name, table):
        """Logits of each token."""
        self.constant(f"{name}_table", table)
        self.node("Gather", [f"{name}_table", "input_ids"], name)
        self.output(name, ["batch", "tokens", table.shape[1]])

    def embedding(self, name, table):
        """The sum of the tokens' vectors."""
        masked = self.gathered(name, table)
        self.output(self.node("ReduceSum", [masked, "tokens"], name, keepdims=0), ["batch", table.shape[1]])

    def output(self, name, shape):
        """Declares an output."""
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def save(self, path: Path) -> None:
        """Writes the file."""
        names = ("input_ids", "attention_mask", "token_type_ids")
        shape = ["batch", "tokens"]
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in names]
        graph = helper.make_graph(self.nodes, "small", inputs, self.outputs, self.initializers)
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def classifier(directory: Path, *, width: int = WIDTH, **config: object) -> Path:
    """A transformers directory: SAFE or INJECTION, by the words `ignore` and `previous`.

    With `width` less than the vocabulary, the words beyond it make the run fail.
    """
    directory.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    table = weights(2, {"ignore": [0, 3], "previous": [0, 3], "hello": [1, 0]})
    graph.sequence("logits", table[:width], [2.0, 0.0])
    graph.save(directory / "model.onnx")
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer()))
    (directory / "config.json").write_text(json.dumps(DESCRIBED | config))
    return directory


def endless(directory: Path, word: str | None = None) -> Path:
    """As `classifier`, but a text with `word`, or any text, has the graph go round for ever."""
    directory.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    masked = graph.gathered("plain", weights(2, {"ignore": [0, 3], "previous": [0, 3], "hello": [1, 0]}))
    graph.node("ReduceSum", [masked, "tokens"], "plain_sum", keepdims=0)
    graph.constant("bias", np.array([2.0, 0.0], dtype=np.float32))
    graph.node("Add", ["plain_sum", "bias"], "plain")
    graph.constant("word", np.array(0 if word is None else VOCABULARY.index(word), dtype=np.int64))
    graph.node("Equal", ["input_ids", "word"], "is_word")
    graph.node("Cast", ["is_word"], "is_one", to=TensorProto.INT64)
    graph.node("ReduceMax", ["is_one"], "found", keepdims=0)
    graph.constant("ever", np.array(1 << 60, dtype=np.int64))
    graph.node("Mul", ["found", "ever"], "some")
    graph.constant("go_on", np.array(True))
    value = helper.make_tensor_value_info
    round_ = helper.make_graph(
        [helper.make_node("Identity", [name], [f"{name}_out"]) for name in ("condition", "carried")],
        "round",
        [
            value("turn", TensorProto.INT64, []),
            value("condition", TensorProto.BOOL, []),
            value("carried", TensorProto.FLOAT, None),
        ],
        [value("condition_out", TensorProto.BOOL, []), value("carried_out", TensorProto.FLOAT, None)],
    )
    graph.node("Loop", ["ever" if word is None else "some", "go_on", "plain"], "logits", body=round_)
    graph.output("logits", ["batch", 2])
    graph.save(directory / "model.onnx")
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer()))
    (directory / "config.json").write_text(json.dumps(DESCRIBED))
    return directory


def injection(text: str) -> float:
    """What `classifier` says of one window."""
    words = text.lower().replace(".", " ").split()
    risky = 3.0 * (words.count("ignore") + words.count("previous"))
    safe = 2.0 + words.count("hello")
    return float(1 / (1 + np.exp(safe - risky)))


def sigmoid(logit: float) -> float:
    """The probability of a logit."""
    return float(1 / (1 + np.exp(-logit)))


def softmax(*logits: float) -> list[float]:
    """The shares of logits."""
    powers = np.exp(np.array(logits) - max(logits))
    return [float(power) for power in powers / powers.sum()]


def encoder(directory: Path, name: str = "small-encoder", *, leave_out: tuple[str, ...] = ()) -> Path:
    """A directory in pyshield's own format, with a head of each kind; all but those of `leave_out`."""
    directory.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    attack = {"ignore": [4.0, 0.0, 0.0], "previous": [0.0, 4.0, 0.0]}
    graph.sequence("injection", weights(3, attack), [-2.0, -2.0, -2.0])
    graph.sequence("toxicity", weights(2, {"poison": [6.0, 0.0]}), [-3.0, -3.0])
    graph.sequence("refusal", weights(1, {"world": [6.0]}), [-3.0])
    graph.sequence(
        "gibberish", weights(4, {"hello": [0.0, 5.0, 0, 0], "sad": [3, 2.5, 2, 0]}), [1.0, 0, 0, 0]
    )
    graph.sequence("bias", weights(1, {"bob": [6.0]}), [-3.0])
    graph.sequence("code", weights(1, {"def": [6.0], "fn": [6.0]}), [-3.0])
    graph.sequence("code_language", weights(3, {"def": [6, 0, 0], "fn": [0, 0, 6]}), [0, 0, 0])
    graph.sequence("emotions", weights(3, {"angry": [6, 0, 0], "sad": [0, 4, 0]}), [-3, -3, 0])
    labels = [
        "O",
        *(f"{prefix}-{kind}" for kind in ("PERSON", "LOCATION", "ORGANIZATION") for prefix in "BI"),
    ]
    of = {"alice": 1, "bob": 2, "paris": 3, "acme": 5}
    names = weights(7, {word: [9.0 * (at == label) for at in range(7)] for word, label in of.items()})
    names[:, 0] += 5
    graph.token("entities", names)
    graph.pair("consistency", weights(3, {"world": [5.0, 0.0, 0.0], "bob": [0.0, 5.0, 0.0]}), [0.0, 0.0, 2.0])
    graph.embedding("embedding", np.eye(WIDTH, 16, dtype=np.float32))
    graph.save(directory / "model.onnx")
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer()))

    def head(output, labels, kind="sequence", activation="sigmoid"):
        described = {"output": output, "kind": kind, "activation": activation, "labels": labels}
        return described | {"temperature": 1.0, "pooling": "max"}

    heads = {
        "injection": head("injection", ["direct", "indirect", "jailbreak"]),
        "toxicity": head("toxicity", ["toxic", "threat"]),
        "refusal": head("refusal", ["refusal"]),
        "gibberish": head("gibberish", ["clean", "noise", "mild", "word_salad"], activation="softmax"),
        "bias": head("bias", ["subjective"]),
        "code": head("code", ["code"]),
        "code_language": head("code_language", ["Python", "Go", "Rust"], activation="softmax"),
        "emotions": head("emotions", ["anger", "sadness", "neutral"]),
        "entities": head("entities", labels, "token", "softmax"),
        "consistency": head("consistency", ["entails", "contradicts", "neither"], "pair", "softmax"),
    }
    config = {
        "name": name,
        "version": "1",
        "format": 1,
        "max_tokens": 32,
        "window": {"tokens": 32, "overlap": 8},
        "embedding": {"output": "embedding", "dimensions": 16},
        "heads": {head: described for head, described in heads.items() if head not in leave_out},
        "thresholds": {},
    }
    if "embedding" in leave_out:
        del config["embedding"]
    (directory / "config.json").write_text(json.dumps(config))
    return directory


def ordinary(
    directory: Path, kind: str, labels: list[str], add: Callable[[Graph], None], **config: Any
) -> Path:
    """A transformers directory whose graph is what `add` makes of it."""
    directory.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    add(graph)
    graph.save(directory / "model.onnx")
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer()))
    described: dict[str, Any] = {"architectures": [kind], "max_position_embeddings": 32, "model_type": "bert"}
    if labels:
        described["id2label"] = {str(index): label for index, label in enumerate(labels)}
    (directory / "config.json").write_text(json.dumps(described | config))
    return directory


def embedder(directory: Path) -> Path:
    """A model that gives a vector for each token: the words are orthogonal, the first token is the same."""

    def add(graph: Graph) -> None:
        graph.token(
            "last_hidden_state", weights(3, {"hello": [0, 1, 0], "world": [0, 0, 1], "[CLS]": [1, 0, 0]})
        )

    return ordinary(directory, "BertModel", [], add)


def counting(directory: Path, words: Sequence[str]) -> Path:
    """A model that gives a vector for each text: how often it has each of the words."""
    table = np.zeros((len(VOCABULARY), 16), dtype=np.float32)
    for at, word in enumerate(words):
        table[VOCABULARY.index(word), at] = 1.0
    table[VOCABULARY.index("[CLS]"), 15] = 0.5
    return ordinary(directory, "BertModel", [], lambda graph: graph.embedding("sentence_embedding", table))
