"""Consistency with a source: does a claim follow from a text, contradict it, or neither?"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from training.example import Example

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive

WORDS = 150  # a source is cut to the sentences that matter for the claim, this many words in all


def read(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Yield pairs: `text` is the source, `pair` the claim."""
    for index, (name, group, source, claim, label) in enumerate(_READERS[archive.name](archive, rng)):
        if source.strip() and claim.strip():
            yield Example(
                f"{name}/{index}", source.strip(), name, group, {"consistency": label}, pair=claim.strip()
            )


def relevant(source: str, claim: str, words: int = WORDS) -> str:
    """Return the sentences of `source` that share the rarest words with `claim`, in their order.

    A sentence's score is the sum, over the distinct words it shares with the claim, of the word's inverse
    sentence frequency. Sentences are taken by score until `words` are reached. A short source is returned as
    it is.
    """
    if len(source.split()) <= words:
        return source
    sentences = [part for part in re.split(r"(?<=[.!?])\s+|\n+", source) if part.strip()]
    bags = [set(re.findall(r"\w+", sentence.lower())) for sentence in sentences]
    frequency = Counter(word for bag in bags for word in bag)
    wanted = set(re.findall(r"\w+", claim.lower()))
    scores = [sum(math.log(1 + len(bags) / frequency[word]) for word in sorted(bag & wanted)) for bag in bags]
    order = sorted(range(len(sentences)), key=lambda index: (-scores[index], index))
    taken: list[int] = []
    total = 0
    for index in order:
        size = len(sentences[index].split())
        if taken and total + size > words:
            continue
        taken.append(index)
        total += size
        if total >= words:
            break
    return " ".join(sentences[index].strip() for index in sorted(taken))


def _summedits(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
    for name in archive.matching("summedits_", ".json"):
        domain = name.removeprefix("data__summedits__summedits_").removesuffix(".json")
        for row in archive.json(name):
            # the inconsistent edits change a fact that the source states: its contrary follows
            label = "entails" if row["label"] else "contradicts"
            group = hashlib.sha256(row["doc"].encode()).hexdigest()[:16]
            claim = row["summary"]
            yield f"summedits_{domain}", f"{domain}/{group}", relevant(row["doc"], claim), claim, label


def _conjnli(archive: Archive, rng: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
    labels = {"entailment": "entails", "contradiction": "contradicts", "neutral": "neither"}
    for part in ("adversarial_train_15k", "conj_dev"):
        for row in archive.csv(f"data__NLI__{part}.tsv", "\t"):
            premise, label = row["Premise"], labels.get(row["Label"] or "")
            if label and row["Hypothesis"] and (part == "conj_dev" or rng.random() < 0.6):
                yield "conjnli", premise[:60], premise, row["Hypothesis"], label


def _faithdial(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
    for name in archive.matching(".csv"):
        for row in archive.csv(name):
            begin = (row.get("begin_label") or row.get("BEGIN") or "").lower()
            source = row.get("knowledge") or row.get("evidence") or ""
            answer = next((row[key] for key in ("response", "gpt2", "doha", "ctrl") if row.get(key)), "")
            if "hallucinat" in begin:
                label = "neither"
            elif begin == "entailment":
                label = "entails"
            else:
                continue
            domain = name.rpartition("_")[2].removesuffix(".csv").replace("topicalchat", "topical")
            yield f"faithdial_{domain}", f"{domain}/{source[:60]}", relevant(source, answer), answer, label


def _halueval(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, str, str, str]]:
    for name in archive.matching("generation__qa"):
        for index, row in enumerate(archive.jsonl(name)):
            source = row["knowledge"]
            for key, label in (("right_answer", "entails"), ("hallucinated_answer", "contradicts")):
                if len(row.get(key, "").split()) > 3:
                    yield "halueval_qa", f"{name}/{index}", relevant(source, row[key]), row[key], label


_READERS = {
    "summedits": _summedits,
    "conjnli": _conjnli,
    "faithdial_audit": _faithdial,
    "halueval_general": _halueval,
}
ARCHIVES = tuple(_READERS)
