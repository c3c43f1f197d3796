"""How well embeddings order pairs whose relation a data set names, beside the base model's.

Two requests of one intent are nearer than two of one domain, and these nearer than two of different ones
(clinc150, banking77; validation rows). A text is nearer to the text that its data set sets beside it than to
another row's (held-out sources of knowledge with replies and of documents with summaries). The measure is
Spearman's rank correlation of the cosines with that relation, as for human judgements of similarity (Cer et
al. 2017, arXiv:1708.00055), of which the data folder has none.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from training import base, example, metrics
from training.prepare.archives import Archive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from training.score import Scorer

    Embed = Callable[[Sequence[str]], np.ndarray]

TEXTS = 900  # of which pairs are made
PAIRS = 3000  # of each relation at most
ROWS = 300  # of a source whose rows are pairs
LEAST = 30
LENGTH = 1000  # characters
APART = 7  # rows between a text and the other row's text that it is compared with


def measure(scorer: Scorer, work: Path, data: Path) -> dict[str, dict[str, Any]]:
    """Return for each source the pairs, both rank correlations, and what is kept of the base model's.

    Args:
        scorer: The model.
        work: Folder with the rows that `prepare` wrote.
        data: Folder of the archives.
    """
    model = base.load()

    def ours(texts: Sequence[str]) -> np.ndarray:
        return np.array([scores.embedding for scores in scorer.run([(text, None) for text in texts])])

    def theirs(texts: Sequence[str]) -> np.ndarray:
        return base.embeddings(model, texts).astype(np.float32)

    found = {}
    rng = random.Random(3)
    requests = [row for row in example.read(work / "validation.jsonl") if row.pair is None]
    for source, known in (("clinc150", _clinc(data)), ("banking77", _banking(data))):
        texts = sorted({row.text for row in requests if row.source == source and row.text in known})
        chosen = rng.sample(texts, min(TEXTS, len(texts)))
        found[source] = _graded(chosen, [known[text] for text in chosen], ours, theirs, rng)
    rows = [row for row in example.read(work / "held_out.jsonl") if row.pair is not None]
    for source in sorted({row.source for row in rows}):
        of_source = [(row.text[:LENGTH], str(row.pair)[:LENGTH]) for row in rows if row.source == source]
        if len(of_source) >= LEAST:
            found[source] = _own(rng.sample(of_source, min(ROWS, len(of_source))), ours, theirs)
    return found


def _clinc(data: Path) -> dict[str, tuple[str, ...]]:
    """Return the domain and the intent of each request."""
    archive = Archive.open(data, "clinc150")
    domains = archive.json("data__domains.json")
    domain = {intent: name for name, intents in domains.items() for intent in intents}
    parts = archive.json("data__data_full.json").values()
    return {text: (domain[intent], intent) for rows in parts for text, intent in rows if intent in domain}


def _banking(data: Path) -> dict[str, tuple[str, ...]]:
    archive = Archive.open(data, "banking77")
    rows = (row for name in archive.matching("banking_data", ".csv") for row in archive.csv(name))
    return {row["text"].strip(): (row["category"],) for row in rows}


def _graded(
    texts: list[str], relations: list[tuple[str, ...]], ours: Embed, theirs: Embed, rng: random.Random
) -> dict[str, Any]:
    by_grade = defaultdict(list)
    for left, right in zip(*np.triu_indices(len(texts), 1), strict=True):
        grade = sum(a == b for a, b in zip(relations[left], relations[right], strict=True))
        by_grade[grade].append((left, right))
    most = min(PAIRS, *map(len, by_grade.values()))
    pairs = [(*pair, grade) for grade in sorted(by_grade) for pair in rng.sample(by_grade[grade], most)]
    left, right, grades = np.array(pairs).T
    return _compared([(vectors[left], vectors[right]) for vectors in (ours(texts), theirs(texts))], grades)


def _own(rows: list[tuple[str, str]], ours: Embed, theirs: Embed) -> dict[str, Any]:
    sides = []
    for embed in (ours, theirs):
        first, second = (embed(texts) for texts in zip(*rows, strict=True))
        sides.append((np.tile(first, (2, 1)), np.concatenate([second, np.roll(second, APART, axis=0)])))
    return _compared(sides, np.repeat([1.0, 0.0], len(rows)))


def _compared(sides: list[tuple[np.ndarray, np.ndarray]], relation: np.ndarray) -> dict[str, Any]:
    own, base_model = (metrics.spearman((first * second).sum(-1), relation) for first, second in sides)
    return {"pairs": len(relation), "ours": own, "base": base_model, "kept": own / base_model}
