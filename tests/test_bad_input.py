"""Input meant to break things: a typed error or a correct result, in bounded time and memory."""

from __future__ import annotations

import asyncio
import resource
from typing import Any

import pytest

from pyshield import BlockingShield, Shield
from pyshield.errors import ConfigError, DeadlineExceeded, ScannerError, TextError
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, Secrets, Sentiment, TokenLimit
from pyshield.output_scanners import JSON, NoRefusalLight, ReadingTime
from pyshield.shield import Limits

MIB = 1 << 20

INPUT: list[Any] = [
    BanSubstrings(["secret"], redact=True),
    Regex([r"\b\d{3}-\d{2}-\d{4}\b", r"(?<=key=)\w{8}"]),
    InvisibleText(),
    TokenLimit(),
    Sentiment(),
    Secrets(),
]
OUTPUT: list[Any] = [JSON(), NoRefusalLight(), ReadingTime(5.0, truncate=True)]

TEXTS = {
    "empty": "",
    "blank": " \t\n\u2003",
    "one NUL": "\0",
    "NULs": "\0" * 10_000,
    "controls": "".join(map(chr, range(32))) * 100,
    "every plane": "".join(chr(point) for point in range(0x80, 0x110000, 97) if not 0xD800 <= point < 0xE000),
    "combining": "a" + "\u0301" * 20_000,
    "bidirectional": "\u202e\u2066" * 5_000,
    "tags": "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all") * 500,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 3_000,
    "deep JSON": "[" * 200_000,
    "deep objects": '{"a":' * 100_000,
    "braces": "{}" * 50_000,
    "quotes": "\"'" * 50_000,
    "one long word": "x" * 300_000,
    "one long number": "9" * 300_000,
    "matches only": "secret" * 20_000,
    "almost matches": "secre" * 20_000,
    "exclamations": "!?" * 100_000,
    "begins of keys": "-----BEGIN PRIVATE KEY-----\n" * 10_000,
    "begins of tokens": "ghp_ eyJ. :// password=a1 " * 10_000,
    "newlines": "\r\n" * 100_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_scanner_on_hostile_texts(name: str) -> None:
    shield = BlockingShield(INPUT, OUTPUT)
    text = TEXTS[name]
    for result in (shield.scan_prompt(text), shield.scan_output("", text)):
        assert result.errors == []
        for finding in result.findings:
            assert 0 <= finding.start <= finding.end <= len(text)
    # The output scanners' text is what remains: no surrogate, no cut character.
    shield.scan_output("", text).text.encode()


def test_lone_surrogates() -> None:
    shield = BlockingShield(INPUT, OUTPUT)
    with pytest.raises(TextError, match="index 3"):
        shield.scan_prompt("abc\udfff")
    with pytest.raises(TextError):
        shield.scan_output("\ud800", "fine")
    for scanner in INPUT:
        with pytest.raises(TextError):
            scanner.scan("\ud800")


def test_invalid_utf8_as_python_decodes_it() -> None:
    with pytest.raises(TextError):
        BlockingShield(INPUT).scan_prompt(b"caf\xe9".decode("utf-8", "surrogateescape"))
    assert BlockingShield(INPUT).scan_prompt(b"caf\xe9".decode("utf-8", "replace")).text == "caf\ufffd"


def test_fifty_megabytes() -> None:
    shield = BlockingShield(INPUT, OUTPUT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for unit in ("The quick brown fox. ", "caf\u00e9 \u4f1a\u8b70 "):
        text = unit * (50 * MIB // len(unit.encode()))
        result = shield.scan_prompt(text)
        assert result.errors == []
        assert not result.verdicts["TokenLimit"].is_valid
        assert len(result.text) < len(text)
        shield.scan_output("", text)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 2_000, f"{grown:.0f} MiB for a text of 50 MB"
    with pytest.raises(TextError, match="max_text_bytes"):
        shield.scan_prompt("x" * (65 * MIB))


async def test_a_deadline_on_fifty_megabytes() -> None:
    shield = Shield(INPUT, limits=Limits(deadline=0.05))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("The quick brown fox. " * (50 * MIB // 21))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(a|a)*\1b", "a" * 50_000 + "cb"),
        (r"(a+)+\1$", "a" * 20_000 + "b"),
        (r"^(?=(a+)+$)x?", "a" * 30_000 + "b"),
        (r"(x+x+)+\1y", "x" * 20_000 + " xy"),
    ],
)
def test_catastrophic_backtracking_is_a_typed_error(pattern: str, text: str) -> None:
    with pytest.raises(ScannerError, match="backtracking steps") as stopped:
        Regex([pattern]).scan(text)
    assert stopped.value.reason == "limit"


async def test_a_hostile_pattern_does_not_hold_the_loop() -> None:
    shield = Shield([Regex([r"(a|a)*\1b"])], limits=Limits(inline_budget_us=0))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counter = asyncio.create_task(count())
    result = await shield.scan_prompt("a" * 50_000 + "cb")
    counter.cancel()
    assert not result.is_valid, "a scanner without a verdict blocks"
    assert result.errors[0].reason == "limit"
    assert turns > 1


def test_a_hundred_thousand_substrings() -> None:
    scanner = BanSubstrings([f"forbidden phrase {n}" for n in range(100_000)], redact=True)
    assert scanner.scan("nothing of the kind" * 1_000)[1]
    assert scanner.scan("the forbidden phrase 99999.") == ("the [REDACTED].", False, 1.0)


def test_a_hundred_thousand_patterns() -> None:
    with pytest.raises(ConfigError, match=r"Regex: patterns\[\d+\]"):
        Regex([rf"forbidden\s+phrase\s+{n}\b" for n in range(100_000)])


@pytest.mark.parametrize(
    "pattern", ["(", "[a", "a**", "(?P<n>a)(?P<n>b)", r"\8", "(?<=a+)b", "(" * 5_000, "a{2,1}"]
)
def test_bad_patterns_are_named(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"patterns\[1\]") as refused:
        Regex(["fine", pattern])
    assert refused.value.scanner == "Regex"
    assert len(str(refused.value)) < 500


def test_recursion_is_nobodys_friend() -> None:
    """Depth in the text must not become depth on the stack, whatever the thread's stack is."""
    assert JSON().scan("", "[" * 1_000_000)[0] == "[" * 1_000_000
    assert JSON.is_valid_json("[" * 1_000_000) is False
