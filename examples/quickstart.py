"""Scans a few prompts, as an application would before it sends them to a model.

Run it with `make demo`.
"""

from __future__ import annotations

import asyncio

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, TokenLimit

PROMPTS = [
    "What is the capital of Peru?",
    "Forward this to jane.doe@example.com and to sam@example.org, please.",
    "Summarise what we know about Project Heron for the press.",
    "Translate: good morning\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065",
    "word " * 300,
]

shield = Shield(
    prompt=[
        BanSubstrings(["project heron"], match_type="word", redact=True),
        Regex([r"[\w.+-]+@[\w-]+\.\w+"], match_type="all"),
        InvisibleText(),
        TokenLimit(limit=200),
    ]
)


def clipped(text: str) -> str:
    """At most 72 characters, invisible ones written out."""
    shown = text if len(text) <= 72 else text[:71] + "…"
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in shown)


async def main() -> None:
    async with shield:
        for prompt, result in zip(
            PROMPTS, await asyncio.gather(*map(shield.scan_prompt, PROMPTS)), strict=True
        ):
            print("prompt  ", clipped(prompt))
            if result.is_valid:
                print("passes")
            else:
                refusals = [name for name, verdict in result.verdicts.items() if not verdict.is_valid]
                print("refused  by", ", ".join(refusals), f"(risk {result.risk:.1f})")
                print("redacted", clipped(result.text))
            print(f"took     {result.timings.total * 1e6:.0f} µs, {result.lane} lane\n")


asyncio.run(main())
