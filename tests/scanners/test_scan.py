"""What each scanner answers, through Python; the runtime's own tests go deeper."""

from __future__ import annotations

import http.server
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ScannerError, TextError
from tests.samples import SAMPLES

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
HIDDEN = "".join(chr(0xE0000 + ord(letter)) for letter in "sing")

INPUTS = [
    (i.BanSubstrings(["Bomb"]), "a bOMB", ("a bOMB", False, 1.0)),
    (i.BanSubstrings(["Bomb"], case_sensitive=True), "a bomb", ("a bomb", True, -1.0)),
    (i.BanSubstrings(["bomb", "gun"], contains_all=True), "a bomb", ("a bomb", True, 0.0)),
    (i.BanSubstrings(["bomb", "gun"], contains_all=True), "gun, bomb", ("gun, bomb", False, 1.0)),
    (
        i.BanSubstrings(["cat"], match_type="word", redact=True),
        "cat concat cat!",
        ("[REDACTED] concat [REDACTED]!", False, 1.0),
    ),
    (i.BanSubstrings([]), "anything", ("anything", True, -1.0)),
    (i.BanSubstrings(["ß"], redact=True), "groß", ("gro[REDACTED]", False, 1.0)),
    (i.Regex([r"\d+"]), "1 and 22", ("[REDACTED] and [REDACTED]", False, 1.0)),
    (i.Regex([r"\d+", "and"]), "1 and 2", ("[REDACTED] [REDACTED] [REDACTED]", False, 1.0)),
    (i.Regex([r"\d+"], match_type="search"), "1 and 22", ("[REDACTED] and 22", False, 1.0)),
    (i.Regex([r"\d+"], match_type="fullmatch"), "1 and 22", ("1 and 22", True, -1.0)),
    (i.Regex([r"\d+"], is_blocked=False), "1 and 22", ("1 and 22", True, -1.0)),
    (i.Regex([r"\d+"], is_blocked=False), "none", ("none", False, 1.0)),
    (i.Regex([r"(?<=a)b(?!c)"], redact=False), "abd", ("abd", False, 1.0)),
    (i.Regex([r"(\w)\1"]), "hello", ("he[REDACTED]o", False, 1.0)),
    (i.InvisibleText(), "plain", ("plain", True, -1.0)),
    (i.InvisibleText(), "naïve", ("naïve", True, 0.0)),
    (i.InvisibleText(), "a\u200bb", ("ab", False, 1.0)),
    (i.InvisibleText(), FAMILY, (FAMILY, True, 0.0)),
    (i.InvisibleText(keep_emoji_joiners=False), FAMILY, (FAMILY.replace("\u200d", ""), False, 1.0)),
    (i.InvisibleText(), PERSIAN, (PERSIAN, True, 0.0)),
    (i.InvisibleText(keep_emoji_joiners=False), PERSIAN, (PERSIAN.replace("\u200c", ""), False, 1.0)),
    (i.InvisibleText(), "hi" + HIDDEN, ("hi", False, 1.0)),
    (i.TokenLimit(limit=3), "one two", ("one two", True, -1.0)),
    (i.TokenLimit(limit=2), "one two three", ("one two", False, 1.0)),
    (i.TokenLimit(limit=2), "one two", ("one two", False, 1.0)),
    (i.TokenLimit(limit=1), " ", (" ", True, -1.0)),
    (i.Sentiment(), "I love this.", ("I love this.", True, 0.0)),
    (i.Sentiment(), "", ("", True, -1.0)),
    (i.Sentiment(threshold=0), "a table", ("a table", False, 0.0)),
]

ENGLISH = "The meeting was moved to Thursday because the room is being painted."
GERMAN = "Die Besprechung wurde auf Donnerstag verschoben, weil der Raum gestrichen wird."

OUTPUTS = [
    (o.BanSubstrings(["bomb"], redact=True), "a bomb", ("a [REDACTED]", False, 1.0)),
    (o.Regex([r"\d+"]), "1 and 22", ("[REDACTED] and 22", False, 1.0)),
    (o.Sentiment(), "I love this.", ("I love this.", True, 0.0)),
    (o.JSON(), '{"a": 1}', ('{"a": 1}', True, -1.0)),
    (o.JSON(), "no braces", ("no braces", True, -1.0)),
    (o.JSON(required_elements=1), "no braces", ("no braces", False, 1.0)),
    (o.JSON(required_elements=1), "[1, 2]", ("[1, 2]", True, -1.0)),
    (o.JSON(repair=False), '{"a": 1,}', ('{"a": 1,}', False, 1.0)),
    (o.NoRefusalLight(), "I'm sorry, but no.", ("I'm sorry, but no.", False, 1.0)),
    (o.NoRefusalLight(), "Certainly.", ("Certainly.", True, -1.0)),
    (o.ReadingTime(0.01), "a b c", ("a b c", False, 1.0)),
    (o.ReadingTime(0.01, truncate=True), "a\n b  c", ("a b", False, 1.0)),
    (o.ReadingTime(1), "a b c", ("a b c", True, -1.0)),
    (o.URLReachability(), "no links", ("no links", True, -1.0)),
]


@pytest.mark.parametrize(("scanner", "text", "expected"), INPUTS)
async def test_input(scanner, text, expected):
    assert scanner.scan(text) == expected
    assert await scanner.ascan(text) == expected
    report = scanner.report(text)
    assert (report.text, report.is_valid) == expected[:2]
    assert report.risk == max(expected[2], 0.0)


@pytest.mark.parametrize(("scanner", "text", "expected"), OUTPUTS)
async def test_output(scanner, text, expected):
    assert scanner.scan("why", text) == expected
    assert await scanner.ascan("why", text) == expected
    report = scanner.report("why", text)
    assert (report.text, report.is_valid) == expected[:2]


async def test_language():
    for package in (i, o):
        scanner = package.Language(["en"], match_type="sentence")
        arguments = ("why",) if package is o else ()
        assert scanner.scan(*arguments, ENGLISH) == (ENGLISH, True, -1.0)
        _, valid, risk = scanner.scan(*arguments, f"{ENGLISH} {GERMAN}")
        assert not valid
        assert 0.5 < risk <= 1.0
        (finding,) = scanner.report(*arguments, f"{ENGLISH} {GERMAN}").findings
        assert (finding.label, finding.start) == ("LANGUAGE_DE", len(ENGLISH) + 1)


async def test_same_language():
    scanner = o.LanguageSame()
    assert scanner.scan(GERMAN, GERMAN) == (GERMAN, True, -1.0)
    assert scanner.scan(GERMAN, "42") == ("42", True, -1.0)
    for prompt, output in ((GERMAN, ENGLISH), (ENGLISH, GERMAN)):
        assert scanner.scan(prompt, output) == (output, False, 1.0)
        assert await scanner.ascan(prompt, output) == (output, False, 1.0)
        assert [finding.scanner for finding in scanner.report(prompt, output).findings] == ["LanguageSame"]


async def test_malicious_urls():
    scanner = o.MaliciousURLs()
    bad = "https://paypal-secure-login.verify-account.xyz/signin"
    text = f"It is on https://docs.python.org/3/ and {bad}, naïvely."
    _, valid, risk = scanner.scan("where?", text)
    assert not valid
    assert 0.0 < risk <= 1.0
    assert await scanner.ascan("where?", text) == (text, False, risk)
    (finding,) = scanner.report("where?", text).findings
    assert (finding.label, text[finding.start : finding.end]) == ("MALICIOUS_URL", bad)
    assert scanner.scan("where?", "nowhere") == ("nowhere", True, -1.0)
    assert o.MaliciousURLs(threshold=1.0).scan("where?", text)[1]


def test_a_text_that_is_left_alone_is_the_same_object():
    text = "".join(["a harmless", " text"])
    assert i.BanSubstrings(["bomb"], redact=True).scan(text)[0] is text


def test_broken_json_is_repaired():
    text, valid, risk = o.JSON().scan("", "Here: {'a': 1, b: [1, 2,}")
    assert (valid, risk) == (True, -1.0)
    assert text.startswith("Here: {")


def test_reports_have_positions():
    (finding,) = i.BanSubstrings(["bomb"]).report("ünï bomb").findings
    assert (finding.scanner, finding.start, finding.end) == ("BanSubstrings", 4, 8)


def test_hidden_tags_are_reported():
    report = i.InvisibleText().report("hi" + HIDDEN)
    assert [(f.start, f.end) for f in report.findings] == [(2, 6)]


def test_json_helpers():
    assert o.JSON.is_valid_json('{"a": [1, null]}')
    assert not o.JSON.is_valid_json("{a: 1}")
    assert o.JSON.is_valid_json(o.JSON.repair_json("{'a': 1"))


def test_contains_unicode():
    assert i.InvisibleText.contains_unicode("é")
    assert not i.InvisibleText.contains_unicode("e\x00\x7f")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.package}.{sample.name}")
@pytest.mark.parametrize("text", ["\ud800", "fine \udfff"])
def test_lone_surrogates(sample, text):
    with pytest.raises(TextError):
        sample.build().scan(*((text,) if sample.is_input else ("", text)))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.package}.{sample.name}")
@pytest.mark.parametrize("text", [None, 7, b"bytes", ["text"]])
def test_not_a_text(sample, text):
    with pytest.raises(TypeError):
        sample.build().scan(*((text,) if sample.is_input else ("", text)))


LOCAL = [sample for sample in SAMPLES if sample.name != "URLReachability"]


@given(st.text())
def test_any_text_gets_a_verdict(text):
    for sample in LOCAL:
        found, valid, risk = sample.build().scan(*((text,) if sample.is_input else ("", text)))
        assert isinstance(found, str)
        assert isinstance(valid, bool)
        assert -1.0 <= risk <= 1.0


def test_a_pattern_that_backtracks_without_end():
    scanner = i.Regex([r"(?=(a+)+$)b"])
    start = time.monotonic()
    try:
        _, valid, _ = scanner.scan("a" * 5_000 + "!")
    except ScannerError as error:
        assert error.reason == "limit"  # noqa: PT017  # either outcome is right, if it comes in time
    else:
        assert valid
    assert time.monotonic() - start < 60


@pytest.fixture
def server():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/there" else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


async def test_reachability(server):
    scanner = o.URLReachability(allow_private=True)
    assert scanner.is_reachable(server + "/there")
    assert not scanner.is_reachable(server + "/gone")
    assert not scanner.is_reachable("not a url")
    assert scanner.scan("", f"see {server}/there")[1:] == (True, -1.0)
    assert scanner.scan("", f"see {server}/there and {server}/gone")[1:] == (False, 1.0)
    assert (await scanner.ascan("", f"see {server}/gone"))[1:] == (False, 1.0)
    accepting = o.URLReachability(success_status_codes=[404], allow_private=True)
    assert accepting.scan("", f"see {server}/gone")[1:] == (True, -1.0)


async def test_private_addresses_are_out_of_reach(server):
    scanner = o.URLReachability()
    assert not scanner.is_reachable(server + "/there")
    assert scanner.scan("", f"see {server}/there")[1:] == (False, 1.0)
