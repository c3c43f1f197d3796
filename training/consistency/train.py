"""From prepared rows to the packed weights, their manifest and their figures."""

from __future__ import annotations

import hashlib
import json
import platform
from typing import TYPE_CHECKING, Any

import numpy as np

from training import checksums
from training.consistency import data, fit, pack, tokens, words
from training.consistency.features import NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.consistency.data import Row
    from training.consistency.fit import Weights

FOLDS = (
    ("faithdial_topical",),
    ("summedits_ectsum", "summedits_qmsumm"),
    ("summedits_podcast", "summedits_sales_call", "summedits_scitldr"),
)
"""Sources that are left out together, to see how the model fares on sources it does not know."""
ASKED = ("replies", "summaries")
"""The kinds that the model is for."""


def run(work: Path, out: Path) -> None:
    """Trains on the rows in `work`; writes `out`, and beside it the manifest with the figures."""
    parts = {name: data.rows(work / f"{name}.jsonl") for name in ("train", "validation", "held_out")}
    table = data.rarities(work / "train.jsonl")
    seen = {name: data.matrix(rows, table) for name, rows in parts.items()}
    train, features = parts["train"], seen["train"]
    print({name: len(rows) for name, rows in parts.items()}, flush=True)
    unknown = _unknown(train, features)
    weights = _fit(train, features, range(len(train)))
    slope, shift = _calibration(
        train + parts["validation"], np.append(unknown, weights.sums(seen["validation"]))
    )
    content = pack.packed(weights.scaled(slope, shift), table)
    shipped, _ = pack.unpacked(content)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    figures = {
        "sources left out while training": _figures(
            train, slope * unknown + shift, [source for fold in FOLDS for source in fold]
        ),
        "validation": _figures(parts["validation"], shipped.sums(seen["validation"])),
        "held out": _figures(parts["held_out"], shipped.sums(seen["held_out"])),
    }
    print(json.dumps(figures, indent=1), flush=True)
    manifest = {
        "weights": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "data": {
            name: hashlib.sha256((work / f"{name}.jsonl").read_bytes()).hexdigest() for name in sorted(parts)
        },
        "rows": {name: len(rows) for name, rows in parts.items()},
        "features": dict(zip(NAMES, (round(float(value), 3) for value in shipped.values), strict=True)),
        "calibration": {"slope": round(slope, 3), "shift": round(shift, 3)},
        "figures": figures,
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
    }
    out.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n")
    checksums.write(out.parent)


def _fit(rows: Sequence[Row], features: Sequence[np.ndarray], chosen: Sequence[int] | range) -> Weights:
    """Fits the rows at these positions, but those whose claim is in several parts or has no source."""
    chosen = [at for at in chosen if len(features[at]) == 1 and not np.isnan(features[at]).any()]
    picked = [rows[at] for at in chosen]
    follows = np.array([row.follows for row in picked], dtype=np.float64)
    return fit.fit(np.concatenate([features[at] for at in chosen]), follows, data.weights(picked))


def _unknown(rows: Sequence[Row], features: Sequence[np.ndarray]) -> np.ndarray:
    """The sums of rows by models that did not see their source; not a number for sources in no fold."""
    found = np.full(len(rows), np.nan)
    for fold in FOLDS:
        weights = _fit(rows, features, [at for at, row in enumerate(rows) if row.source not in fold])
        left_out = [at for at, row in enumerate(rows) if row.source in fold]
        found[left_out] = weights.sums([features[at] for at in left_out])
    return found


def _calibration(rows: Sequence[Row], sums: np.ndarray) -> tuple[float, float]:
    """What turns sums into chances on unknown sources, if both kinds and both answers are as frequent."""
    chosen = [at for at, row in enumerate(rows) if row.kind in ASKED and np.isfinite(sums[at])]
    picked = [rows[at] for at in chosen]
    follows = np.array([row.follows for row in picked], dtype=np.float64)
    found = fit.fit(sums[chosen][:, None], follows, data.weights(picked), 0.0)
    return float(found.values[0]), found.bias


def _figures(rows: Sequence[Row], sums: np.ndarray, sources: Sequence[str] | None = None) -> dict[str, Any]:
    """By source and by kind: the area, and what happens at a score of 0.5.

    Beside it plain overlap of words, at the cut that is best on these very rows.
    """
    overlaps = np.array([_overlap(row) for row in rows])
    follows = np.array([row.follows for row in rows])
    groups: dict[str, np.ndarray] = {}
    for source in sources or sorted({row.source for row in rows}):
        groups[source] = np.array([row.source == source for row in rows])
    for kind in ASKED:
        groups[f"all {kind}"] = np.array(
            [row.kind == kind and (not sources or row.source in sources) for row in rows]
        )
    found = {}
    for name, chosen in groups.items():
        true = follows[chosen]
        if not 0 < true.sum() < len(true):
            continue
        accuracy, right, wrong = fit.balanced(sums[chosen], true, 0.0)
        overlap = overlaps[chosen]
        found[name] = {
            "follows": int(true.sum()),
            "does not": int((~true).sum()),
            "area": round(fit.area(sums[chosen][~true], sums[chosen][true]), 3),
            "balanced": round(accuracy, 3),
            "passed": [round(right, 3), round(wrong, 3)],
            "overlap": {
                "area": round(fit.area(overlap[~true], overlap[true]), 3),
                "balanced at its best cut": round(
                    fit.balanced(overlap, true, fit.best_cut(overlap, true))[0], 3
                ),
            },
        }
    return found


def _overlap(row: Row) -> float:
    """The share of the claim's words that are in no list of stopwords and that the source has."""
    there = {token.word for token in tokens.tokens(row.text)}
    asked = tokens.tokens(row.claim)
    content = [token.word for token in asked if token.word not in words.STOPWORDS] or [
        token.word for token in asked
    ]
    return sum(word in there for word in content) / len(content)
