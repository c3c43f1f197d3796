"""The rows of training and of evaluation."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from training.urls import data, features, names, paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.urls.data import Row

MADE, KNOWN = 90_000, 6_000
REPORTED = 90_000
"""Rows of each source at most."""


def rows(folder: Path, seed: int) -> list[Row]:
    """All rows of the data folder and all that are made, with paths."""
    rng = random.Random(seed)
    namer = names.Namer(rng, data.vocabulary(folder), data.companies(folder))
    reported = data.reported(folder)
    # A fixed random sample; the families are as they were.
    reported = rng.sample(reported, min(REPORTED, len(reported)))
    endings = [features.parse(row.url).suffix for row in reported]
    made = names.rows(namer, endings, MADE) + names.own_sites(namer, KNOWN)
    finished = [_with_path(namer, row) for row in reported + made]
    finished += [
        replace(row, url=f"https://{paths.disguised(namer, row.url)}")
        for row in rng.sample(reported, len(reported) // 50)
    ]
    return finished + data.links(folder)


def _with_path(namer: names.Namer, row: Row) -> Row:
    kind = namer.rng.random()
    if kind < 0.45:
        path = namer.pick(("", "/"))
    elif row.malicious and kind < 0.75:
        path = paths.malicious(namer)
    else:
        path = paths.ordinary(namer)
    return replace(row, url=f"{namer.pick(('https', 'https', 'http'))}://{row.url}{path}")


def cited(files: Sequence[Path]) -> list[Row]:
    """Links listed in files, a line each: harmless addresses of a source that nothing was trained on."""
    found = (
        data.harmless(line.strip(), "cited")
        for file in files
        for line in file.read_text(errors="replace").splitlines()
    )
    return data.capped([row for row in found if row], 5)
