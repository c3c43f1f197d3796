"""The report's pictures: what a threshold costs, and whether a score means what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import pyplot as plt

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

HEADS = ("injection", "toxicity", "refusal", "code")
"""Heads that answer yes or no, have both answers in the held-out sources, and are offered."""
_TITLES = {
    "encoder-roc.svg": "Recall by false-positive rate, on sources that training never saw",
    "encoder-reliability.svg": "Share of positives by score, on sources that training never saw",
}
_NEVER = 1e-3
"""Where a rate of nothing stands on a logarithmic axis."""


def links() -> list[str]:
    """Return the lines of Markdown that show the pictures."""
    return [f"![{title}]({name})" for name, title in _TITLES.items()]


def draw(held: dict[str, Any], rivals: dict[str, Any], folder: Path) -> None:
    """Draw the pictures.

    Args:
        held: The held-out part of what `evaluate` wrote: by head.
        rivals: What `rivals` wrote: by "head: name", then by source.
        folder: Where the files go; those that are there are replaced.
    """
    heads = [head for head in HEADS if len(held.get(head, {}).get("roc", ())) > 2]
    # Text stays text, and the same numbers give the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "pyshield", "font.size": 9}):
        for name, title in _TITLES.items():
            figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
            (_roc if name == "encoder-roc.svg" else _reliability)(axes, held, heads)
            if name == "encoder-roc.svg":
                _beside(axes, rivals)
            axes.set_title(title, fontsize=10)
            axes.grid(visible=True, linewidth=0.4, alpha=0.5)
            axes.legend(frameon=False)
            figure.savefig(folder / name, metadata={"Date": None, "Creator": None})
            plt.close(figure)


def _roc(axes: Axes, held: dict[str, Any], heads: list[str]) -> None:
    for head in heads:
        numbers = held[head]["all"]
        wrong, found = zip(*held[head]["roc"], strict=True)
        (line,) = axes.plot(
            [max(rate, _NEVER) for rate in wrong], found, label=f"{head}, AUC {numbers['auc']:.3f}"
        )
        # where the shipped threshold lies
        axes.plot(max(numbers["false_positives"], _NEVER), numbers["recall"], "o", color=line.get_color())
    axes.set(xscale="log", xlim=(_NEVER, 1), ylim=(0, 1.01))
    axes.set(xlabel="false-positive rate (o: the shipped threshold)", ylabel="recall")


def _beside(axes: Axes, rivals: dict[str, Any]) -> None:
    for title, entries in rivals.items():
        head, name = title.split(": ", 1)
        entry = entries.get("all", {})
        if head in HEADS and "recall" in entry and "false_positives" in entry:
            at = max(entry["false_positives"], _NEVER)
            axes.plot(at, entry["recall"], "x", color="black", label=f"{head}: {name}")


def _reliability(axes: Axes, held: dict[str, Any], heads: list[str]) -> None:
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle=":")
    for head in heads:
        calibration = held[head]["calibration"]
        score, share, _ = zip(*calibration["bins"], strict=True)
        axes.plot(score, share, marker="o", label=f"{head}, error {calibration['error']:.3f}")
    axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="mean score of a tenth", ylabel="share of positives")
