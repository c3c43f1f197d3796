"""From labelled texts to fitted weights."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from training.language import data, fit, romanise
from training.language.words import CJK, GROUPS, LATIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROWS = {"Latin": 55_000, "Cyrillic": 12_000, "Arabic": 5_000, "Devanagari": 3_000, "CJK": 9_000}
"""N-grams that are kept, by script: what 1.2 MB hold."""
EPOCHS, RATE = 3, 0.6
_FEWEST = 200
"""Documents that a language needs in a script to be one of its languages."""
_PRIOR = {"und": -1.0, "sr": -0.5}
"""What text in Latin letters is less likely to be, as a logarithm."""

Text = tuple[str, str]


def romanised(rows: Sequence[data.Row], rng: random.Random, rate: float) -> list[Text]:
    """Text of other scripts in Latin letters, Serbian as Serbian; and letters at random."""
    texts = []
    for row in rows:
        if row.kind == "sentences" and row.language == "sr" and rng.random() < 0.6:
            texts.append(("sr", romanise.serbian_latin(row.text)))
        elif row.kind == "sentences" and row.language in romanise.WAYS and rng.random() < rate:
            texts.append(("und", romanise.WAYS[row.language](row.text)))
    texts += [("und", romanise.noise(rng)) for _ in range(int(rate * len(rows) / 60))]
    return texts


def national_characters() -> list[Text]:
    """Characters that only the Chinese or only the Japanese standards have, each as a text.

    A thousand sentences hold a fraction of the characters in use; the national character sets tell of all.
    """
    texts = []
    for code in range(0x4E00, 0xA000):
        char = chr(code)
        japanese = _encodes(char, "shift_jis")
        chinese = _encodes(char, "gb2312") or _encodes(char, "big5")
        if japanese != chinese:
            texts += [("ja" if japanese else "zh", char)] * 2
    return texts


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def development(rows: Sequence[data.Row], seed: int) -> dict[str, list[Text]]:
    """Texts of held-out rows, by length."""
    rng = random.Random(seed)
    kept = [row for row in rows if row.held_out]
    sentences = [(row.language, row.text) for row in kept if row.kind == "sentences"]
    paragraphs = [
        (language, " ".join(rng.sample(texts, min(4, len(texts)))))
        for language, texts in fit.by_language(sentences).items()
        for _ in range(40)
    ]
    return {
        "word": [(row.language, row.text) for row in kept if row.kind == "single-words"],
        "pair": [(row.language, row.text) for row in kept if row.kind == "word-pairs"],
        "three words": [(language, data.crop(rng, text, 3, language)) for language, text in sentences],
        "sentence": sentences,
        "paragraph": paragraphs,
    }


def train(rows: Sequence[data.Row], seed: int, say: Callable[[str], None]) -> list[fit.Weights]:
    """Weights of every group, from the rows that are not held out; scale and power from those that are."""
    rng = random.Random(seed)
    kept = [row for row in rows if not row.held_out]
    texts = [(row.language, row.text) for row in kept]
    texts += [(row.language, data.plain(row.text)) for row in kept if rng.random() < 0.05]
    crops = [
        (row.language, data.crop(rng, row.text, count, row.language))
        for row in kept
        if row.kind == "sentences"
        for count in (3, rng.choice((1, 2, 4, 6)))
    ]
    held = [row for row in rows if row.held_out]
    lengths = development(rows, seed + 1)
    checks = [text for name, found in lengths.items() if name != "word" for text in found]
    extras = {
        LATIN: (romanised(kept, rng, 0.15), romanised(held, rng, 0.15)),
        CJK: (national_characters(), []),
    }
    result = []
    for group, name in enumerate(GROUPS):
        more, more_checks = extras.get(group, ([], []))
        began = time.monotonic()
        result.append(_group(group, texts + more, crops, checks + more_checks, seed, say))
        say(f"{name}: {time.monotonic() - began:.0f} s")
    return result


def _group(
    group: int,
    texts: list[Text],
    crops: list[Text],
    checks: list[Text],
    seed: int,
    say: Callable[[str], None],
) -> fit.Weights:
    documents, languages = fit.grouped(texts, group)
    known = sorted(language for language, count in Counter(languages).items() if count >= _FEWEST)

    def labelled(documents: list[list[str]], languages: list[str]) -> tuple[list[list[str]], np.ndarray]:
        chosen = [at for at, language in enumerate(languages) if language in known]
        return [documents[at] for at in chosen], np.array([known.index(languages[at]) for at in chosen])

    documents, labels = labelled(documents, languages)
    weights = fit.by_counts(documents, labels, group, known, ROWS[GROUPS[group]])
    say(f"{GROUPS[group]}: {len(known)} languages, {weights.values.astype(bool).sum()} weights")
    check, check_labels = labelled(*fit.grouped(checks, group))
    check_features, check_letters = fit.features(check, weights), fit.letters_of(check)
    loss = fit.calibrate(weights, check_features, check_letters, check_labels)
    say(f"  by counts: log loss {loss:.4f}")
    cropped, crop_labels = labelled(*fit.grouped(crops, group))
    documents, labels = documents + cropped, np.concatenate([labels, crop_labels])
    fit.by_gradient(
        weights, fit.features(documents, weights), fit.letters_of(documents), labels,
        epochs=EPOCHS, rate=RATE, seed=seed,
    )  # fmt: skip
    weights.bias[:] = [_PRIOR.get(language, 0.0) if group == LATIN else 0.0 for language in known]
    loss = fit.calibrate(weights, check_features, check_letters, check_labels)
    say(f"  by gradient: log loss {loss:.4f}, scale {weights.scale:.3f}, power {weights.power:.1f}")
    return weights
