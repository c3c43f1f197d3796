"""What eight bits cost and bring: the quantised file beside the same weights in float, on the same rows."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training import calibrate, evaluate, example, metrics
from training.score import Scorer

if TYPE_CHECKING:
    from pathlib import Path

HEADS = ("injection", "quoted", "toxicity", "refusal", "bias")
TOKENS = (16, 32, 64, 128)
THREADS = (1, 2)
TURNS = 3
RUNS = 20  # of each


def measure(work: Path, name: str, rows: int) -> dict[str, Any]:
    """Score the held-out rows with both files.

    Args:
        work: Folder with both files, the tokenizer, the configuration and the rows.
        name: Of the checkpoint.
        rows: Of one source at most.

    Returns:
        For each head the rows, the AUC in float and in eight bits, the mean difference of the scores and the
        share of rows that come to lie on the other side of the threshold; `cosine`, the mean of the
        embeddings'; `latency`, milliseconds by tokens and threads.
    """
    config = json.loads((work / f"{name}.config.json").read_text(encoding="utf-8"))
    held = evaluate.sampled(example.read(work / "held_out.jsonl"), rows)
    files = [work / f"{name}.onnx", work / f"{name}.int8.onnx"]
    whole, small = (evaluate.scored(Scorer(path, work / "tokenizer.json"), held) for path in files)
    result: dict[str, Any] = {"heads": {}}
    for head in HEADS:
        if head not in config["heads"]:
            continue
        labels = [calibrate.truth(head, row) for row, _ in whole]
        chosen = [index for index, label in enumerate(labels) if label is not None]
        truth = np.array([labels[index] for index in chosen])
        if len(set(truth)) < 2:
            continue
        heat = config["heads"][head]["temperature"]
        both = [
            np.array([calibrate.score(head, part[index][1], heat) for index in chosen])
            for part in (whole, small)
        ]
        entry = {
            "rows": len(chosen),
            "float": metrics.roc_auc(truth, both[0]),
            "int8": metrics.roc_auc(truth, both[1]),
            "difference": float(np.abs(both[0] - both[1]).mean()),
        }
        scanners = calibrate.SCANNERS[head]
        if scanners:
            flags = [scores > config["thresholds"][scanners[0]] for scores in both]
            entry["other_side"] = float((flags[0] != flags[1]).mean())
        result["heads"][head] = entry
    pairs = zip(whole, small, strict=True)
    result["cosine"] = float(np.mean([first[1].embedding @ second[1].embedding for first, second in pairs]))
    result["latency"] = latency(work, name)
    return result


def latency(work: Path, name: str) -> dict[str, dict[str, dict[str, float]]]:
    """Return the median milliseconds of one text: by tokens, by threads, in `float` and `int8`.

    The two take turns, so that what else the machine does slows both; one is open at a time, since the
    threads of an idle session go on spinning for a while.
    """
    files = {"float": work / f"{name}.onnx", "int8": work / f"{name}.int8.onnx"}
    took: dict[tuple[int, int, str], list[float]] = defaultdict(list)
    for _ in range(TURNS):
        for threads in THREADS:
            for kind, path in files.items():
                session = Scorer(path, work / "tokenizer.json", threads).session
                for tokens in TOKENS:
                    ids = np.random.default_rng(1).integers(1000, 20_000, (1, tokens))
                    feeds = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
                    session.run(None, feeds)
                    for _ in range(RUNS):
                        began = time.perf_counter()
                        session.run(None, feeds)
                        took[tokens, threads, kind].append(time.perf_counter() - began)
    return {
        str(tokens): {
            str(threads): {
                kind: round(float(np.median(took[tokens, threads, kind])) * 1000, 2) for kind in files
            }
            for threads in THREADS
        }
        for tokens in TOKENS
    }
