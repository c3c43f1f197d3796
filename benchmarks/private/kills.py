"""What is left after `kill -9`: of a process with vaults in Redis, and of Redis, again and again.

    python -m benchmarks.private kills --kills 200

Whatever a caller was told stands for a value must stand for it afterwards, once.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.measure import ROOT, Figure, Report, exactly
from benchmarks.private.redis_server import KEY, Server
from pyshield.input_scanners import Anonymize
from pyshield.vault import RedisVaults

MAIL = ["EMAIL_ADDRESS"]
TASKS = 4
AHEAD = 50
"""How much more than what is waited for a process that is to be killed is given to do."""

WRITER = """
import sys
from pyshield.input_scanners import Anonymize
from pyshield.vault import RedisVaults
vault = RedisVaults(sys.argv[1], keys=[bytes(range(32))], timeout=60)["one"]
scanner = Anonymize(vault, entity_types=["EMAIL_ADDRESS"])
number = int(sys.argv[2])
for _ in sys.stdin:
    vault.append((f"[PAIR_{number}]", f"p{number}"))
    print(f"[PAIR_{number}]", f"p{number}", flush=True)
    print(scanner.scan(f"u{number}@example.org")[0], f"u{number}@example.org", flush=True)
    number += 1
"""


@dataclass
class Outcome:
    """What was acknowledged, and what became of it."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    """Acknowledged and not there, or standing for something else."""
    twice: int = 0
    """Stored more than once."""
    unasked: int = 0
    """Stored though nobody was told: what was under way when the kill came."""
    seconds: float = 0.0

    def check(self, given: dict[str, str], held: list[tuple[str, str]]) -> None:
        """Compares what callers were told with what a vault holds."""
        stored = dict(held)
        self.acknowledged += len(given)
        self.lost += sum(stored.get(placeholder) != value for placeholder, value in given.items())
        self.twice += len(held) - len(stored)
        self.unasked += len(stored.keys() - given.keys())


def of_process(server: Server, kills: int) -> Outcome:
    """Kills a process that writes, `kills` times; the next one starts while it still writes."""
    rng, outcome, began = Random(1), Outcome(), time.monotonic()
    given: dict[str, str] = {}

    def start(turn: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, server.url, str((turn + 1) * 1_000_000)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)

    def note(line: str) -> None:
        placeholder, value = line.split()
        given[placeholder] = value

    writer = start(0)
    for turn in range(kills):
        following = start(turn + 1) if turn + 1 < kills else None
        assert writer.stdin
        assert writer.stdout
        # More than is waited for: the kill comes while the next is under way.
        turns = rng.randrange(1, 11)
        writer.stdin.write("go\n" * (turns + AHEAD))
        writer.stdin.flush()
        for _ in range(2 * turns):
            note(writer.stdout.readline())
        writer.kill()
        for line in writer.stdout:
            if line.endswith("\n"):
                note(line)
        writer.wait()
        writer.stdout.close()
        writer.stdin.close()
        outcome.kills += 1
        if following:
            writer = following
    outcome.check(given, RedisVaults(server.url, keys=[KEY])["one"].get())
    outcome.seconds = time.monotonic() - began
    return outcome


def of_redis(server: Server, kills: int) -> Outcome:
    """Kills the server under tasks that write to several sessions, `kills` times."""
    outcome, began = Outcome(), time.monotonic()
    vaults = RedisVaults(server.url, keys=[KEY], timeout=60)
    given: list[dict[str, str]] = [{} for _ in range(TASKS)]
    stop, progress = asyncio.Event(), asyncio.Event()
    written = 0

    async def write(task: int) -> None:
        nonlocal written
        scanner = Anonymize(vaults[f"redis-{task}"], entity_types=MAIL)
        number = 0
        while not stop.is_set():
            number += 1
            value = f"t{task}-{number}@example.org"
            placeholder, _, _ = await scanner.ascan(value)
            given[task][placeholder] = value
            written += 1
            progress.set()

    async def kill() -> None:
        rng = Random(2)
        for _ in range(kills):
            enough = written + rng.randrange(1, 25)
            while written < enough:
                await progress.wait()
                progress.clear()
            await asyncio.to_thread(server.stop, signal.SIGKILL)
            await asyncio.to_thread(server.start)
            outcome.kills += 1
        stop.set()

    async def all_of_it() -> None:
        async with asyncio.TaskGroup() as group:
            for task in range(TASKS):
                group.create_task(write(task))
            group.create_task(kill())

    asyncio.run(all_of_it())
    fresh = RedisVaults(server.url, keys=[KEY])
    for task in range(TASKS):
        outcome.check(given[task], fresh[f"redis-{task}"].get())
    outcome.seconds = time.monotonic() - began
    return outcome


def run(report: Report, kills: int) -> None:
    """Adds what was lost."""
    for what, loop in (("a process", of_process), ("Redis", of_redis)):
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
            outcome = loop(server, kills)
        note = f"{outcome.acknowledged:,} acknowledged, {outcome.seconds:.0f} s"
        report.add(Figure(f"kills of {what}", outcome.kills, "", note=note))
        report.add(exactly("  acknowledged and lost", outcome.lost, "", 0))
        report.add(exactly("  stored twice", outcome.twice, "", 0))
        report.details[what] = vars(outcome)
