"""What the benchmarks share: the machine, figures with their targets, tables and result files."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parents[1]
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Figure:
    """One measured number, what it should be, and what it is compared with."""

    what: str
    value: float
    unit: str
    target: str = ""
    """In words; empty if there is none."""
    met: bool | None = None
    """`None` if there is no target."""
    rival: str = ""
    rival_value: float | None = None
    ratio: float | None = None
    """How much better than the rival: above 1 is better."""
    spread: tuple[float, float] | None = None
    """The lower and the upper quartile of the rounds."""
    note: str = ""


@dataclass
class Report:
    """The figures of one benchmark and everything measured on the way."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    load_before: tuple[float, float, float] = field(default_factory=os.getloadavg)

    def add(self, figure: Figure) -> None:
        """Keeps a figure and prints it."""
        self.figures.append(figure)
        print("  " + line(figure), flush=True)

    def write(self, folder: Path) -> Path:
        """Writes `<folder>/results/<name>.json`."""
        path = folder / "results" / f"{self.name}.json"
        path.parent.mkdir(exist_ok=True)
        record = {
            "benchmark": f"{folder.name}/{self.name}",
            "machine": machine(),
            "load_average": {"before": self.load_before, "after": os.getloadavg()},
            "figures": [asdict(figure) for figure in self.figures],
            "details": self.details,
        }
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


def shown(value: float) -> str:
    """A number with three significant digits, or all of a large one."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def line(figure: Figure) -> str:
    """A figure as one line of a table."""
    mark = {True: "reached", False: "MISSED", None: ""}[figure.met]
    beside = ""
    if figure.rival_value is not None:
        beside = f"{figure.rival} {shown(figure.rival_value)} {figure.unit}"
    if figure.ratio is not None:
        beside += f", x{figure.ratio:.1f}"
    target = f"target {figure.target}: {mark}" if figure.target else ""
    note = f"({figure.note})" if figure.note else ""
    value = f"{shown(figure.value):>9} {figure.unit:<9}"
    return f"{figure.what:<58} {value} {beside:<38} {target:<26} {note}".rstrip()


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper quartile."""
    ordered = sorted(values)
    return ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def compared(
    what: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    unit: str,
    rival: str,
    at_least: float | None = None,
    note: str = "",
) -> Figure:
    """The medians of interleaved rounds, where less is better, and how many times better ours is.

    Args:
        what: What was measured.
        ours: One value per round.
        theirs: The rival's values, of the same rounds.
        unit: Of both.
        rival: Its name.
        at_least: The ratio to reach.
        note: Anything a reader must know.
    """
    # The ratio of the medians, not the median of ratios: a disturbance hits one round of one side.
    ratio = median(theirs) / median(ours)
    return Figure(
        what,
        median(ours),
        unit,
        target="" if at_least is None else f">= x{at_least:g}",
        met=None if at_least is None else ratio >= at_least,
        rival=rival,
        rival_value=median(theirs),
        ratio=ratio,
        spread=quartiles(ours),
        note=note,
    )


def at_most(what: str, value: float, unit: str, most: float, **rest: Any) -> Figure:
    """A figure that must not exceed `most`."""
    return Figure(what, value, unit, target=f"<= {most:g} {unit}", met=value <= most, **rest)


def at_least(what: str, value: float, unit: str, least: float, **rest: Any) -> Figure:
    """A figure that must reach `least`."""
    return Figure(what, value, unit, target=f">= {shown(least)} {unit}", met=value >= least, **rest)


def exactly(what: str, value: float, unit: str, wanted: float, **rest: Any) -> Figure:
    """A count that must be just so."""
    return Figure(what, value, unit, target=f"{shown(wanted)} {unit}".strip(), met=value == wanted, **rest)


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


def _processor() -> str:
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            return text.partition(":")[2].strip()
    return platform.machine()


def machine() -> dict[str, Any]:
    """What the numbers depend on; neither names nor paths of the machine."""
    from pyshield._runtime import build_info

    versions = {}
    for package in ("uvloop", "uvicorn", "pyshield-asgi", "langchain", "langgraph"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/**/results")
    info = build_info()
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "pyshield": {"version": info["version"], "profile": info["profile"]},
        "packages": versions,
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed_since": bool(changed),
        "command": _command(),
    }


def _command(given: Sequence[str] | None = None) -> str:
    """What was run, with the arguments given or its own; of paths only the last part."""
    main = sys.modules["__main__"]
    name = main.__spec__.name if main.__spec__ else Path(sys.argv[0]).stem
    arguments = [Path(argument).name if "/" in argument else argument for argument in _arguments(given)]
    return " ".join(["python", "-m", name.removesuffix(".__main__"), *arguments])


def _arguments(given: Sequence[str] | None) -> Sequence[str]:
    return sys.argv[1:] if given is None else given


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the options every benchmark has."""
    made = argparse.ArgumentParser(prog=_command(()), description=(description or "").splitlines()[0])
    made.add_argument("--no-write", action="store_true", help="print only, leave the recorded results alone")
    return made


def finish(report: Report, folder: Path, *, write: bool) -> None:
    """Writes the report unless told not to."""
    if write:
        print(f"  -> {report.write(folder).relative_to(ROOT)}")
