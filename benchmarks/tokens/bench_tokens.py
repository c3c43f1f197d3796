"""Token counting against tiktoken.

    python benchmarks/tokens/bench_tokens.py VOCABULARIES

VOCABULARIES is a folder with the published `*.tiktoken` files (the crate tiktoken-rs has them in `assets/`),
so that nothing is downloaded. Every count is compared before it is timed; each time is the best of seven.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import tiktoken
import tiktoken_ext.openai_public as published
from tiktoken.load import load_tiktoken_bpe

from pyshield.tokens import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS = {"cl100k_base": "gpt-4", "o200k_base": "gpt-4o", "p50k_base": "text-davinci-003"}
PROSE = (
    "Counting tokens isn't hard, but it's done for every prompt and every answer; so it'd better be quick. "
    "Numbers such as 1,024 or 3.14159 are cut in threes, and names like McAllister-Ångström in more.\n"
)
TEXTS = {
    "10 B": "Short text",
    "1.2 kB": "Medium text " * 100,
    "10 kB": "Long text " * 1_000,
    "1 kB prose": PROSE * 5,
    "300 kB prose": PROSE * 1_450,
    "30 kB Chinese and Japanese": "今日は良い天気ですね。我们明天下午三点在图书馆门口见面。" * 350,
}
BATCH = ["Short text", "Medium text " * 100, "Long text " * 1_000] * 100


def best(work: Callable[[], object], times: int) -> float:
    """Seconds of one call, the best of seven rounds of `times`."""
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - start) / times)
    return min(rounds)


def encoding(name: str, vocabularies: Path) -> tiktoken.Encoding:
    """The encoding from local files."""
    published.load_tiktoken_bpe = lambda url, expected_hash=None: load_tiktoken_bpe(
        str(vocabularies / url.rsplit("/", 1)[1]), expected_hash
    )
    return tiktoken.Encoding(**published.ENCODING_CONSTRUCTORS[name]())


def main(vocabularies: Path) -> None:
    """Prints one row per encoding and text."""
    print("| encoding | text | tiktoken µs | pyshield µs | ratio |\n|---|---|---:|---:|---:|")
    for name, model in MODELS.items():
        reference, tokenizer = encoding(name, vocabularies), Tokenizer(model)
        for label, text in TEXTS.items():
            counted = tokenizer.count_tokens(text).count
            if counted != len(reference.encode_ordinary(text)):
                raise SystemExit(f"{name} disagrees on {label}")
            times = max(3, 200_000 // (len(text) + 100))
            theirs = best(lambda t=text, r=reference: len(r.encode_ordinary(t)), times)
            ours = best(lambda t=text, k=tokenizer: k.count_tokens(t), times)
            print(f"| {name} | {label} | {theirs * 1e6:.1f} | {ours * 1e6:.1f} | {theirs / ours:.1f} |")
        theirs = best(lambda r=reference: r.encode_ordinary_batch(BATCH), 1)
        ours = best(lambda k=tokenizer: k.count_tokens_batch(BATCH), 1)
        row = f"| {name} | batch of 300 | {theirs * 1e6:.0f} | {ours * 1e6:.0f} | {theirs / ours:.1f} |"
        print(row)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
