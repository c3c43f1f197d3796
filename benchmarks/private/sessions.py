"""Ten thousand sessions of one shield, sixteen tasks that anonymise and restore at random.

A round trip is a prompt anonymised and, later and by whichever task draws it, restored; meanwhile its session
has gone on. Every value says whose it is, so that one in another session's text is seen.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.measure import Figure, Report, at_least, exactly, quartiles
from benchmarks.private.redis_server import KEY, Server, installed
from pyshield import Sessions, Shield, Vault
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield.shield import Limits
from pyshield.vault import RedisVaults

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS = 16
RATE = 5_000
ROUNDS = 3
WAITING = 2_000
"""How many texts are anonymised and not restored yet, at most."""

_OWNER = re.compile(r"s(\d+)-\d+@example\.org")


class Sent(NamedTuple):
    """A text that was anonymised."""

    session: int
    text: str
    sanitised: str


class Run:
    """One run of the tasks."""

    def __init__(self, vaults: Sessions | RedisVaults, sessions: int, seed: int) -> None:
        declared = Vault()
        self._shield = Shield([Anonymize(declared)], [Deanonymize(declared)], limits=Limits(policy="wait"))
        self._vaults, self._sessions, self._seed = vaults, sessions, seed
        self._waiting: list[Sent] = []
        self.trips = self.wrong = self.leaks = self.looks = 0

    def _session(self, number: int) -> Any:
        return self._shield.session(self._vaults[f"s{number}"])

    async def _anonymise(self, rng: Random) -> None:
        number = rng.randrange(self._sessions)
        mail, other = (f"s{number}-{rng.randrange(6)}@example.org" for _ in range(2))
        text = (
            f"Ticket {rng.randrange(10**6)}: {mail} called from (202) 555-0{100 + number % 100} and asks us"
            f" to write to {other} before Monday."
        )
        result = await self._session(number).scan_prompt(text)
        self.leaks += bool(_OWNER.search(result.text))
        self._waiting.append(Sent(number, text, result.text))

    async def _restore(self, rng: Random) -> None:
        at = rng.randrange(len(self._waiting))
        self._waiting[at], self._waiting[-1] = self._waiting[-1], self._waiting[at]
        sent = self._waiting.pop()
        result = await self._session(sent.session).scan_output("", sent.sanitised)
        self.wrong += result.text != sent.text
        self.trips += 1
        if self.trips % 50 == 0:
            # In another session the same placeholders are that one's own values, or nothing.
            other = rng.randrange(self._sessions)
            result = await self._session(other).scan_output("", sent.sanitised)
            self.looks += 1
            self.leaks += any(int(owner) != other for owner in _OWNER.findall(result.text))

    async def go(self, trips: int) -> float:
        """Makes so many round trips; the seconds they took."""
        end = self.trips + trips

        async def task(number: int) -> None:
            rng = Random(self._seed * 1_000 + number)
            while self.trips < end:
                waiting = len(self._waiting)
                if waiting and (rng.random() < 0.5 or waiting > WAITING):
                    await self._restore(rng)
                else:
                    await self._anonymise(rng)

        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(TASKS):
                group.create_task(task(number))
        return time.perf_counter() - began

    async def finish(self) -> None:
        """Restores what is left."""
        rng = Random(self._seed)
        while self._waiting:
            await self._restore(rng)


Measured = tuple[Run, list[float], float]


def _measured(vaults: Sessions | RedisVaults, sessions: int, trips: int) -> Measured:
    """The run, round trips a second of each round, and processor microseconds of a round trip."""
    run = Run(vaults, sessions, seed=sessions)
    rates: list[float] = []

    async def rounds() -> float:
        cpu = time.process_time()
        for _ in range(ROUNDS):
            before = run.trips
            seconds = await run.go(trips // ROUNDS)
            rates.append((run.trips - before) / seconds)
        spent = (time.process_time() - cpu) / run.trips
        await run.finish()
        return spent * 1e6

    spent = asyncio.run(rounds())
    return run, rates, spent


def _add(report: Report, where: str, measured: Measured, figure: Callable[..., Figure]) -> None:
    run, rates, spent = measured
    note = f"{run.trips:,} of them, {TASKS} tasks, {spent:.0f} us of the processor each"
    report.add(figure(f"round trips in {where}", median(rates), spread=quartiles(rates), note=note))
    report.add(exactly("  of them not exact", run.wrong, "", 0))
    report.add(exactly("  values in another session's text, or left in a sanitised one", run.leaks, "", 0,
                       note=f"{run.looks:,} looks"))  # fmt: skip
    report.details[where] = {"rates": rates, "cpu_us": spent, "looks": run.looks}


def run(report: Report, sessions: int, trips: int) -> None:
    """Adds the figures of vaults in memory and, if there is a server, in Redis."""
    store = Sessions(max_sessions=sessions)
    report.details["sessions"] = sessions
    _add(
        report,
        "memory",
        _measured(store, sessions, trips),
        lambda what, value, **rest: at_least(what, value, "1/s", RATE, **rest),
    )
    report.details["metrics"] = store.metrics()
    if not installed():
        report.details["redis"] = "not installed"
        return
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), sync="everysec") as server:
        vaults = RedisVaults(server.url, keys=[KEY], timeout=60)
        measured = _measured(vaults, sessions, trips // 6)
        _add(report, "Redis", measured, lambda what, value, **rest: Figure(what, value, "1/s", **rest))
