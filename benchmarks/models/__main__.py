"""The model engine beside what others make of the same files: python -m benchmarks.models [parts].

Needs `python -m benchmarks.models.export` once, in an environment with torch. What is measured of ours is the
whole scan of a shield, from the text to the result: tokens, line, run, verdict, and the way back to the event
loop. `session.run`, the first rival, is given tokens.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import onnxruntime

from benchmarks.bridge.loop_delay import during
from benchmarks.functions import __main__ as calls
from benchmarks.measure import ROOT, Figure, Report, at_least, at_most, finish, parser, quartiles
from benchmarks.models import faults, rivals
from benchmarks.models.export import FOLDER
from benchmarks.models.texts import fed, texts

HERE = Path(__file__).parent
LENGTHS = (16, 32, 128)
ROUNDS = 7
IN_FLIGHT = 64
CORES = len(os.sched_getaffinity(0))


def session(threads: int, *, spinning: bool = False) -> onnxruntime.InferenceSession:
    """The rival: `spinning` is its default, and best for one text; without it is best for many."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    return onnxruntime.InferenceSession(FOLDER / "model.onnx", options, providers=["CPUExecutionProvider"])


def scanners(count: int) -> list[Any]:
    """The first of ten scanners that read the encoder."""
    from pyshield import input_scanners as i
    from pyshield.model import Model

    model = Model(str(FOLDER))
    ten = [
        i.Toxicity(model=model),
        i.PromptInjection(model=model),
        i.Gibberish(model=model),
        i.BanCode(model=model),
        i.Code(["Python"], model=model),
        i.Code(["Rust"], model=model),
        i.EmotionDetection(model=model),
        i.EmotionDetection(model=model, blocked_emotions=["joy"]),
        i.BanCompetitors(["Acme"], model=model),
        i.Toxicity(model=model, threshold=0.9),
    ]
    return ten[:count]


async def one_after_another(shield: Any, given: list[str]) -> list[float]:
    """Microseconds of each scan."""
    spent = []
    for text in given:
        began = time.perf_counter()
        await shield.scan_prompt(text)
        spent.append((time.perf_counter() - began) * 1e6)
    return spent


async def one(report: Report) -> None:
    """One request at a time. The rival has one thread, or all cores as is its default."""
    from pyshield import Shield

    shield = Shield(prompt=scanners(1))
    raw = {"one thread": session(1), "all cores": session(CORES, spinning=True)}
    for tokens in LENGTHS:
        ours: list[float] = []
        theirs: dict[str, list[float]] = {name: [] for name in raw}
        for round_ in range(ROUNDS + 1):
            given = texts(tokens, 60, round_)
            batches = [fed([text]) for text in given]
            mine = median(await one_after_another(shield, given))
            spent = {name: median(_runs(each, batches)) for name, each in raw.items()}
            if round_:
                ours.append(mine)
                for name, value in spent.items():
                    theirs[name].append(value)
        report.details[f"one, {tokens} tokens"] = {"ours": ours, "theirs": theirs}
        for name, values in theirs.items():
            ratio = median(ours) / median(values)
            report.add(
                Figure(
                    f"one scan, {tokens} tokens, against session.run of the tokens, {name}",
                    median(ours),
                    "us",
                    target="<= 1.10 times",
                    met=ratio <= 1.10,
                    rival="session.run",
                    rival_value=median(values),
                    ratio=1 / ratio,
                    spread=quartiles(ours),
                    note=f"{ratio:.2f} times",
                )
            )


def _runs(raw: onnxruntime.InferenceSession, batches: list[dict[str, Any]]) -> list[float]:
    """Microseconds of each run."""
    spent = []
    for batch in batches:
        began = time.perf_counter()
        raw.run(None, batch)
        spent.append((time.perf_counter() - began) * 1e6)
    return spent


def raw_throughput(batches: list[dict[str, Any]], sessions: int, threads: int) -> float:
    """Texts per second of raw sessions, each in a thread."""
    each = _sessions(sessions, threads)
    parts = [batches[at::sessions] for at in range(sessions)]

    def work(at: int) -> int:
        return sum(len(each[at].run(None, batch)[0]) for batch in parts[at])

    with ThreadPoolExecutor(sessions) as pool:
        list(pool.map(lambda at: each[at].run(None, batches[0]), range(sessions)))
        began = time.perf_counter()
        done = sum(pool.map(work, range(sessions)))
        return done / (time.perf_counter() - began)


@cache
def _sessions(count: int, threads: int) -> list[onnxruntime.InferenceSession]:
    return [session(threads) for _ in range(count)]


async def flood(shield: Any, given: list[str]) -> float:
    """Texts per second with `IN_FLIGHT` requests open at all times."""
    waiting = iter(given)

    async def client() -> None:
        for text in waiting:
            await shield.scan_prompt(text)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(IN_FLIGHT)))
    return len(given) / (time.perf_counter() - began)


async def throughput(report: Report) -> None:
    """Many requests at once, against the best that raw sessions can do."""
    from pyshield import Shield

    shield = Shield(prompt=scanners(1))
    ways = [(CORES, 1), (1, CORES)]
    for tokens in LENGTHS:
        count = 512 if tokens < 128 else 192
        table: dict[str, list[float]] = {}
        ours = []
        for round_ in range(4):
            given = texts(tokens, count, 100 + round_)
            ours.append(await flood(shield, given))
            for size in (1, 4, 8, 16, 32):
                batches = [fed(given[at : at + size]) for at in range(0, count, size)]
                for sessions, threads in ways:
                    name = f"{sessions} sessions x {threads} threads, batches of {size}"
                    table.setdefault(name, []).append(raw_throughput(batches, sessions, threads))
        ours = ours[1:]
        medians = {name: median(values[1:]) for name, values in table.items()}
        best = max(medians, key=lambda name: medians[name])
        report.details[f"throughput, {tokens} tokens"] = {"ours": ours, "raw": table}
        report.add(
            at_least(
                f"{IN_FLIGHT} in flight, {tokens} tokens",
                median(ours),
                "texts/s",
                0.9 * medians[best],
                rival="best raw",
                rival_value=medians[best],
                ratio=median(ours) / medians[best],
                spread=quartiles(ours),
                note=best,
            )
        )


async def heads(report: Report) -> None:
    """Ten scanners on one encoder, against one."""
    from pyshield import Shield

    one_, ten = Shield(prompt=scanners(1)), Shield(prompt=scanners(10))
    for tokens in LENGTHS:
        single, all_ = [], []
        for round_ in range(ROUNDS + 1):
            given = texts(tokens, 60, 200 + round_)
            order = [(one_, single), (ten, all_)]
            for shield, kept in order if round_ % 2 else reversed(order):
                spent = median(await one_after_another(shield, given))
                if round_:
                    kept.append(spent)
        report.details[f"heads, {tokens} tokens"] = {"one": single, "ten": all_}
        ratio = median(all_) / median(single)
        report.add(
            at_most(
                f"ten scanners against one, {tokens} tokens", ratio, "times", 1.15, spread=quartiles(all_)
            )
        )
    small, large = memory(1), memory(10)
    report.details["memory in MiB"] = {"one": small, "ten": large}
    report.add(at_most("memory with ten scanners against one", large / small, "times", 1.02))


def memory(count: int) -> float:
    """MiB of a process with a shield of `count` scanners that has scanned something."""
    code = (
        "import asyncio\nfrom benchmarks.measure import resident\nfrom benchmarks.models.__main__ import *\n"
        f"async def main():\n    from pyshield import Shield\n    shield = Shield(prompt=scanners({count}))\n"
        "    await flood(shield, texts(32, 256, 1))\n    print(resident() / 2**20)\nasyncio.run(main())"
    )
    seen = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
        )
        seen.append(float(run.stdout))
    return median(seen)


async def delay(report: Report) -> None:
    """How late a timer of the event loop is while the sessions have more to do than they can."""
    from pyshield import Shield

    shield = Shield(prompt=scanners(1))
    idle = await during(lambda: asyncio.sleep(1.0))
    busy = await during(lambda: flood(shield, texts(128, 1500, 300)))
    report.details["delay in ms"] = {"idle": idle, "busy": busy}
    note = f"idle {idle['p99']:.2f} ms, max {busy['max']:.1f} ms"
    report.add(at_most("event loop's delay under full load, p99", busy["p99"], "ms", 2.0, note=note))


async def panics(report: Report) -> None:
    """One session killed by a panic, under load."""
    from pyshield import Shield

    await faults.panics(report, Shield(prompt=scanners(1)), "minilm-ten-heads 1")


async def function(report: Report) -> None:
    """A registered function that does nothing, called from the engine."""
    # A loop of its own for each measurement, which must not run within this one.
    await asyncio.to_thread(calls.engine, report, "asyncio", ROUNDS)


PARTS = {
    "one": one,
    "throughput": throughput,
    "heads": heads,
    "delay": delay,
    "panics": panics,
    "function": function,
}
RIVALS = {"stackone": rivals.stackone, "llm_guard": rivals.llm_guard}


def rival_python(name: str, given: Path | None) -> Path:
    """The interpreter of a rival's environment: the one given, or where the documentation puts it."""
    usual = {"stackone": ROOT / ".venv-stackone", "llm_guard": ROOT / ".venv-llm-guard"}[name]
    return given or usual / "bin" / "python"


def main() -> None:
    """Runs the parts that are named, or all."""
    arguments = parser(__doc__)
    names = [*PARTS, *RIVALS]
    arguments.add_argument("parts", nargs="*", choices=[*names, []], help="which; all if none is named")
    for name in RIVALS:
        arguments.add_argument(
            f"--{name.replace('_', '-')}", type=Path, metavar="PYTHON", help="of the rival's environment"
        )
    chosen = arguments.parse_args()
    if not (FOLDER / "model.onnx").is_file():
        sys.exit("there is no model: run python -m benchmarks.models.export first")
    for name in chosen.parts or names:
        report = Report(name)
        if name in PARTS:
            asyncio.run(PARTS[name](report))
        else:
            python = rival_python(name, getattr(chosen, name))
            if not python.exists():
                print(f"  {name}: left out, there is no {python.name} of its environment")
                continue
            asyncio.run(RIVALS[name](report, python))
        finish(report, HERE, write=not chosen.no_write)


if __name__ == "__main__":
    main()
