"""What a scanner that reads a model does to an answer's flow, by what may pass before its verdict.

An answer of ordinary sentences is written at a pace, in pieces of 20 characters, and `Toxicity` with the
bundled encoder judges it: under each policy, at the end as a whole, and not at all. Then the same answer
with a sentence in its middle that is refused, for what of it was out before it was cut, and the same pieces
without a pause, for what a verdict costs beyond its wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from statistics import median
from time import perf_counter
from typing import get_args

from benchmarks.measure import Figure, Report, at_most, exactly, percentile
from pyshield import Shield, StreamText
from pyshield.output_scanners import Toxicity
from pyshield.stream import PassPolicy

PIECE = 20
AHEAD = 480
"""Characters that `"lag"` lets pass beyond what is judged."""

SENTENCES = (
    "The meeting was moved to Thursday, because three of those who had to be there were travelling. ",
    "Everything else stays as it was agreed upon, and the minutes of the last one are attached below. ",
    "Paris is the capital of France, and a fine place to be in spring. ",
    "Please bring the figures of the last quarter! ",
    "Who is going to book the room, and who tells the others about it? ",
    "A short one. ",
    "The trains run every half hour from the main station until midnight, the last of them rarely full. ",
)
REFUSED = "You are a stupid idiot and everybody hates you. "

POLICIES: tuple[PassPolicy, ...] = get_args(PassPolicy)

Way = Callable[[Shield, AsyncIterator[str]], AsyncIterator[str]]
"""How an answer gets from who writes it to who reads it."""


@dataclass
class Seen:
    """What a reader saw of an answer.

    Attributes:
        text: All that came.
        times: Seconds from the answer's begin to each of its parts.
        total: Seconds to its end.
    """

    text: str = ""
    times: list[float] = field(default_factory=list)
    total: float = 0.0

    @property
    def gaps(self) -> list[float]:
        """Seconds between two parts."""
        return [after - before for before, after in pairwise(self.times)]


async def unscanned(_: Shield, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """All of it, as it is written."""
    async for piece in pieces:
        yield piece


async def at_the_end(shield: Shield, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    """All of it or nothing, once it is there and scanned."""
    whole = "".join([piece async for piece in pieces])
    result = await shield.scan_output("", whole)
    if result.is_valid:
        yield result.text


def streamed(policy: PassPolicy) -> Way:
    """What passes of it while it is written."""

    async def way(shield: Shield, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
        async for event in shield.stream_output("", pieces, policy=policy):
            if isinstance(event, StreamText):
                yield event.text

    return way


WAYS: dict[str, Way] = {
    "no scanner": unscanned,
    **{policy: streamed(policy) for policy in POLICIES},
    "at the end": at_the_end,
}


def answer(characters: int) -> str:
    """Ordinary sentences, so many characters of them or a few more."""
    text = ""
    for sentence in cycle(SENTENCES):
        if len(text) >= characters:
            return text
        text += sentence
    raise AssertionError  # there is no end to them


async def written(text: str, pause: float) -> AsyncIterator[str]:
    """The pieces of an answer, each when it is due, whether or not the one before it was taken late."""
    begin = perf_counter()
    for number, at in enumerate(range(0, len(text), PIECE)):
        wait = begin + number * pause - perf_counter()
        await asyncio.sleep(max(0.0, wait))
        yield text[at : at + PIECE]


async def read(way: Way, shield: Shield, text: str, pause: float) -> Seen:
    """What a reader sees of an answer."""
    seen = Seen()
    begin = perf_counter()
    async for part in way(shield, written(text, pause)):
        seen.times.append(perf_counter() - begin)
        seen.text += part
    seen.total = perf_counter() - begin
    return seen


def run(report: Report, answers: int, characters: int, pause: float) -> None:
    """Measures all ways in turn.

    Args:
        report: Takes the figures.
        answers: How many, each way.
        characters: Of each.
        pause: Seconds between two pieces.
    """
    asyncio.run(_measure(report, answers, characters, pause))


async def _measure(report: Report, answers: int, characters: int, pause: float) -> None:
    shield = Shield(output=[Toxicity()])
    fine = answer(characters)
    half = answer(characters // 2)
    refused = half + REFUSED + half
    await shield.scan_output("", fine)  # the model is there from here on
    paced: dict[str, list[Seen]] = {name: [] for name in WAYS}
    quick: dict[str, list[Seen]] = {name: [] for name in WAYS}
    cut: dict[str, list[Seen]] = {name: [] for name in WAYS}
    for round_ in range(answers):
        # In turn, and none of them always first.
        for name, way in islice(cycle(WAYS.items()), round_, round_ + len(WAYS)):
            paced[name].append(await read(way, shield, fine, pause))
            quick[name].append(await read(way, shield, fine, 0.0))
            cut[name].append(await read(way, shield, refused, pause))
    if any(seen.text != fine for name in WAYS for seen in (*paced[name], *quick[name])):
        raise RuntimeError("an answer that nothing is found in did not come as it was written")
    for name in WAYS:
        _flow(report, name, paced[name], quick[name], paced["no scanner"])
    for name in WAYS:
        _beyond(report, name, [max(0, len(seen.text.rstrip()) - len(half)) for seen in cut[name]])
    report.details["characters"] = len(fine)
    report.details["pause_ms"] = pause * 1e3
    report.details["paced"] = {name: [_told(seen) for seen in paced[name]] for name in WAYS}
    report.details["quick_total_ms"] = {name: [seen.total * 1e3 for seen in quick[name]] for name in WAYS}


def _flow(report: Report, name: str, paced: list[Seen], quick: list[Seen], plain: list[Seen]) -> None:
    """The figures of one way of an answer that passes."""
    values: list[tuple[str, list[float], list[float]]] = [
        ("opened to first text", [seen.times[0] for seen in paced], [seen.times[0] for seen in plain]),
        ("begin to end", [seen.total for seen in paced], [seen.total for seen in plain]),
    ]
    rival = "" if name == "no scanner" else "no scanner"
    for what, ours, theirs in values:
        beside = median(theirs) * 1e3 if rival else None
        report.add(Figure(f"{name}: {what}, p50", median(ours) * 1e3, "ms", rival=rival, rival_value=beside))
    gaps = [gap for seen in paced for gap in seen.gaps]
    others = [gap for seen in plain for gap in seen.gaps]
    for share in (0.5, 0.99) if gaps else ():
        beside = percentile(others, share) * 1e3 if rival else None
        what = f"{name}: between two texts, p{share * 100:g}"
        report.add(Figure(what, percentile(gaps, share) * 1e3, "ms", rival=rival, rival_value=beside))
    rates = [len(seen.text) / seen.total for seen in quick]
    report.add(Figure(f"{name}: without a pause", median(rates), "characters/s"))


def _beyond(report: Report, name: str, out: list[int]) -> None:
    """How much was out from where the refused sentence begins on."""
    what, unit = f"{name}: out of what is refused, and after it", "characters"
    if name in ("hold", "at the end"):
        report.add(exactly(what, max(out), unit, 0))
    elif name == "lag":
        report.add(at_most(what, max(out), unit, AHEAD + len(REFUSED)))
    else:
        report.add(Figure(what, max(out), unit, note=f"at least {min(out)}"))


def _told(seen: Seen) -> dict[str, object]:
    return {
        "first_ms": seen.times[0] * 1e3,
        "total_ms": seen.total * 1e3,
        "gaps_ms": [gap * 1e3 for gap in seen.gaps],
    }
