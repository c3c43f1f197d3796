"""One stream on one core, and many of them in memory, without a model.

An answer of ordinary words with a few things to find in it, in pieces of 20 characters, through four scanners
that need no model: fixed strings, patterns of mail addresses and telephone numbers. Then the same answer with
placeholders in it, which a vault's values take the place of as well.
"""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter

from benchmarks.measure import Report, at_least, at_most, resident
from pyshield import Shield, StreamText, Vault
from pyshield.output_scanners import BanSubstrings, Deanonymize, NoRefusalLight, Regex

PIECE = 20
STREAMS = 500
WORDS = (
    "The meeting about project heron was moved to Thursday because three of the people who had to be there "
    "were travelling; write to jane.doe@example.com or call 555-0142 if that does not suit you. "
    "Everything else stays as it was agreed upon, and the minutes of the last one are attached below. "
)


RESTORED = WORDS.replace("jane.doe@example.com", "[REDACTED_EMAIL_ADDRESS_7]").replace(
    "three of the people", "[REDACTED_PERSON_11], [REDACTED_PERSON_1]"
)


def conversation() -> Vault:
    """What a conversation's vault holds after some turns."""
    vault = Vault()
    vault.extend([(f"[REDACTED_PERSON_{n}]", f"Jane Doe the {n}th") for n in range(1, 21)])
    vault.extend([(f"[REDACTED_EMAIL_ADDRESS_{n}]", f"jane.doe+{n}@example.com") for n in range(1, 21)])
    return vault


def make_shield(vault: Vault | None = None) -> Shield:
    """The plan that is measured; with a vault, the one that restores too."""
    return Shield(
        output=[
            *([Deanonymize(vault)] if vault else []),
            BanSubstrings(["project heron", "falcon nine"], redact=True),
            BanSubstrings(["how to build a bomb", "disable the alarm"]),
            Regex([r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}", r"\b\d{3}-\d{4}\b"], match_type="all"),
            NoRefusalLight(),
        ]
    )


def pieces(characters: int, words: str = WORDS) -> list[str]:
    """An answer of so many characters, cut."""
    text = (words * (characters // len(words) + 1))[:characters]
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


async def first_of_new_vaults(turns: int) -> list[float]:
    """Seconds to the first text where the vault has just got an entry, as with each turn of an agent."""
    vault = conversation()
    shield = make_shield(vault)
    times = []
    for turn in range(turns):
        vault.append((f"[REDACTED_URL_{turn}]", f"https://example.com/{turn}"))
        times.append(await first(shield))
    return times


def run(report: Report, rounds: int) -> None:
    """Measures it.

    Args:
        report: Takes the figures.
        rounds: Answers of 200,000 characters.
    """
    asyncio.run(_measure(report, rounds))


async def _measure(report: Report, rounds: int) -> None:
    shield = make_shield()
    answer = pieces(200_000)
    await through(shield, answer)
    rates = [len(answer) / await through(shield, answer) for _ in range(rounds)]
    firsts = [await first(shield) for _ in range(1_000)]
    report.details["pieces_per_second"] = rates
    report.add(at_least("pieces of 20 characters through one stream", median(rates), "pieces/s", 100_000))
    report.add(at_most("opened to first text, p50", median(firsts) * 1e3, "ms", 0.3))
    restoring, restored = make_shield(conversation()), pieces(200_000, RESTORED)
    await through(restoring, restored)
    rates = [len(restored) / await through(restoring, restored) for _ in range(rounds)]
    report.details["restored_pieces_per_second"] = rates
    report.add(at_least("the same with values put back", median(rates), "pieces/s", 100_000))
    firsts = [await first(restoring) for _ in range(1_000)]
    report.add(at_most("opened to first text with values put back, p50", median(firsts) * 1e3, "ms", 0.3))
    firsts = await first_of_new_vaults(200)
    report.add(at_most("the same where the vault has changed, p50", median(firsts) * 1e3, "ms", 0.3))
    report.add(at_most("memory of a stream, 500 at once", await held(shield) / 1024, "KB", 64))
