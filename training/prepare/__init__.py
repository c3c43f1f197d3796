"""`prepare`: read the archives, remove near duplicates, split by source and group, write a manifest."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from training import example
from training.prepare import (
    answers,
    attacks,
    composed,
    disguised,
    documents,
    entities,
    grounding,
    hate,
    other,
    renamed,
    requests,
    splits,
)
from training.prepare.archives import Archive

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES = (attacks, requests, answers, hate, entities, grounding, other, composed)
MAX_CHARACTERS = 6000
HARMLESS = ("bias", "code", "entities", "refusal", "toxicity")
"""Generated subjects whose texts hold no attack on a model: most harmless texts that are not English."""


def run(data: Path, generated: list[Path], work: Path) -> None:
    """Write `train.jsonl`, `validation.jsonl`, `held_out.jsonl` and `manifest.json` under `work`.

    Args:
        data: Folder of archives.
        generated: Files of the `generate` stage.
        work: Where to write.
    """
    from training.prepare import duplicates  # numpy is installed for training only

    names = sorted({name for family in FAMILIES for name in family.ARCHIVES})
    rows: list[example.Example] = []
    hashes: dict[str, str] = {}
    for name in names:
        archive = Archive.open(data, name)
        hashes[archive.name] = archive.sha256
        for family in FAMILIES:
            if name in family.ARCHIVES:
                rows.extend(family.read(archive, random.Random(f"{family.__name__}/{name}")))
    for path in generated:
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.extend(_observed(row) for row in example.read(path))
    for row in rows:
        if "entities" not in row.labels and len(row.text) > MAX_CHARACTERS:
            row.text = row.text[:MAX_CHARACTERS]
        example.check(row)
    rows = composed.apart(rows)
    # held-out sources first: of two near duplicates the earlier stays, so training loses what it shares with
    # them
    rows.sort(key=lambda row: row.source not in splits.HELD_OUT)
    kept, dropped = duplicates.remove(rows)
    made = [
        *documents.compose(kept, random.Random("documents")),
        *disguised.compose(kept, random.Random("disguised")),
        *renamed.compose(kept, random.Random("renamed")),
    ]
    kept += made
    hate.observe(kept, random.Random("ordinary"))
    parts: dict[str, list[example.Example]] = defaultdict(list)
    for row in kept:
        parts[splits.split_of(row)].append(row)
    manifest: dict[str, Any] = {
        "inputs": hashes,
        "near_duplicates_dropped": dict(sorted(dropped.items())),
        "rows": {part: len(found) for part, found in parts.items()},
        "rows_by_source": {
            part: dict(sorted(Counter(row.source for row in found).items())) for part, found in parts.items()
        },
        "rows_by_head": {
            part: dict(sorted(Counter(head for row in found for head in row.labels).items()))
            for part, found in parts.items()
        },
    }
    for part, found in parts.items():
        example.write(work / f"{part}.jsonl", found)
        manifest.setdefault("outputs", {})[part] = hashlib.sha256(
            (work / f"{part}.jsonl").read_bytes()
        ).hexdigest()
    (work / "manifest.json").write_text(
        json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def _observed(row: example.Example) -> example.Example:
    """Return a generated row with what is known of it beyond its own subject."""
    if row.source.split("/")[1] in HARMLESS:
        row.labels.setdefault("injection", [])
    return row
