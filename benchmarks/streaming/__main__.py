"""Measures streams on one core: python -m benchmarks.streaming.

An answer of ordinary words with a few things to find in it, in pieces of 20 characters, through four scanners
that need no model: fixed strings, patterns of mail addresses and telephone numbers.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.measure import Report, at_least, at_most, finish, parser, resident
from pyshield import Shield, StreamText
from pyshield.output_scanners import BanSubstrings, NoRefusalLight, Regex

PIECE = 20
STREAMS = 500
WORDS = (
    "The meeting about project heron was moved to Thursday because three of the people who had to be there "
    "were travelling; write to jane.doe@example.com or call 555-0142 if that does not suit you. "
    "Everything else stays as it was agreed upon, and the minutes of the last one are attached below. "
)


def make_shield() -> Shield:
    """The plan that is measured."""
    return Shield(
        output=[
            BanSubstrings(["project heron", "falcon nine"], redact=True),
            BanSubstrings(["how to build a bomb", "disable the alarm"]),
            Regex([r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}", r"\b\d{3}-\d{4}\b"], match_type="all"),
            NoRefusalLight(),
        ]
    )


def pieces(characters: int) -> list[str]:
    """An answer of so many characters, cut."""
    text = (WORDS * (characters // len(WORDS) + 1))[:characters]
    return [text[at : at + PIECE] for at in range(0, characters, PIECE)]


async def through(shield: Shield, answer: list[str]) -> float:
    """Seconds for an answer through `feed`."""
    stream = shield.open_output("")
    start = perf_counter()
    for piece in answer:
        await stream.feed(piece)
    await stream.finish()
    return perf_counter() - start


async def first(shield: Shield) -> float:
    """Seconds from opening a stream to the first text, for a first piece that may leave at once."""
    start = perf_counter()
    stream = shield.open_output("")
    events = await stream.feed("The meeting about it ")
    took = perf_counter() - start
    assert isinstance(events[0], StreamText)
    stream.close()
    return took


async def held(shield: Shield) -> float:
    """Bytes a stream takes in memory, of many that are open at once and have written 2,000 characters."""
    answer = pieces(2_000)
    await through(shield, answer)
    before = resident()
    streams = [shield.open_output("") for _ in range(STREAMS)]
    for piece in answer:
        for stream in streams:
            await stream.feed(piece)
    taken = resident() - before
    for stream in streams:
        stream.close()
    return taken / STREAMS


async def measure(report: Report, rounds: int) -> None:
    """All figures."""
    shield = make_shield()
    answer = pieces(200_000)
    await through(shield, answer)
    rates = [len(answer) / await through(shield, answer) for _ in range(rounds)]
    firsts = [await first(shield) for _ in range(1_000)]
    report.details["pieces_per_second"] = rates
    report.add(at_least("pieces of 20 characters through one stream", median(rates), "pieces/s", 100_000))
    report.add(at_most("opened to first text, p50", median(firsts) * 1e3, "ms", 0.3))
    report.add(at_most("memory of a stream, 500 at once", await held(shield) / 1024, "KB", 64))


def main() -> None:
    """Measures and records."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=15, help="answers (default: %(default)s)")
    chosen = arguments.parse_args()
    report = Report("stream")
    asyncio.run(measure(report, chosen.rounds))
    finish(report, Path(__file__).parent, write=not chosen.no_write)


if __name__ == "__main__":
    main()
