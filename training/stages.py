"""The stages of the command line, in the order in which they run; all files lie under one work folder."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from training import (
    base,
    calibrate,
    checkpoint,
    evaluate,
    example,
    export,
    long,
    ranges,
    score,
    ship,
    similarity,
    tokens,
    train,
)
from training.rows import Row

if TYPE_CHECKING:
    from pathlib import Path

RANGE_ROWS = 20  # of a validation source: what the scales of activations are measured on
SENTENCES = 52_000  # whose embedding is kept
VOCABULARY = 30_522  # all of BERT's, but for the pieces that stand for nothing


def texts(work: Path) -> list[str]:
    """Return the texts of the training rows, without those that only a near duplicate's group keeps apart."""
    rows = example.read(work / "train.jsonl")
    return sorted({text[:1200] for row in rows for text in (row.text, row.pair) if text})


def prune(work: Path) -> None:
    """Choose the vocabulary from the training rows."""
    checkpoint.prune(work, VOCABULARY, texts(work))


def embed(work: Path) -> None:
    """Compute the base model's embeddings of a sample of the training texts."""
    rng = random.Random(5)
    found = [text[:500] for text in texts(work) if len(text) >= 20]
    chosen = rng.sample(found, min(SENTENCES, len(found)))
    np.save(work / "embed_targets.npy", base.embeddings(base.load(), chosen))
    (work / "embed_texts.json").write_text(json.dumps(chosen, ensure_ascii=False), encoding="utf-8")


def encode(work: Path) -> None:
    """Turn the training rows into numbers."""
    print(f"{work / 'train.npz'}: {train.encode(work)} rows")


def graft(work: Path, name: str, old: Path) -> None:
    """Carry a checkpoint over to this folder's vocabulary."""
    checkpoint.graft(work, name, old)


def mix(work: Path, name: str, first: str, second: str, share: float) -> None:
    """Write the weighted mean of two checkpoints."""
    checkpoint.mix(work, name, first, second, share)


def unpack(work: Path, name: str, folder: Path) -> None:
    """Write a checkpoint, and what it needs, from the shipped file."""
    from training import unpack as shipped

    shipped.unpack(work, name, folder)


def narrow(work: Path, name: str, start: str, inner: int, attention_heads: int) -> None:
    """Write a checkpoint with fewer attention heads and neurons."""
    checkpoint.narrowed(work, name, start, inner, attention_heads)


def quantise(work: Path, name: str) -> None:
    """Write a checkpoint as ONNX, in float and quantised."""
    model = checkpoint.load(work, name)
    export.write(model, work / f"{name}.onnx")
    rows = evaluate.sampled(example.read(work / "validation.jsonl"), RANGE_ROWS)
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    texts = [(row.text[:4000], row.pair) for row in rows]
    encoded = tokens.encode(tokenizer, texts, model.encoder.shape.positions)
    found = ranges.measure(model, (Row(each.ids, each.types, {}) for each in encoded))
    export.quantise(model, work / f"{name}.int8.onnx", found)


def measure(work: Path, name: str, version: str, rows: int) -> None:
    """Calibrate on the validation rows, evaluate on all rows; write configuration and results."""
    scorer = score.Scorer(work / f"{name}.int8.onnx", work / "tokenizer.json")
    read = {part: list(example.read(work / f"{part}.jsonl")) for part in ("validation", "held_out")}
    found = {part: evaluate.scored(scorer, evaluate.sampled(items, rows)) for part, items in read.items()}
    scale = calibrate.temperatures(found["validation"])
    limits = calibrate.thresholds(found["validation"], scale)
    results = {part: evaluate.report(scored, scale, limits) for part, scored in found.items()}
    results["embedding"] = evaluate.embedding(found["held_out"])
    results["long"] = long.measure(scorer, read["held_out"], scale["injection"], limits["injection"])
    write_json(work / f"{name}.config.json", calibrate.config(scale, limits, version))
    write_json(work / f"{name}.results.json", results)


def compare(work: Path, rows: int) -> None:
    """Score the rivals on the held-out rows that `measure` takes."""
    from training import rivals

    found = evaluate.sampled(example.read(work / "held_out.jsonl"), rows)
    write_json(work / "rivals.json", rivals.report(found))


def compare_precision(work: Path, name: str, rows: int) -> None:
    """Score the held-out rows in float and in int8, and time both."""
    from training import precision

    write_json(work / f"{name}.precision.json", precision.measure(work, name, rows))


def compare_embeddings(work: Path, name: str, data: Path) -> None:
    """Choose the thresholds of scanners that compare embeddings."""
    similarity.write(work, name, data)


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def deliver(work: Path, name: str, folder: Path, report: Path) -> None:
    """Write the shipped folder and the report."""
    ship.write(work, name, folder, report)
