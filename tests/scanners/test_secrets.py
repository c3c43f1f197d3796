"""Secrets: what is found, redacted and left alone. No token stands in this file: all are drawn."""

from __future__ import annotations

import hashlib
import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.secrets.tokens import MARKED, drawn, lines
from pyshield import BlockingShield, input_scanners, output_scanners
from pyshield.input_scanners.secrets import REDACT_ALL, REDACT_HASH, REDACT_PARTIAL, Secrets

SECRETS = Secrets()
LINES = list(lines(3, seed=41))


def token(seed: int = 1) -> str:
    return drawn(random.Random(seed), MARKED["github"])


def test_nearly_every_made_up_secret_is_found():
    missed = []
    for line in LINES:
        text, valid, risk = SECRETS.scan(line.text)
        assert (text == line.text, risk) == (valid, -1.0 if valid else 1.0)
        middle = line.secret[len(line.secret) // 3 : len(line.secret) * 2 // 3]
        if middle in text:
            missed.append(line.kind)
    # A few of a hundred random strings look like words, or like too little.
    assert len(missed) <= len(LINES) // 50, missed


def test_modes():
    secret = token()
    text = f"see {secret}, {secret}"
    assert Secrets(redact_mode=REDACT_ALL).scan(text)[0] == "see ******, ******"
    shown = f"{secret[:2]}..{secret[-2:]}"
    assert Secrets(redact_mode=REDACT_PARTIAL).scan(text)[0] == f"see {shown}, {shown}"
    digest = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
    assert Secrets(redact_mode=REDACT_HASH).scan(text)[0] == f"see {digest}, {digest}"
    for mode in (REDACT_ALL, REDACT_PARTIAL, REDACT_HASH):
        assert Secrets(redact_mode=mode).scan(secret)[0] == Secrets.redact_value(secret, mode)
    with pytest.raises(ValueError, match="redact mode 'none'"):
        Secrets.redact_value(secret, "none")


def test_findings_name_the_kind_and_never_the_secret():
    secret = token()
    report = SECRETS.report(f"größer: '{secret}'")
    assert report.findings[0].label == "GITHUB_TOKEN"
    assert {(finding.start, finding.end) for finding in report.findings} == {(9, 9 + len(secret))}
    for shown in (repr(report), str(report.to_dict()), repr(SECRETS), str(report.findings)):
        assert secret[4:12] not in shown


def test_the_pragma_counts_only_if_asked():
    text = f"a = '{token()}'  # pragma: allowlist secret"
    assert not SECRETS.scan(text)[1]
    allowing = Secrets(allow_pragma=True)
    assert allowing.scan(text) == (text, True, -1.0)
    assert pickle.loads(pickle.dumps(allowing)) == allowing


def test_outputs_too():
    secret = token()
    scanner = output_scanners.Secrets()
    assert scanner.scan("Which key?", f"It is {secret}.") == ("It is ******.", False, 1.0)
    shield = BlockingShield(output=[scanner])
    assert shield.scan_output("Which key?", f"It is {secret}.").text == "It is ******."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "The meeting is on 14 March 2027; write to kim@example.org or see https://example.org/a?b=c.",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        '"integrity": "sha512-' + "Ab1/" * 21 + 'A=="',
        "id = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'",
        "export API_TOKEN=${OTHER_TOKEN_2}",
        "api_key = 'your-api-key-here-1234'",
        "token = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx1'",
        "secret = '0123456789abcdef0123456789abcdef'",
        "from org.apache.commons.lang3.StringUtils2 import is_empty_or_null_v2",
    ],
)
def test_what_is_no_secret(text):
    assert SECRETS.scan(text) == (text, True, -1.0)


@given(
    st.lists(st.sampled_from(LINES), max_size=4),
    st.text(max_size=20),
    st.sampled_from([REDACT_ALL, REDACT_HASH]),
)
@settings(deadline=None)
def test_what_was_found_is_gone(chosen, glue, mode):
    text = glue.join(line.text for line in chosen)
    report = Secrets(redact_mode=mode).report(text)
    assert report.is_valid == (not report.findings)
    for finding in report.findings:
        value = text[finding.start : finding.end]
        assert value
        assert len(value) < 8 or value not in report.text


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text(text):
    cleaned, valid, risk = SECRETS.scan(text)
    assert (valid, risk) in [(True, -1.0), (False, 1.0)]
    assert valid == (cleaned == text)


def test_the_same_alone_and_in_company():
    others = [
        input_scanners.BanSubstrings(["token", "ÜBER"], redact=True),
        input_scanners.InvisibleText(),
    ]
    together = BlockingShield([SECRETS, *others])
    for line in LINES[::7]:
        alone = SECRETS.report(line.text)
        mine = [one for one in together.scan_prompt(line.text).findings if one.scanner == "Secrets"]
        assert [(one.label, one.start, one.end) for one in mine] == [
            (one.label, one.start, one.end) for one in alone.findings
        ]
