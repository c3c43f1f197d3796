"""All model-free scanners over many short prompts: on all cores, and on one.

Two processes, one of them bound to one core, each doing one round in turn. A round is one awaited
`scan_prompts` (or `scan_outputs`) over the whole list, with the results as Python objects. In between, as a
control, both processes count for a moment, first one alone and then both at once, each on a core of its own:
what the machine gives two cores over one at that time, whatever else it does.

    python -m benchmarks.scanners.bulk CORES      # the process itself: a line per round, when told
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from statistics import median
from time import perf_counter, process_time, thread_time
from typing import Any, Self

from benchmarks.measure import ROOT, Figure, Report, at_least, quartiles
from benchmarks.scanners.cases import BANNED, ENGLISH, PATTERNS

PROMPTS = 20_000
CHARACTERS = 200
CONTROL_SECONDS = 0.15


def prompts() -> list[str]:
    """Different texts of 200 characters; some with something to find, some not in English."""
    rng = random.Random(7)
    words = ENGLISH.split()
    rare = [
        "ransomware",
        "password: hunter2",
        "kim@example.org",
        "\u200b",
        "größer",
        "会議",
        "☕",
        "terrible",
        "!!!",
    ]
    made = []
    for _ in range(PROMPTS):
        text = ""
        while len(text) < CHARACTERS:
            text += rng.choice(rare if rng.random() < 0.02 else words) + " "
        made.append(text[:CHARACTERS])
    return made


def shield() -> Any:
    """Every model-free scanner of both sides that needs no network."""
    from pyshield import Shield, input_scanners, output_scanners

    wanted: dict[str, dict[str, Any]] = {
        "BanSubstrings": {"substrings": BANNED, "redact": True},
        "Regex": {"patterns": PATTERNS},
        "InvisibleText": {},
        "TokenLimit": {},
        "Sentiment": {},
        "JSON": {},
        "NoRefusalLight": {},
        "ReadingTime": {"max_time": 5.0},
    }
    sides: list[list[Any]] = []
    for package in (input_scanners, output_scanners):
        names = [name for name in wanted if name in package.__all__]
        sides.append([getattr(package, name)(**wanted[name]) for name in names])
    return Shield(*sides)


async def serve() -> None:
    """Does a round for every line of standard input that names a side."""
    from pyshield._runtime import build_info

    texts = prompts()
    pairs = [("What do the minutes say?", text) for text in texts]
    made = shield()
    await made.scan_prompts(texts)
    await made.scan_outputs(pairs)
    scanners = {side: [type(s).__name__ for s in getattr(made, side)] for side in ("prompt", "output")}
    print(json.dumps({"cores": build_info()["cores"], "scanners": scanners}), flush=True)
    for line in sys.stdin:
        if line.startswith("count"):
            print(json.dumps({"counted": counted(int(line.split()[1]))}), flush=True)
            continue
        start, all_before, loop_before = perf_counter(), process_time(), thread_time()
        results = await (made.scan_prompts(texts) if line.strip() == "prompt" else made.scan_outputs(pairs))
        spent, of_all, of_loop = (
            perf_counter() - start,
            process_time() - all_before,
            thread_time() - loop_before,
        )
        answer = {
            "rate": len(results) / spent,
            "refused": sum(not result.is_valid for result in results),
            "cpu_us": of_all / len(results) * 1e6,
            "cpu_us_of_the_loop": of_loop / len(results) * 1e6,
        }
        del results
        print(json.dumps(answer), flush=True)


def counted(core: int) -> int:
    """How far a loop counts on a core in a moment."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    end, count = perf_counter() + CONTROL_SECONDS, 0
    while perf_counter() < end:
        for _ in range(1_000):
            count += 1
    os.sched_setaffinity(0, before)
    return count


class Worker:
    """A process that scans on the given cores."""

    def __init__(self, cores: set[int]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.scanners.bulk", ",".join(map(str, sorted(cores)))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.about = self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def tell(self, command: str) -> None:
        """Starts a round."""
        assert self._process.stdin
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def round(self, command: str) -> dict[str, Any]:
        """Does a round."""
        self.tell(command)
        return self._answer()

    def beside(self, other: Worker, cores: list[int]) -> float:
        """How much further both count, each on a core of its own, than one alone."""
        alone = max(self.round(f"count {core}")["counted"] for core in cores[:2])
        self.tell(f"count {cores[0]}")
        other.tell(f"count {cores[-1]}")
        both = self._answer()["counted"] + other._answer()["counted"]
        return float(both / alone)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)


def run(report: Report, rounds: int) -> None:
    """Adds the figures to the report."""
    allowed = os.sched_getaffinity(0)
    with Worker(allowed) as every, Worker({max(allowed)}) as one:
        report.details["scanners"] = every.about["scanners"]
        for side, words in (("prompt", "input"), ("output", "output")):
            rates: dict[str, list[float]] = {"every": [], "one": []}
            answers: list[dict[str, Any]] = []
            control: list[float] = []
            for turn in range(rounds):
                control.append(every.beside(one, sorted(allowed)))
                pair = [("every", every), ("one", one)]
                for name, worker in pair if turn % 2 else reversed(pair):
                    answer = worker.round(side)
                    rates[name].append(answer["rate"])
                    if name == "every":
                        answers.append(answer)
            report.details[f"{side}_rates"] = rates
            report.details[f"{side}_control"] = control
            report.details[f"{side}_rounds_on_all_cores"] = answers
            both, single = median(rates["every"]), median(rates["one"])
            scanners, cores = len(every.about["scanners"][side]), every.about["cores"]
            report.add(
                at_least(
                    f"{scanners} {words} scanners, {CHARACTERS}-character texts, {cores} cores",
                    both,
                    "texts/s",
                    50_000,
                    rival="one core",
                    rival_value=single,
                    ratio=both / single,
                    spread=quartiles(rates["every"]),
                )
            )
            busy, alone = (median(answer[f"cpu_us{of}"] for answer in answers) for of in ("", "_of_the_loop"))
            possible = busy / (alone + (busy - alone) / cores)
            note = (
                f"two counting processes against one, at that time: {median(control):.2f}; {busy:.1f} us of "
                f"work per text, {alone:.1f} of them on the event loop's thread: at most {possible:.2f}"
            )
            ratio = both / single
            report.add(
                Figure("  against one core", ratio, "x", target=">= 1.7 x", met=ratio >= 1.7, note=note)
            )


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(core) for core in sys.argv[1].split(",")})
    asyncio.run(serve())
