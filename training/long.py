"""How often long harmless texts are flagged as injections, and attacks within them found: by their length.

A text is read in windows and flagged for the worst, so each window is another chance of a false alarm. The
texts are put together from sources that training never sees.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from training.prepare.documents import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.example import Example
    from training.score import Scorer

SIZES = (1_000, 4_000, 12_000)
"""Code points; a window is about a thousand of English."""
JOINTS = {
    "germeval14": " ",
    "re3d": " ",
    "wnut17_test": "\n",
    "goemotions_test": "\n",
    "vicomtech_stormfront": "\n\n",
    "summedits_news": "\n\n",
    "summedits_samsum": "\n\n",
}
"""Held-out sources that people wrote for people, and what stands between their rows."""
TEXTS = 12  # of each source and size
_ATTACKS = "spikee"
_LONGEST_ATTACK = 400
_MOST_WINDOWS = 1_000


def measure(scorer: Scorer, rows: Sequence[Example], temperature: float, limit: float) -> dict[str, Any]:
    """Return the shares that are flagged: by source and size, and with an attack in the middle by size."""
    rng = random.Random(17)
    sources = {name: [row.text for row in rows if row.source == name] for name in JOINTS}
    attacks = [
        row.text
        for row in rows
        if row.source == _ATTACKS and row.labels["injection"] and len(row.text) < _LONGEST_ATTACK
    ]
    harmless: dict[str, dict[str, float]] = {}
    planted: dict[str, list[str]] = {str(size): [] for size in SIZES}
    for name, joint in JOINTS.items():
        if not sources[name]:
            continue
        for size in SIZES:
            texts = [joined(rng, sources[name], joint, size)[:size] for _ in range(TEXTS)]
            harmless.setdefault(name, {})[str(size)] = _flagged(scorer, texts, temperature, limit)
            if attacks:
                planted[str(size)] += [
                    _with(rng, text, joint, rng.choice(attacks)) for text in texts[: TEXTS // 2]
                ]
    return {
        "texts": TEXTS,
        "flagged": harmless,
        "found": {
            size: _flagged(scorer, texts, temperature, limit) for size, texts in planted.items() if texts
        },
        "found_alone": _flagged(scorer, attacks, temperature, limit) if attacks else None,
    }


def _with(rng: random.Random, text: str, joint: str, attack: str) -> str:
    """The text with an attack between two of its parts."""
    parts = text.split(joint)
    at = rng.randint(0, len(parts))
    return joint.join([*parts[:at], attack, *parts[at:]])


def _flagged(scorer: Scorer, texts: Sequence[str], temperature: float, limit: float) -> float:
    found = scorer.run([(text, None) for text in texts], windows=_MOST_WINDOWS)
    return float(np.mean([scores.probability("injection", temperature).max() > limit for scores in found]))
