"""A few figures on held-out rows while a run goes on: enough to see whether it gets better."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import torch

from training import base, batches, example, metrics, packed, targets, tokens
from training.rows import Row

if TYPE_CHECKING:
    from pathlib import Path

    import tokenizers

    from training.heads import Model

ROWS = 40  # of each source
TEXTS = 150  # whose similarities are compared with the base model's
EMBEDDING = "embedding"
HEADS = ("injection", "toxicity", "refusal", "consistency")
SOURCES = (
    "spikee", "jbb_artifacts", "inspect_evals_bits", "arena_hard", "fastchat_mtbench", "toxigen_prompts",
    "vicomtech_stormfront", "wnut17_test", "re3d", "germeval14", "jbb_artifacts_answers", "faithdial_wow",
)  # fmt: skip


def prepare(work: Path, tokenizer: tokenizers.Tokenizer, max_tokens: int = 128) -> None:
    """Choose the rows; write them as numbers to `progress.npz`, embeddings to `progress_targets.npy`."""
    found: dict[str, list[example.Example]] = defaultdict(list)
    for item in example.read(work / "held_out.jsonl"):
        if item.source in SOURCES:
            found[item.source].append(item)
    rng = random.Random(11)
    rows: list[tuple[str, Row]] = []
    for source, items in sorted(found.items()):
        chosen = rng.sample(items, min(ROWS, len(items)))
        encoded = tokens.encode(tokenizer, [(item.text[:4000], item.pair) for item in chosen], max_tokens)
        rows += [(source, row) for row in map(targets.row, chosen, encoded)]
    everything = [item.text[:300] for items in found.values() for item in items]
    texts = rng.sample(everything, min(TEXTS, len(everything)))
    for index, one in enumerate(tokens.encode(tokenizer, [(text, None) for text in texts], max_tokens)):
        rows.append((EMBEDDING, Row(one.ids, one.types, {}, embedding=index)))
    packed.write(work / "progress.npz", rows)
    np.save(work / "progress_targets.npy", base.embeddings(base.load(), texts))


class Progress:
    """The same rows of sources that training never sees, each time."""

    def __init__(self, work: Path) -> None:
        found = packed.read(work / "progress.npz")
        self.texts = found.pop(EMBEDDING)
        self.rows = [row for _, items in sorted(found.items()) for row in items]
        self.wanted = np.load(work / "progress_targets.npy").astype(np.float32)

    def line(self, model: Model) -> str:
        """Return areas under ROC curves, token F1 of entities, rank correlation of similarities."""
        model.eval()
        logits = _logits(model, self.rows)
        ours = np.array([row["embedding"] for row in _logits(model, self.texts)])
        model.train()
        parts = []
        for head in HEADS:
            labels, values = [], []
            for row, found in zip(self.rows, logits, strict=True):
                wanted = row.labels.get(head)
                if wanted is None:
                    continue
                if head == "consistency":
                    labels.append(int(wanted == 0))
                    values.append(found[head][0] - found[head][1:].max())
                else:
                    first = wanted[0] if head == "toxicity" else max(wanted)
                    labels.append(int(first > 0))
                    values.append(found[head][0] if head == "toxicity" else found[head].max())
            parts.append(f"{head} {metrics.roc_auc(np.array(labels), np.array(values)):.3f}")
        pairs = np.triu_indices(len(ours), 1)
        rank = metrics.spearman((ours @ ours.T)[pairs], (self.wanted @ self.wanted.T)[pairs])
        return "  ".join([*parts, f"entities {self._entities(logits):.3f}", f"embedding {rank:.3f}"])

    def _entities(self, logits: list[dict[str, np.ndarray]]) -> float:
        right = found = wanted = 0
        for row, scores in zip(self.rows, logits, strict=True):
            if row.tags is None:
                continue
            guess = scores["entities"][: len(row.tags)].argmax(-1)
            guess[np.isin(guess, row.open_labels)] = 0
            tags = np.array(row.tags)
            right += int(((guess == tags) & (tags > 0)).sum())
            found += int((guess[1:-1] > 0).sum())
            wanted += int((tags > 0).sum())
        return 2 * right / max(found + wanted, 1)


def _logits(model: Model, rows: list[Row], batch: int = 24) -> list[dict[str, np.ndarray]]:
    order = sorted(range(len(rows)), key=lambda index: len(rows[index].ids))
    out: list[dict[str, np.ndarray]] = [{}] * len(rows)
    device = next(model.parameters()).device
    for start in range(0, len(order), batch):
        chunk = order[start : start + batch]
        inputs = [tensor.to(device) for tensor in batches.collate([rows[index] for index in chunk])]
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            logits = model(*inputs)
        for number, index in enumerate(chunk):
            out[index] = {name: value[number].float().cpu().numpy() for name, value in logits.items()}
    return out
