"""Thresholds of the scanners that compare embeddings, chosen as the other heads' thresholds are.

How near unrelated texts lie is a property of the model. So it is measured on requests whose topic their data
set names (clinc150), for `BanTopics`, and on prompts with their answers (HaluEval), for `Relevance`:
the thresholds are chosen on one half of the intents and pairs, and tried on the other.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import numpy as np

from training import pairs
from training.prepare.archives import Archive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.score import Scorer

CLAIM = "a question about {}"
ANYTHING = "something"
TAKEN_OFF = 0.6
"""As `BanTopics` compares: the nearness to a topic, less a part of that to anything (`topics.rs`).

By places alone, short texts lie near every topic: at 2.5 % of others flagged 43 % are found, as questions
55 %, with the nearness to anything taken off 61 %.
"""
FALSE_POSITIVES = 0.025
"""Harmless texts that may be refused: requests about something else, answers to the very prompt."""
TOPICS = {
    "banking": "banking",
    "credit_cards": "credit cards",
    "kitchen_and_dining": "food and restaurants",
    "auto_and_commute": "cars and traffic",
    "travel": "travel",
    "work": "work and salary",
}
"""The domains that can be named in words; the others are commands to an assistant."""
RELATED = {
    "banking": {"credit_cards", "work"},
    "credit_cards": {"banking"},
    "auto_and_commute": {"travel"},
    "travel": {"auto_and_commute", "banking"},
    "work": {"banking"},
}
"""Domains of which a text may rightly be taken for the topic: not counted as harmless for it."""
_TEXTS = 3000
_PAIRS = 1500


def write(work: Path, name: str, data: Path) -> None:
    """Measure the model `name` of the work folder; write `<name>.similarity.json`, which `card` reads.

    Args:
        work: Folder with the quantised model, its tokenizer and the rows that `prepare` wrote.
        name: Of the model.
        data: Folder of the archives.
    """
    from training.score import Scorer

    scorer = Scorer(work / f"{name}.int8.onnx", work / "tokenizer.json")
    found = measure(scorer, data) | {"pairs": pairs.measure(scorer, work, data)}
    text = json.dumps(found, indent=1) + "\n"
    (work / f"{name}.similarity.json").write_text(text, encoding="utf-8")
    print(text, end="")


def measure(scorer: Scorer, data: Path) -> dict[str, Any]:
    """Return the thresholds, and what they do on the halves they were not chosen on."""
    topics, relevance = _topics(scorer, data), _relevance(scorer, data)
    limits = {"BanTopics": topics.pop("threshold"), "Relevance": relevance.pop("threshold")}
    return {"thresholds": limits, "topics": topics, "relevance": relevance}


def _embedded(scorer: Scorer, texts: Sequence[str]) -> np.ndarray:
    return np.array([scores.embedding for scores in scorer.run([(text, None) for text in texts])])


def _topics(scorer: Scorer, data: Path) -> dict[str, Any]:
    archive = Archive.open(data, "clinc150")
    domains: dict[str, list[str]] = json.loads(archive.text("data__domains.json"))
    rows: list[tuple[str, str]] = json.loads(archive.text("data__data_full.json"))["test"]
    rows = random.Random(11).sample(rows, min(_TEXTS, len(rows)))
    domain = {intent: name for name, intents in domains.items() for intent in intents}
    # Whole intents fall into one half: their texts are alike.
    half = {intent: at % 2 for intents in domains.values() for at, intent in enumerate(sorted(intents))}
    texts = _embedded(scorer, [text for text, _ in rows])
    claims = _embedded(scorer, [CLAIM.format(words) for words in (*TOPICS.values(), ANYTHING)])
    near = texts @ claims.T
    near = np.clip(near[:, :-1] - TAKEN_OFF * near[:, -1:], 0, 1)
    halves: list[dict[str, list[list[float]]]] = [{"about": [], "others": []} for _ in range(2)]
    for at, topic in enumerate(TOPICS):
        for part, found in enumerate(halves):
            values = [
                (domain[intent], float(near[row, at]))
                for row, (_, intent) in enumerate(rows)
                if half[intent] == part
            ]
            found["about"].append([value for name, value in values if name == topic])
            apart = {topic, *RELATED.get(topic, ())}
            found["others"].append([value for name, value in values if name not in apart])
    limit = _above(halves[0]["others"])
    flagged = {
        kind: [float((np.array(values) > limit).mean()) for values in lists]
        for kind, lists in halves[1].items()
    }
    return {
        "threshold": limit,
        "texts": len(rows),
        "recall": float(np.mean(flagged["about"])),
        "false_positives": float(np.mean(flagged["others"])),
        "by_topic": {
            words: {"recall": about, "false_positives": others}
            for words, about, others in zip(TOPICS.values(), flagged["about"], flagged["others"], strict=True)
        },
    }


def _above(lists: list[list[float]]) -> float:
    """The lowest threshold that no more than `FALSE_POSITIVES` of each list, on the mean, lie above."""
    for limit in np.arange(0.05, 0.95, 0.005):
        if np.mean([(np.array(values) > limit).mean() for values in lists]) <= FALSE_POSITIVES:
            return round(float(limit), 3)
    return 0.95


def _relevance(scorer: Scorer, data: Path) -> dict[str, Any]:
    archive = Archive.open(data, "halueval_general")
    rows = [json.loads(line) for line in archive.lines("data__general_data.json")]
    pairs = [(row["user_query"], row["chatgpt_response"]) for row in rows if row["hallucination"] == "no"]
    pairs = random.Random(12).sample(pairs, min(_PAIRS, len(pairs)))
    prompts, answers = (_embedded(scorer, texts) for texts in zip(*pairs, strict=True))
    own = (prompts * answers).sum(-1)
    # The answer to another prompt.
    other = (prompts * np.roll(answers, 1, axis=0)).sum(-1)
    limit = round(float(np.clip(np.quantile(own[::2], FALSE_POSITIVES), 0.01, 0.99)), 3)
    return {
        "threshold": limit,
        "pairs": len(pairs),
        "recall": float((other[1::2] < limit).mean()),
        "false_positives": float((own[1::2] < limit).mean()),
    }
