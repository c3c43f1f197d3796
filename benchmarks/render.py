"""Draws the recorded results: python -m benchmarks.render.

Reads `benchmarks/*/results/*.json`; writes pictures, `benchmarks/results/*.svg` with bars on a logarithmic
scale, and all figures as tables, `benchmarks/results/figures.md`.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
TARGET = HERE / "results"

COLOURS = ("#2563eb", "#b45309", "#6b7280")
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 280, 150, 15, 12, 64


@dataclass
class Row:
    """A label and one bar per series: a value, and the words behind the bar."""

    label: str
    bars: list[tuple[float, str]]


def _text(x: float, y: float, words: str, **style: str) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:g}" y="{y:g}"{attributes}>{escape(words)}</text>'


def chart(title: str, below: str, series: list[str], rows: list[Row], scale: str) -> str:
    """A chart of horizontal bars.

    Args:
        title: Above it.
        below: The smaller line under the title.
        series: The names of the bars of a row, in order.
        rows: What to draw.
        scale: What the axis counts.
    """
    values = [value for row in rows for value, _ in row.bars if value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values) * 1.001))
    span = max(1, high - low)

    def place(value: float) -> float:
        share = (math.log10(value) - low) / span if value > 0 else 0.0
        return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, share)

    drawn: list[str] = []
    y = float(TOP + (24 if len(series) > 1 else 0))
    begin = y
    for row in rows:
        middle = y + len(row.bars) * BAR / 2 + 4
        drawn.append(_text(LEFT - 10, middle, row.label, text_anchor="end"))
        for (value, words), colour in zip(row.bars, COLOURS, strict=False):
            end = place(value)
            drawn.append(
                f'<rect x="{LEFT}" y="{y:g}" width="{max(1, end - LEFT):.1f}" height="{BAR - 3}" '
                f'fill="{colour}"/>'
            )
            drawn.append(_text(end + 6, y + BAR - 5, words, font_size="11"))
            y += BAR
        y += GAP
    lines = []
    for power in range(low, high + 1):
        x = place(10.0**power)
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{begin - 4:g}" y2="{y:g}" stroke="#e5e7eb"/>')
        label = f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
        lines.append(_text(x, y + 14, label, text_anchor="middle", font_size="11", fill="#6b7280"))
    key = []
    if len(series) > 1:
        x = float(LEFT)
        for name, colour in zip(series, COLOURS, strict=False):
            key.append(f'<rect x="{x:g}" y="{TOP - 8}" width="12" height="12" fill="{colour}"/>')
            key.append(_text(x + 17, TOP + 2, name))
            x += 34 + 7.2 * len(name)
    height = y + 40
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
    font = 'font-family="system-ui, sans-serif" font-size="13"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font} role="img">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height:g}" fill="white"/>',
            _text(20, 26, title, font_size="16", font_weight="600"),
            _text(20, 45, below, font_size="12", fill="#6b7280"),
            *lines,
            *drawn,
            *key,
            _text(
                (WIDTH + LEFT - RIGHT) / 2,
                y + 31,
                scale,
                text_anchor="middle",
                font_size="11",
                fill="#6b7280",
            ),
            "</svg>",
            "",
        ]
    )


def _load(path: str) -> dict[str, Any] | None:
    file = HERE / path
    if not file.exists():
        print(f"  no {path} yet")
        return None
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def _where(record: dict[str, Any]) -> str:
    machine = record["machine"]
    return f"{machine['cores']} cores, {machine['processor']}, {machine['python']}, {machine['date'][:10]}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def scanners() -> str | None:
    """Each scanner beside llm-guard's."""
    record = _load("scanners/results/versus.json")
    if record is None:
        return None
    rows = [
        Row(
            figure["what"],
            [
                (figure["value"], f"{_short(figure['value'])} µs, {figure['ratio']:.0f} times faster"),
                (figure["rival_value"], f"{_short(figure['rival_value'])} µs"),
            ],
        )
        for figure in record["figures"]
        if figure["ratio"]
    ]
    title = "One scan of a text of 1,180 characters"
    return chart(title, _where(record), ["pyshield", "llm-guard 0.3.16"], rows, "microseconds")


def bridge() -> str | None:
    """The ways to await a scan that does nothing."""
    record = _load("bridge/results/actor.json")
    if record is None:
        return None
    times = {key: median(values) for key, values in record["details"]["actor_us_per_call"].items()}
    ways = ["pyshield", "future_into_py", "to_thread"]
    rows = []
    for loop in ("asyncio", "uvloop"):
        for shape, words in (("gather", "gather of 100"), ("in turn", "one after another")):
            bars = [times[f"{loop} / {way} / {shape}"] for way in ways]
            rows.append(Row(f"{words}, {loop}", [(bar, f"{_short(bar)} µs") for bar in bars]))
    return chart("Awaiting a scan on another thread", _where(record), ways, rows, "microseconds per call")


def delay() -> str | None:
    """How late the event loop is."""
    record = _load("bridge/results/delay.json")
    if record is None:
        return None
    ways = {"pyshield": "pyshield, 64 texts", "to_thread": "Python in threads, 8 texts", "idle": "idle"}
    rows = []
    for loop in ("asyncio", "uvloop"):
        seen = record["details"][f"loop_delay_ms_{loop}"]
        for what in ("p50", "p99", "max"):
            bars = [median(run[what] for run in seen[way]) for way in ways]
            rows.append(Row(f"{what}, {loop}", [(bar, f"{_short(bar)} ms") for bar in bars]))
    title = "Delay of the event loop while texts of 1 MB are scanned"
    return chart(title, _where(record), list(ways.values()), rows, "milliseconds")


def overload() -> str | None:
    """Answers at three times the capacity."""
    record = _load("serving/results/overload.json")
    if record is None:
        return None
    told = record["details"]["overload"]
    rows = []
    for status, words in (
        ("503", "refused (503)"),
        ("200", "scanned (200)"),
        ("422", "scanned, blocked (422)"),
    ):
        for what in ("p50", "p99", "max"):
            bars = [
                told[side]["milliseconds"].get(status, {}).get(what, 0.0) for side in ("server", "client")
            ]
            rows.append(Row(f"{words}, {what}", [(bar, f"{_short(bar)} ms") for bar in bars]))
    seconds = told["client"]["seconds"]
    title = f"Three times the capacity for {seconds:.0f} seconds"
    if told["client"]["answered"] == told["client"]["sent"]:
        title += f": {told['client']['answered']:,} requests, all answered"
    return chart(title, _where(record), ["seen by the server", "seen by the client"], rows, "milliseconds")


def tables() -> str:
    """Every figure of every recorded benchmark, with its target."""
    parts = ["# Figures", "", "Written by `python -m benchmarks.render` from the recorded results."]
    for file in sorted(HERE.glob("*/results/*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        if "figures" not in record:
            continue
        machine, load = record["machine"], record["load_average"]
        loads = f"load average {load['before'][0]:.1f} before and {load['after'][0]:.1f} after"
        parts += [
            "",
            f"## {record['benchmark']}",
            "",
            f"{_where(record)}, commit {machine['commit']}, {loads}. `{machine['command']}`",
            "",
            "| what | measured | beside | ratio | target | |",
            "|---|---:|---|---:|---|---|",
        ]
        for figure in record["figures"]:
            beside = ""
            if figure["rival_value"] is not None:
                beside = f"{figure['rival']} {_short(figure['rival_value'])} {figure['unit']}"
            ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.1f}"
            met = {True: "reached", False: "**missed**", None: ""}[figure["met"]]
            target = re.sub(r"\bx(?=\d|\b)", "\u00d7", figure["target"].replace("<=", "≤").replace(">=", "≥"))
            measured = f"{_short(figure['value'])} {figure['unit']}".strip()
            note = f" ({figure['note']})" if figure["note"] else ""
            parts.append(
                f"| {figure['what'].strip()}{note} | {measured} | {beside} | {ratio} | {target} | {met} |"
            )
    return "\n".join(parts) + "\n"


def main() -> None:
    """Draws what has been recorded."""
    TARGET.mkdir(exist_ok=True)
    for draw in (scanners, bridge, delay, overload):
        picture = draw()
        if picture is not None:
            path = TARGET / f"{draw.__name__}.svg"
            path.write_text(picture, encoding="utf-8")
            print(f"  -> {path.relative_to(HERE.parent)}")
    (TARGET / "figures.md").write_text(tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
