"""How varied the generated rows are, and how far single words tell attacks from look-alikes.

`python -m training.generate.injection.variety --count 20000` prints the figures.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

from training.generate.injection import generate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from training.example import Example

TRIGGERS = (
    "ignore", "disregard", "forget", "override", "bypass", "previous", "earlier", "above",
    "instructions", "rules", "prompt", "system", "developer", "mode", "act", "pretend", "you", "now",
    "reveal", "show", "print", "repeat", "secret", "password", "jailbreak", "unrestricted",
    "restrictions", "limits", "filters", "admin", "must", "assistant", "ai", "model", "user", "send",
    "forward", "delete", "output", "never", "always", "character", "role", "respond", "answer", "new",
    "task", "start", "stop", "policy", "safety", "refuse", "free", "hack", "dan", "roleplay", "play",
    "imagine", "hypothetical", "decode", "base64", "tell", "say", "instead", "only",
)  # fmt: skip
"""Words that filters look for."""

_WORD = re.compile(r"\w+")
_NEAR = 0.7


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return _WORD.findall(text.lower())


def distinct(texts: Iterable[str], size: int) -> float:
    """Share of different word n-grams among all of them (distinct-n)."""
    grams: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        found = words(text)
        grams.update(zip(*(found[i:] for i in range(size)), strict=False))
    return len(grams) / max(1, grams.total())


def near_duplicates(texts: Sequence[str]) -> float:
    """Share of texts whose word trigrams overlap with an earlier text's by a Jaccard index of 0.7 or more.

    Candidates share one of the three smallest trigram hashes, so a few pairs are missed.
    """
    seen: dict[tuple[str, ...], list[frozenset[tuple[str, ...]]]] = {}
    near = 0
    for text in texts:
        found = words(text)
        width = min(3, len(found))
        grams = frozenset(tuple(found[i : i + width]) for i in range(len(found) - width + 1))
        keys = sorted(grams, key=hash_of)[:3]
        rivals = (rival for key in keys for rival in seen.get(key, ()))
        near += any(len(grams & rival) >= _NEAR * len(grams | rival) for rival in rivals)
        for key in keys:
            seen.setdefault(key, []).append(grams)
    return near / max(1, len(texts))


def hash_of(gram: tuple[str, ...]) -> int:
    """A hash that is the same in every process."""
    value = 0
    for char in " ".join(gram):
        value = (value * 1_000_003 ^ ord(char)) & 0xFFFF_FFFF
    return value * 0x9E3779B1 & 0xFFFF_FFFF


def trigger_accuracy(rows: Sequence[Example], seed: int = 1) -> float:
    """Balanced accuracy on held-out families of a logistic regression that sees only which triggers occur."""
    groups = sorted({row.group for row in rows})
    random.Random(seed).shuffle(groups)
    held = set(groups[: len(groups) // 4])
    place = {word: i for i, word in enumerate(TRIGGERS)}
    data = []
    for row in rows:
        found = [place[word] for word in set(words(row.text)) if word in place]
        data.append((found, bool(row.labels["injection"]), row.group in held))
    train = [(found, label) for found, label, test in data if not test]
    weights = [0.0] * (len(TRIGGERS) + 1)
    share = sum(label for _, label in train) / len(train)
    for epoch in range(8):
        rate = 0.1 / (1 + epoch)
        for found, label in train:
            score = weights[-1] + sum(weights[i] for i in found)
            error = (label - 1 / (1 + math.exp(-score))) * (1 - share if label else share)
            weights[-1] += rate * error
            for i in found:
                weights[i] += rate * error
    right: dict[bool, list[bool]] = {True: [], False: []}
    for found, label, test in data:
        if test:
            right[label].append((weights[-1] + sum(weights[i] for i in found) > 0) == label)
    return sum(sum(hits) / len(hits) for hits in right.values()) / 2


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = list(generate(random.Random(options.seed), options.count))
    kinds = Counter(row.source.split("/")[2] for row in rows)
    labels = Counter(
        "+".join(row.labels["injection"]) or ("quoted" * row.labels["quoted"] or "benign") for row in rows
    )
    print("rows", len(rows), "families", len({row.group for row in rows}))
    print("labels", dict(labels), "kinds", dict(kinds))
    print("languages", dict(Counter(row.language for row in rows)))
    print("obfuscated", sum("obfuscation" in row.meta for row in rows))
    lengths = sorted(len(words(row.text)) for row in rows)
    print("words per row", {share: lengths[int(share * len(lengths))] for share in (0.1, 0.5, 0.9, 0.99)})
    for name in ("attack", "look-alike"):
        texts = [row.text for row in rows if bool(row.labels["injection"]) == (name == "attack")]
        figures = [round(distinct(texts, size), 3) for size in (1, 2, 3, 4)]
        print(name, "distinct-1..4", figures, "near duplicates", round(near_duplicates(texts), 3))
    english = [row for row in rows if row.language == "en"]
    typed = [row for row in english if row.source.endswith(("/direct", "/jailbreak", "/quoted", "/benign"))]
    planted = [row for row in english if "carrier" in row.meta]
    quoted = [row for row in typed if row.labels["injection"] or row.labels["quoted"]]
    for name, chosen in (
        ("all", english),
        ("typed", typed),
        ("attack or quoted", quoted),
        ("documents", planted),
    ):
        figures = [trigger_accuracy(chosen, seed) for seed in range(3)]
        print("balanced accuracy of triggers alone,", name, round(sum(figures) / len(figures), 3))


if __name__ == "__main__":
    main()
