"""Load and overload of a real server: python -m benchmarks.serving [--seconds 60].

The client first keeps as many requests open as the shield admits: that is capacity. Then it offers three
times as many per second, whatever the answers do. On a machine with few cores the client and the server's
HTTP parser compete with the scanners; so two rules are slow ones, for a scan to take some milliseconds: it
is the scanners that are overloaded, not the parser.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.loopback import ServerProcess, run_client
from benchmarks.measure import Figure, Report, at_most, exactly, finish, parser

OVERLOAD = 3.0
CLIENT = "benchmarks.serving.client"


def main() -> None:
    """Measures capacity, then overloads."""
    arguments = parser(__doc__)
    arguments.add_argument("--seconds", type=float, default=60.0, help="of overload (default: %(default)g)")
    arguments.add_argument("--in-flight", type=int, default=16, help="max_in_flight (default: %(default)s)")
    arguments.add_argument("--deadline", type=float, default=0.5, help="seconds (default: %(default)s)")
    arguments.add_argument("--characters", type=int, default=8_000, help="of a text (default: %(default)s)")
    chosen = arguments.parse_args()
    report = Report("overload")
    limits = ("--in-flight", str(chosen.in_flight), "--deadline", str(chosen.deadline))
    with ServerProcess("benchmarks.serving.server", *limits) as server:
        print("capacity")
        size = {"characters": chosen.characters}
        run_client(CLIENT, server.port, "closed", connections=chosen.in_flight, seconds=1, **size)
        server.ask("/stats")
        closed = run_client(CLIENT, server.port, "closed", connections=chosen.in_flight, seconds=5, **size)
        inside = server.ask("/stats")
        capacity = (closed["answered"] - closed["statuses"].get("503", 0)) / closed["seconds"]
        report.details["capacity"] = {"client": closed, "server": inside}
        report.add(Figure(f"capacity, {chosen.in_flight} requests at a time", capacity, "req/s"))

        print(f"overload, {chosen.seconds:g} s")
        server.watch(every=0.5)
        before = server.ask("/stats")["outcomes"]
        opened = run_client(
            CLIENT, server.port, "open", rate=OVERLOAD * capacity, seconds=chosen.seconds, **size
        )
        inside = server.ask("/stats")
    judge(report, opened, inside, before, chosen)
    memory(report, [size / 2**20 for size in server.sizes])
    finish(report, Path(__file__).parent, write=not chosen.no_write)


def judge(
    report: Report, seen: dict[str, Any], inside: dict[str, Any], before: dict[str, int], chosen: Any
) -> None:
    """Adds what client and server saw of the overload."""
    report.details["overload"] = {"client": seen, "server": inside}
    statuses = {int(status): count for status, count in seen["statuses"].items()}
    report.add(Figure("offered", seen["sent"] / chosen.seconds, "req/s", note=f"{seen['sent']} requests"))
    report.add(Figure("admitted", (statuses.get(200, 0) + statuses.get(422, 0)) / chosen.seconds, "req/s"))
    lost = seen["sent"] - seen["answered"] + seen["not_sent_for_want_of_connections"]
    report.add(exactly("requests without an answer", lost, "", 0))
    others = sum(count for status, count in statuses.items() if status not in (200, 422, 503))
    report.add(exactly("answers other than 200, 422, 503", others, "", 0, note=str(statuses)))
    for side, told in (("server", inside["milliseconds"]), ("client", seen["milliseconds"])):
        refused = told.get("503")
        if refused is None:
            continue
        # Of the client's figure a part is its own: it competes with the server for the cores.
        note = f"p50 {refused['p50']:.2f}, max {refused['max']:.1f} ms"
        if side == "client":
            note += f"; of it sending late, p99: {seen['sending_late_ms_p99']:.1f} ms"
        report.add(at_most(f"refusals, p99, seen by the {side}", refused["p99"], "ms", 5.0, note=note))
    deadline = chosen.deadline * 1e3
    for side, told in (("server", inside["milliseconds"]), ("client", seen["milliseconds"])):
        admitted = [told[status] for status in ("200", "422") if status in told]
        slowest, p99 = (max(one[what] for one in admitted) for what in ("max", "p99"))
        report.add(
            at_most(
                f"admitted, slowest, seen by the {side}", slowest, "ms", deadline, note=f"p99 {p99:.1f} ms"
            )
        )
    counted = {name: count - before[name] for name, count in inside["outcomes"].items()}
    agree = (
        counted["valid"] == statuses.get(200, 0)
        and counted["invalid"] == statuses.get(422, 0)
        and counted["overloaded"] == statuses.get(503, 0)
    )
    report.add(
        exactly("shield.metrics() agrees with the client's count", int(agree), "", 1, note=str(counted))
    )
    report.add(exactly("in flight after", inside["in_flight"], "", 0))


def memory(report: Report, samples: list[float]) -> None:
    """Adds how much the server grew after the first third."""
    report.details["server_memory_mib"] = samples
    third = samples[len(samples) // 3 :]
    if len(third) < 4:
        return
    growth = median(third[-len(third) // 4 :]) - median(third[: len(third) // 4])
    note = f"{third[0]:.1f} to {third[-1]:.1f} MiB, largest {max(third):.1f}"
    report.add(at_most("server's memory, growth after warm-up", growth, "MiB", 2.0, note=note))


if __name__ == "__main__":
    main()
