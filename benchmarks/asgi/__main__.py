"""The middleware on uvicorn: python -m benchmarks.asgi [echo streams].

`echo`: small JSON requests to a server with the middleware and to one without, in turn; the request alone
scanned, and the answer as well. `streams`: 500 streams of server-sent events at once, a tenth of them read
slowly, through a server with the middleware and one without.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Self

from benchmarks.measure import ROOT, Figure, Report, at_most, exactly, finish, parser, quartiles

if TYPE_CHECKING:
    import argparse

GUARDS = {"requests": "the request is scanned", "both": "request and answer are scanned"}


class Server:
    """A server process.

    Args:
        guard: What its middleware guards; `"none"` for a server without one.
    """

    def __init__(self, guard: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.asgi.server", "--guard", guard],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout
        self.port: int = json.loads(self.process.stdout.readline())["port"]
        self.largest = 0
        self._done = threading.Event()

    def memory(self) -> int:
        """Bytes of the process, nothing of it garbage."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/memory")
        told: int = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def watch(self) -> threading.Thread:
        """Keeps the largest size it has from now on, without asking it."""

        def sample() -> None:
            statm = Path(f"/proc/{self.process.pid}/statm")
            while not self._done.wait(0.1):
                self.largest = max(self.largest, int(statm.read_text().split()[1]) * 4096)

        thread = threading.Thread(target=sample, daemon=True)
        thread.start()
        return thread

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


def client(port: int, mode: str, *flags: str, **options: float) -> dict[str, Any]:
    """Runs the client and returns what it saw."""
    command = [sys.executable, "-m", "benchmarks.asgi.client", str(port), mode, *flags]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def echo(report: Report, chosen: argparse.Namespace) -> None:
    """Requests a second, with the middleware against without."""
    with Server("none") as without:
        for guard, what in GUARDS.items():
            with Server(guard) as guarded:
                load = {"connections": chosen.connections, "seconds": chosen.seconds}
                rates: dict[str, list[float]] = {"off": [], "on": []}
                wrong = 0
                for number in range(chosen.rounds + 1):
                    turn = [("off", without), ("on", guarded)]
                    for name, server in turn if number % 2 else reversed(turn):
                        seen = client(server.port, "echo", **load)
                        wrong += seen["wrong"]
                        if number:  # the first round warms up
                            rates[name].append(seen["rate"])
            report.details[f"echo_{guard}"] = rates
            ratio = median(rates["on"]) / median(rates["off"])
            report.add(
                Figure(
                    f"small JSON, {what}",
                    median(rates["on"]),
                    "req/s",
                    target=">= x0.8",
                    met=ratio >= 0.8,
                    rival="without",
                    rival_value=median(rates["off"]),
                    ratio=ratio,
                    spread=quartiles(rates["on"]),
                    note=f"x{ratio:.2f}",
                )
            )
            report.add(exactly("wrong answers", wrong, "", 0))


def streams(report: Report, chosen: argparse.Namespace) -> None:
    """Many streams at once, with the middleware and without, with slow readers and with none."""
    load = {"streams": chosen.streams, "events": chosen.events, "pause": chosen.pause}
    seen: dict[str, Any] = {}
    grown: dict[str, float] = {}
    for name, guard in (("off", "none"), ("on", "both")):
        flags = ("--guarded",) if guard == "both" else ()
        with Server(guard) as server:
            client(server.port, "streams", *flags, streams=20, slow=2, events=5, pause=10)
            quick = client(server.port, "streams", *flags, **load, slow=0)
            before = server.memory()
            server.watch()
            seen[name] = client(server.port, "streams", *flags, **load, slow=chosen.slow)
            seen[name]["without_slow_readers"] = quick
            grown[name] = (server.largest - before) / chosen.streams / 1024
    report.details["streams"] = {"seen": seen, "kilobytes_grown_per_stream": grown}
    told, beside = seen["on"], seen["off"]
    report.add(exactly("streams with every byte right", told["right"], "", told["streams"]))
    gap, alone = told["gap_ms"], told["without_slow_readers"]["gap_ms"]
    report.add(
        at_most(
            f"between events due every {chosen.pause} ms, p99, quick readers",
            gap["p99"],
            "ms",
            2.0 * chosen.pause,
            rival="without",
            rival_value=beside["gap_ms"]["p99"],
            note=f"no slow readers {alone['p99']:.0f}, max {gap['max']:.0f} ms",
        )
    )
    note = f"server grew by {grown['on']:.1f} a stream, without the middleware by {grown['off']:.1f}"
    report.add(
        at_most("memory the middleware takes for a stream", grown["on"] - grown["off"], "KB", 64, note=note)
    )


def main() -> None:
    """Measures what was chosen."""
    arguments = parser(__doc__)
    arguments.add_argument("what", nargs="*", choices=["echo", "streams", []], help="default: both")
    arguments.add_argument("--rounds", type=int, default=7, help="of echo (default: %(default)s)")
    arguments.add_argument("--seconds", type=float, default=3.0, help="of a round (default: %(default)g)")
    arguments.add_argument("--connections", type=int, default=16, help="of echo (default: %(default)s)")
    arguments.add_argument("--streams", type=int, default=500, help="at once (default: %(default)s)")
    arguments.add_argument("--slow", type=int, default=50, help="of them, read slowly (default: %(default)s)")
    arguments.add_argument("--events", type=int, default=40, help="of a stream (default: %(default)s)")
    arguments.add_argument("--pause", type=int, default=250, help="ms between them (default: %(default)s)")
    chosen = arguments.parse_args()
    for what in chosen.what or ["echo", "streams"]:
        print(what)
        report = Report(what)
        {"echo": echo, "streams": streams}[what](report, chosen)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
