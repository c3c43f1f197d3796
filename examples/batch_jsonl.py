"""Scans a file of JSON Lines on the bulk lane: all cores, many texts at a time, in the order of the file.

    .venv/bin/python examples/batch_jsonl.py prompts.jsonl clean.jsonl

Each line is an object with a `text`. It is written again with its text redacted and a `pyshield` member that
says what was found; a line that is no such object with an `error`. Memory does not grow with the file.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Any

from pyshield import Limits, Shield
from pyshield.errors import TextError
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, Secrets

if TYPE_CHECKING:
    from pyshield.results import ScanResult

AT_ONCE = 2_000
LONGEST = 1_000_000
"""Bytes of a text; one that is longer gets an error, and the others are scanned all the same."""

shield = Shield(
    prompt=[
        BanSubstrings(["ignore all previous instructions"]),
        Regex([r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}"], match_type="all"),
        InvisibleText(),
        Secrets(),
    ],
    limits=Limits(max_text_bytes=LONGEST),
)


def read(line: str) -> tuple[dict[str, Any], str | None]:
    """A line's object and its text, or an object that says what is wrong with the line."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "not JSON"}, None
    if not isinstance(document, dict) or not isinstance(document.get("text"), str):
        return {"error": "no text"}, None
    text: str = document["text"]
    try:
        if len(text.encode()) > LONGEST:
            return {**document, "text": None, "error": "too long"}, None
    except UnicodeEncodeError:
        return {**document, "text": None, "error": "half of a surrogate pair"}, None
    return document, text


def written(document: dict[str, Any], result: ScanResult) -> dict[str, Any]:
    """The object with what a scan left of its text, and what it said."""
    refused = [name for name, verdict in result.verdicts.items() if not verdict.is_valid]
    found = [[finding.scanner, finding.label, finding.start, finding.end] for finding in result.findings]
    said = {"valid": result.is_valid, "refused": refused, "risk": round(result.risk, 3), "found": found}
    return {**document, "text": result.text, "pyshield": said}


async def scan(source: IO[str], target: IO[str]) -> tuple[int, int]:
    """Scans a file into another; how many lines it has, and how many of them are not valid."""
    lines = refused = 0
    while batch := [read(line) for line in islice(source, AT_ONCE)]:
        results = iter(await shield.scan_prompts([text for _, text in batch if text is not None]))
        for document, text in batch:
            said = document if text is None else written(document, next(results))
            lines += 1
            refused += "error" in said or not said["pyshield"]["valid"]
            target.write(json.dumps(said, ensure_ascii=False) + "\n")
    return lines, refused


async def main(source: Path, target: Path) -> None:
    started = perf_counter()
    with (
        source.open(encoding="utf-8", errors="replace") as read_from,
        target.open("w", encoding="utf-8") as write_to,
    ):
        async with shield:
            lines, refused = await scan(read_from, write_to)
    rate = lines / (perf_counter() - started)
    print(f"{lines} lines, {refused} of them not valid, {rate:,.0f} a second")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} SOURCE TARGET")
    try:
        asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
    except (OSError, TextError) as error:
        sys.exit(f"{sys.argv[0]}: {error}")
