"""The middleware on uvicorn: python -m benchmarks.asgi [echo rival streams].

`echo`: small JSON requests to a server with the middleware and to one without, in turn; the request alone
scanned, and the answer as well. `rival`: the same service guarded by llm-guard in a thread pool, with the
same three scanners. `streams`: 500 streams of server-sent events at once, a tenth of them two megabytes that
are read slowly and ten of them as fast as they come, with the middleware and without.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.loopback import ServerProcess, run_client
from benchmarks.measure import Figure, Report, at_most, exactly, finish, parser, quartiles
from benchmarks.scanners import reference_env

if TYPE_CHECKING:
    import argparse

GUARDS = {"requests": "the request is scanned", "both": "request and answer are scanned"}
CLIENT, SERVER, RIVAL = (f"benchmarks.asgi.{name}" for name in ("client", "server", "rival"))
PARTS = ("echo", "rival", "streams")


def rates(
    chosen: argparse.Namespace, servers: dict[str, ServerProcess]
) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Requests a second of each server, measured in turn; and how many of its answers were wrong."""
    seen: dict[str, list[float]] = {name: [] for name in servers}
    wrong = dict.fromkeys(servers, 0)
    for number in range(chosen.rounds + 1):
        turn = list(servers.items())
        for name, server in turn if number % 2 else reversed(turn):
            told = run_client(
                CLIENT, server.port, "echo", connections=chosen.connections, seconds=chosen.seconds
            )
            wrong[name] += told["wrong"]
            if number:  # the first round warms up
                seen[name].append(told["rate"])
    return seen, wrong


def add_rates(
    report: Report,
    what: str,
    seen: dict[str, list[float]],
    rival: str,
    least: float,
    wrong: dict[str, int],
) -> None:
    """Adds the rate of the server that is `on`, beside the other's."""
    ours, theirs = median(seen["on"]), median(seen["off"])
    report.add(
        Figure(
            what,
            ours,
            "req/s",
            target=f">= x{least:g}",
            met=ours / theirs >= least,
            rival=rival,
            rival_value=theirs,
            ratio=ours / theirs,
            spread=quartiles(seen["on"]),
            note=f"x{ours / theirs:.2f}",
        )
    )
    report.add(exactly("wrong answers", wrong["on"], "", 0))
    if wrong["off"]:
        report.add(Figure(f"wrong answers: {rival}", wrong["off"], ""))


def echo(report: Report, chosen: argparse.Namespace) -> None:
    """Requests a second, with the middleware against without."""
    with ServerProcess(SERVER, "--guard", "none") as without:
        for guard, what in GUARDS.items():
            with ServerProcess(SERVER, "--guard", guard) as guarded:
                seen, wrong = rates(chosen, {"off": without, "on": guarded})
            report.details[f"echo_{guard}"] = seen
            add_rates(report, f"small JSON, {what}", seen, "without", 0.8, wrong)


def rival(report: Report, chosen: argparse.Namespace) -> None:
    """Requests a second beside those of llm-guard in a thread pool."""
    environment: Path = chosen.reference.absolute()
    theirs = ServerProcess(
        RIVAL,
        python=environment / "bin/python",
        environment=reference_env.variables(environment),
    )
    with theirs, ServerProcess(SERVER, "--guard", "same") as ours:
        seen, wrong = rates(chosen, {"off": theirs, "on": ours})
    report.details["rival"] = seen
    add_rates(report, "Secrets, BanSubstrings, TokenLimit", seen, "llm-guard, threads", 20.0, wrong)


def streams(report: Report, chosen: argparse.Namespace) -> None:
    """Many streams at once, with the middleware and without, with slow and greedy readers and with none."""
    load = {"streams": chosen.streams, "events": chosen.events, "pause": chosen.pause}
    others = {"slow": chosen.slow, "greedy": chosen.greedy}
    seen: dict[str, Any] = {}
    grown: dict[str, float] = {}
    for name, guard in (("off", "none"), ("on", "both")):
        flags = ("--guarded",) if guard == "both" else ()
        with ServerProcess(SERVER, "--guard", guard) as server:
            run_client(CLIENT, server.port, "streams", *flags, streams=20, slow=2, events=5, pause=10)
            quick = run_client(CLIENT, server.port, "streams", *flags, **load)
            before = server.ask("/memory")
            server.watch(every=0.1)
            seen[name] = run_client(CLIENT, server.port, "streams", *flags, **load, **others)
            seen[name]["without_others"] = quick
            grown[name] = (max(server.sizes) - before) / chosen.streams / 1024
    report.details["streams"] = {"seen": seen, "kilobytes_grown_per_stream": grown}
    told, beside = seen["on"], seen["off"]
    report.add(exactly("streams with every byte right", told["right"], "", told["streams"]))
    gap, alone = told["gap_ms"], told["without_others"]["gap_ms"]
    report.add(
        at_most(
            f"between events due every {chosen.pause} ms, p99, quick readers",
            gap["p99"],
            "ms",
            2.0 * chosen.pause,
            rival="without",
            rival_value=beside["gap_ms"]["p99"],
            note=f"alone {alone['p99']:.0f}, max {gap['max']:.0f} ms",
        )
    )
    note = f"server grew by {grown['on']:.1f} a stream, without the middleware by {grown['off']:.1f}"
    report.add(
        at_most("memory the middleware takes for a stream", grown["on"] - grown["off"], "KB", 64, note=note)
    )


def main() -> None:
    """Measures what was chosen."""
    arguments = parser(__doc__)
    arguments.add_argument("what", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=7, help="of requests (default: %(default)s)")
    arguments.add_argument("--seconds", type=float, default=3.0, help="of a round (default: %(default)g)")
    arguments.add_argument("--connections", type=int, default=16, help="of requests (default: %(default)s)")
    arguments.add_argument("--streams", type=int, default=500, help="at once (default: %(default)s)")
    arguments.add_argument("--slow", type=int, default=50, help="of them, read slowly (default: %(default)s)")
    arguments.add_argument("--greedy", type=int, default=10, help="of them, read fast (default: %(default)s)")
    arguments.add_argument("--events", type=int, default=40, help="of a stream (default: %(default)s)")
    arguments.add_argument("--pause", type=int, default=250, help="ms between them (default: %(default)s)")
    arguments.add_argument(
        "--reference",
        type=Path,
        default=reference_env.DEFAULT,
        help="the environment that benchmarks/scanners/reference_env.py made (default: .venv-llm-guard)",
    )
    chosen = arguments.parse_args()
    if unknown := set(chosen.what) - set(PARTS):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = chosen.what or PARTS
    if "rival" in parts and not (chosen.reference / "bin/python").exists():
        arguments.error("no environment with llm-guard: python benchmarks/scanners/reference_env.py")
    for what in parts:
        print(what)
        report = Report(what)
        {"echo": echo, "rival": rival, "streams": streams}[what](report, chosen)
        finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
