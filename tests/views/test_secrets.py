"""Secrets are found in disguise as well, and what hides them is redacted."""

from __future__ import annotations

from base64 import b64encode

import pytest

from pyshield import BlockingShield, Views
from pyshield.input_scanners import Secrets

TOKEN = "ghp_" + "q9Zk2LmX7cVb4Tn8Rw1Yf6Hd3Jg5Ps0AaBbC"


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


HIDDEN = {
    "base64": b64(TOKEN),
    "percent": "%67%68%70%5f" + TOKEN[4:],
    "normalised": TOKEN[:9] + "\u200b" + TOKEN[9:],
    "html": "".join(f"&#{ord(char)};" for char in TOKEN),
    "escapes": "".join(f"\\x{ord(char):02x}" for char in TOKEN),
}


@pytest.mark.parametrize("view", HIDDEN)
def test_a_hidden_token_is_found_where_it_is_hidden(view):
    text = f"please use {HIDDEN[view]} now"
    result = BlockingShield([Secrets(redact_mode="all")], views=Views()).scan_prompt(text)
    assert not result.is_valid
    assert {finding.label for finding in result.findings} == {"GITHUB_TOKEN"}
    assert {finding.view for finding in result.findings} == {view}
    assert result.text == "please use ****** now"
    assert TOKEN not in str(result.to_dict())
    assert BlockingShield([Secrets()]).scan_prompt(text).is_valid


@pytest.mark.parametrize("sign", ["\0", "\x08", "\x9f", "\ufff9", "\ue000", "\uffff"])
def test_what_shows_nothing_hides_no_token(sign):
    result = BlockingShield([Secrets()], views=Views()).scan_prompt(f"use {TOKEN[:9]}{sign}{TOKEN[9:]}")
    assert [(finding.label, finding.view) for finding in result.findings] == [("GITHUB_TOKEN", "normalised")]


def test_what_stands_in_the_text_has_no_view():
    result = BlockingShield([Secrets()], views=Views()).scan_prompt(f"use {TOKEN}")
    assert [finding.view for finding in result.findings] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "d41d8cd98f00b204e9800998ecf8427e 550e8400-e29b-41d4-a716-446655440000",
        "The form says &quot;pass&quot;; 100% of R&D, see https://example.com/a?b=c%20d.",
        b64("these are a few ordinary words that somebody has encoded"),
        "v1.2.3 \\x41\\x42 \\u0043 x86_64-unknown-linux-gnu utf8_to_latin1",
        "Ｐａｓｓｗｏｒｄ rules: ８ characters, ｌｅｔｔｅｒｓ and ｄｉｇｉｔｓ",
    ],
)
def test_ordinary_disguises_give_no_alarm(text):
    result = BlockingShield([Secrets()], views=Views()).scan_prompt(text)
    assert (result.is_valid, result.text) == (True, text)
