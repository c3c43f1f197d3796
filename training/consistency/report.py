"""The figures in `docs/models/consistency.md`, between its marks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def table(figures: dict[str, Any]) -> str:
    """One part's figures as a table."""
    head = (
        "| source | follows | does not | AUC | balanced at 0.5 | passed | AUC of overlap | its balanced |\n"
        "|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {name} | {row['follows']} | {row['does not']} | {row['area']:.3f} | {row['balanced']:.3f}"
        f" | {row['passed'][0]:.2f}, {row['passed'][1]:.2f} | {row['overlap']['area']:.3f}"
        f" | {row['overlap']['balanced at its best cut']:.3f} |\n"
        for name, row in figures.items()
    )


def run(weights: Path, report: Path) -> None:
    """Puts the tables of the manifest into the page; leaves what is around them as it is."""
    figures = json.loads(weights.with_suffix(".json").read_text())["figures"]
    text = "\n".join(f"**{name.capitalize()}**\n\n{table(part)}" for name, part in figures.items())
    page = report.read_text(encoding="utf-8") if report.exists() else f"# Consistency\n\n{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    report.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
