"""Benign requests: what people ask assistants, role play and long instructions included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.example import Example

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive


def read(archive: Archive, _: random.Random) -> Iterator[Example]:
    """Yield the requests of an archive; those of one intent or task form a group."""
    for index, (group, text) in enumerate(_READERS[archive.name](archive)):
        if text.strip():
            labels = {"injection": [], "quoted": 0, "refusal": 0}
            yield Example(
                f"{archive.name}/{index}",
                text.strip(),
                archive.name,
                str(group).strip() or str(index),
                labels,
            )


def _clinc(archive: Archive) -> Iterator[tuple[str, str]]:
    for part, rows in archive.json("data__data_full.json").items():
        if part != "oos_test":
            yield from ((intent, text) for text, intent in rows)


def _banking(archive: Archive) -> Iterator[tuple[str, str]]:
    for part in ("train", "test"):
        yield from ((row["category"], row["text"]) for row in archive.csv(f"banking_data__{part}.csv"))


def _awesome(archive: Archive) -> Iterator[tuple[str, str]]:
    yield from ((row["act"], row["prompt"]) for row in archive.csv("prompts.csv"))


def _self_instruct(archive: Archive) -> Iterator[tuple[str, str]]:
    for name in ("data__seed_tasks.jsonl", "human_eval__user_oriented_instructions.jsonl"):
        for row in archive.jsonl(name):
            yield row["id"], row["instruction"]
            given = row["instances"][0]["input"]
            if given:
                yield row["id"], f"{row['instruction']}\n\n{given}"


def _arena(archive: Archive) -> Iterator[tuple[str, str]]:
    for name in archive.matching("question.jsonl"):
        yield from ((row["uid"], row["prompt"]) for row in archive.jsonl(name))


def _fastchat(archive: Archive) -> Iterator[tuple[str, str]]:
    for name in archive.matching("question.jsonl"):
        for row in archive.jsonl(name):
            yield from ((f"{name}/{row['question_id']}", turn) for turn in row["turns"])


def _gsm8k(archive: Archive) -> Iterator[tuple[str, str]]:
    rows = archive.jsonl("grade_school_math__data__train.jsonl")
    yield from ((str(index), row["question"]) for index, row in enumerate(rows))


def _halueval(archive: Archive) -> Iterator[tuple[str, str]]:
    yield from ((row["ID"], row["user_query"]) for row in archive.jsonl("data__general_data.json"))


_READERS = {
    "clinc150": _clinc,
    "banking77": _banking,
    "awesome_chatgpt_prompts": _awesome,
    "self_instruct": _self_instruct,
    "arena_hard": _arena,
    "fastchat_mtbench": _fastchat,
    "gsm8k": _gsm8k,
    "halueval_general": _halueval,
}
ARCHIVES = tuple(_READERS)
