"""Untrusted text on a terminal: nothing is obeyed, nothing hides."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield.cli.escape import cell, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("a\x9b31m", r"a\x9b31m"),
        ("bell\x07 back\x08", r"bell\x07 back\x08"),
        ("line\nfeed\r", r"line\nfeed\r"),
        ("pay \u202e001$\u2069", r"pay \u202e001$\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("selector\U000e0100\ufe05", r"selector\U000e0100\ufe05"),
        ("heart❤\ufe0f", "heart❤\ufe0f"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("file\udcff", r"file\xff"),
        ("lone\ud83d", r"lone\ud83d"),
        ("é e\u0301 日本", "é e\u0301 日本"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("char", "columns"),
    [("a", 1), ("\t", 4), ("é", 1), ("\u0301", 0), ("日", 2), ("🎉", 2), ("\x1b", 4), ("\u202e", 6)],
)
def test_columns(char, columns):
    assert cell(char)[1] == columns


def test_long_text_is_cut():
    assert visible("x" * 201) == "x" * 200 + "…"
    assert visible("x" * 200) == "x" * 200


@given(st.text())
def test_nothing_dangerous_is_left(text):
    shown = visible(text, limit=10_000)
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in shown)
    shown.encode()
