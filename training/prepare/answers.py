"""Refusals: answers of models to harmful and harmless requests.

The archives say whether a jailbreak succeeded, which is not the same as whether the model refused. A failed
attack counts as a refusal only when the answer also says so in one of the usual ways; otherwise its row is
left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.example import Example

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive

_SAYS_SO = re.compile(
    r"\b(?:I(?:'m| am)? (?:sorry|apologi[sz]e|unable|not able|not comfortable|not going to|won't|will not"
    r"|cannot|can ?not|can't"
    r"|must (?:decline|refuse|inform)|do not (?:feel comfortable|condone|have the ability|have access"
    r"|support)|don't (?:feel|think I should|want to help))"
    r"|(?:cannot|can't|not able to|unable to|won't) (?:fulfil|fulfill|assist|help|provide|support|condone"
    r"|comply|generate|create|write|offer|engage)"
    r"|(?:against|violates?) (?:my|our|the|openai)\b[^.]{0,30}(?:guidelines|polic|programming|principles)"
    r"|not (?:appropriate|ethical) (?:for me )?to (?:provide|help|assist)|goes against my)",
    re.IGNORECASE,
)


def says_so(answer: str) -> bool:
    """Return whether an answer's beginning (600 characters) refuses in one of the usual phrases."""
    return _SAYS_SO.search(answer[:600].replace("\u2019", "'")) is not None


def read(archive: Archive, _: random.Random) -> Iterator[Example]:
    """Yield the answers of an archive; those to one question form a group."""
    for index, (group, answer, label) in enumerate(_READERS[archive.name](archive)):
        if answer and answer.strip():
            labels = {"refusal": label, "injection": []} if label else {"refusal": label}
            source = f"{archive.name}_answers"
            yield Example(f"{source}/{index}", answer.strip(), source, str(group) or str(index), labels)


def _gptfuzz(archive: Archive) -> Iterator[tuple[str, str, int]]:
    for part in ("train", "evaluate"):
        for row in archive.csv(f"datasets__responses_labeled__{part}.csv"):
            refused = says_so(row["Response"])
            if row["label"] == "0" and refused:
                yield row["question"], row["Response"], 1
            elif row["label"] == "1" and not refused:
                yield row["question"], row["Response"], 0


def _jbb(archive: Archive) -> Iterator[tuple[str, str, int]]:
    for name in archive.matching(".json"):
        content = archive.json(name)
        for row in content.get("jailbreaks", []):
            answer, jailbroken = row.get("response"), row.get("jailbroken")
            if not isinstance(answer, str) or jailbroken is None:
                continue
            refused = says_so(answer)
            if not jailbroken and refused:
                yield row["behavior"], answer, 1
            elif jailbroken and not refused:
                yield row["behavior"], answer, 0


def _halueval(archive: Archive) -> Iterator[tuple[str, str, int]]:
    for row in archive.jsonl("data__general_data.json"):
        answer = row["chatgpt_response"]
        start = answer[:160].replace("\u2019", "'")
        if re.match(
            r"(?:I'm sorry|Sorry|I apologi[sz]e)?[^.]{0,40}(?:as an ai\b[^.]*(?:cannot|can't|do not|don't"
            r"|unable)|I (?:cannot|can't|am unable|am not able))",
            start,
            re.IGNORECASE,
        ):
            yield row["ID"], answer, 1
        elif not says_so(answer):
            yield row["ID"], answer, 0


def _hh(archive: Archive) -> Iterator[tuple[str, str, int]]:
    for index, row in enumerate(archive.jsonl("test.jsonl.gz")):
        for side in ("chosen", "rejected"):
            answer = row[side].rpartition("\n\nAssistant:")[2].strip()
            if len(answer) > 25 and not says_so(answer) and not re.search(r"\bsorry\b|\bnot\b|n't\b", answer):
                yield str(index), answer, 0
            elif re.match(
                r"(?:I'm|I am) (?:really )?sorry, (?:but )?I (?:can't|cannot|won't|don't)|I (?:can't"
                r"|cannot|won't|will not) (?:help|assist|provide|do that)",
                answer,
            ):
                yield str(index), answer, 1


_READERS = {
    "gptfuzz": _gptfuzz,
    "jbb_artifacts": _jbb,
    "halueval_general": _halueval,
    "hh_rlhf_harmless_test": _hh,
}
ARCHIVES = tuple(_READERS)
