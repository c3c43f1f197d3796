"""From the data folder to the packed weights, their manifest and their figures."""

from __future__ import annotations

import hashlib
import json
import platform
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from training import checksums
from training.urls import build, features, fit, pack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.urls.data import Row

PENALTY, STEPS = 10.0, 60
FALSE_POSITIVES = 0.01
"""The share of harmless addresses of the validation set that may lie above a score of 0.5."""


def run(folder: Path, cited: Sequence[Path], seed: int, out: Path) -> None:
    """Trains on the archives of `folder`; writes `out`, and beside it the manifest with the figures."""
    rows = build.rows(folder, seed)
    others = build.cited(cited)
    print(f"{len(rows)} rows, {len(others)} cited", flush=True)
    trained = [row for row in rows if not row.held_out]
    held = [row for row in rows if row.held_out]
    weights = fit.fit(
        fit.matrix([row.url for row in trained]),
        np.array([row.malicious for row in trained]),
        fit.balanced(trained),
        PENALTY,
        STEPS,
    ).quantised()
    sums = weights.sums(fit.matrix([row.url for row in held]))
    of_others = weights.sums(fit.matrix([row.url for row in others]))
    second = np.array([_second_half(row) for row in others])
    links = np.array([row.source == "links" for row in held])
    link_half = np.array([_second_half(row) for row in held])
    malicious = np.array([row.malicious for row in held])
    validation = np.concatenate([sums[links & ~link_half], of_others[~second]])
    weights.cut = float(np.quantile(validation, 1 - FALSE_POSITIVES, method="higher"))
    weights.slope = _slope(validation, sums[malicious & ~link_half], weights.cut)
    content = pack.packed(weights)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    test = np.concatenate([sums[links & link_half], of_others[second]])
    figures = {
        "harmless links of the data folder": _figures(
            sums[links & link_half], sums[malicious & link_half], weights.cut
        ),
        "harmless links of another source": _figures(
            of_others[second], sums[malicious & link_half], weights.cut
        ),
        "both": _figures(test, sums[malicious & link_half], weights.cut),
        "recall by kind": _kinds(held, sums, test, weights.cut),
        "above the cut, made up": {
            source: float((sums[np.array([row.source == source for row in held])] > weights.cut).mean())
            for source in ("made", "known")
        },
    }
    print(json.dumps(figures, indent=1), flush=True)
    archives = sorted(path for path in folder.glob("*.tar.gz"))
    manifest = {
        "weights": {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in archives},
        "rows": {"train": len(trained), "held_out": len(held), "cited": len(others)},
        "seed": seed,
        "figures": figures,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    }
    out.with_suffix(".json").write_text(json.dumps(manifest, indent=1) + "\n")
    checksums.write(out.parent)


def _second_half(row: Row) -> bool:
    """Whether the row's domain is for the figures, not for the cut."""
    return bool(hashlib.blake2b(f"half {row.family}".encode(), digest_size=1).digest()[0] & 1)


def _slope(harmless: np.ndarray, malicious: np.ndarray, cut: float) -> float:
    """The slope of the score that makes both equally frequent classes likeliest, given where 0.5 lies."""

    def loss(slope: float) -> float:
        return float(
            np.logaddexp(0, slope * (harmless - cut)).mean()
            + np.logaddexp(0, -slope * (malicious - cut)).mean()
        )

    return min(np.arange(0.2, 3.01, 0.1), key=loss).item()


def _figures(harmless: np.ndarray, malicious: np.ndarray, cut: float) -> dict[str, Any]:
    return {
        "harmless": len(harmless),
        "malicious": len(malicious),
        "area": round(fit.area(harmless, malicious), 4),
        "recall at 1 %": round(fit.recall(harmless, malicious, 0.01), 4),
        "recall at 3 %": round(fit.recall(harmless, malicious, 0.03), 4),
        "above the cut": [round(float((both > cut).mean()), 4) for both in (harmless, malicious)],
    }


def _kinds(rows: Sequence[Row], sums: np.ndarray, harmless: np.ndarray, cut: float) -> dict[str, Any]:
    """The figures of malicious addresses by what shows in them."""
    kinds: dict[str, list[float]] = {}
    for row, value in zip(rows, sums, strict=True):
        if row.malicious and _second_half(row):
            address = features.parse(row.url)
            found = features.flags(address)
            kinds.setdefault(_kind(address, found), []).append(float(value))
            kinds.setdefault("host alone" if len(address.path) < 2 else "with a path", []).append(
                float(value)
            )
    return {
        kind: {
            "rows": len(values),
            "area": round(fit.area(harmless, np.array(values)), 4),
            "above the cut": round(float((np.array(values) > cut).mean()), 4),
        }
        for kind, values in sorted(kinds.items())
    }


def _kind(address: features.Address, found: set[str]) -> str:
    if address.is_number or address.user:
        return "number or user name"
    if any(name.startswith("brand") for name in found):
        return "imitated name"
    if address.suffix.count(".") and address.suffix not in {"co.uk", "com.br"}:
        return "under a host's or a second ending"
    if "consonants 0" not in found and "consonants 1" not in found:
        return "hard to pronounce"
    if any(c.isdigit() for c in address.label):
        return "with digits"
    return "words"
