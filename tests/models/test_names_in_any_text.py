"""Whatever a text holds, names and patterns together: it comes back, and what a vault holds shows nowhere."""

from __future__ import annotations

import logging
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Vault
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import ShieldError
from pyshield.model import Model

NAMES = {"PERSON": ["Bob", "ALICE", "alice"], "LOCATION": ["Paris"], "ORGANIZATION": ["Acme", "acme"]}
PATTERNS = ["ada@example.org", "4111 1111 1111 1111", "DE89370400440532013000", "10.0.0.1", "+1 202-555-0173"]
OTHERS = ["hello", "é", "王", "🎉", "\u0301", "\n", '"', "\\", "[", "]", "[REDACTED_PERSON_1]", "_", "Zürich"]
ENTITIES = [*NAMES, "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER"]
UNDONE = ["placeholder", "fake", "encrypt", "keep"]
LOST = ["mask", "partial", "hash"]
KEY = bytes(range(32))

words = st.sampled_from([*(name for names in NAMES.values() for name in names), *PATTERNS, *OTHERS])
texts = st.lists(st.one_of(words, st.text(max_size=4)), max_size=12).flatmap(
    lambda parts: st.sampled_from(["", " ", ", "]).map(lambda joint: joint.join(parts))
)


@pytest.fixture(scope="module")
def shields(encoder_dir):
    """Shields with operators at random, each with what it was given."""
    conf = {"DEFAULT_MODEL": Model(str(encoder_dir))}
    rng = random.Random(11)
    made = []
    for _ in range(6):
        mix = {name: rng.choice([*UNDONE, *LOST]) for name in ENTITIES}
        vault = Vault()
        scanner = i.Anonymize(vault, entity_types=ENTITIES, recognizer_conf=conf, operators=mix, key=KEY)
        shield = BlockingShield(prompt=[scanner], output=[o.Deanonymize(vault, key=KEY)])
        made.append((mix, scanner, shield))
    return made


def stands_alone(text, value):
    """Whether a value stands somewhere by itself, and not within a longer run that may be something else."""
    return re.search(rf"(?<![\w.:/@+%&#?=~-]){re.escape(value)}(?![\w.:/@+%&#?=~-])", text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, which=st.integers(0, 5))
def test_what_was_taken_out_comes_back_and_shows_nowhere(shields, caplog, text, which):
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    mix, scanner, shield = shields[which]
    vault = Vault()
    session = shield.session(vault)
    result = session.scan_prompt(text)
    expected, end = "", 0
    for finding in result.findings:
        assert end <= finding.start < finding.end <= len(text)
        value = text[finding.start : finding.end]
        kept = finding.replacement is None or mix[finding.label] in UNDONE
        expected += text[end : finding.start] + (value if kept else finding.replacement)
        end = finding.end
    expected += text[end:]
    back = session.scan_output("", result.text)
    assert back.text == expected
    shown = f"{result!r} {result.to_dict()} {back!r} {shield.metrics()} {scanner.explain(text)} {caplog.text}"
    shown += f" {scanner!r} {vault!r} {session!r} {shield!r}"
    for _, value in vault.get():
        assert not stands_alone(result.text, value)
        assert not stands_alone(shown, value)
    by_model = {f.label for f in result.findings} & set(NAMES)
    for label, names in NAMES.items():
        if any(re.search(rf"(?:^|[ ,]){name}(?:$|[ ,])", text) for name in names):
            assert label in by_model


def test_errors_hold_no_name(encoder_dir, caplog):
    caplog.set_level(logging.DEBUG)
    conf = {"DEFAULT_MODEL": Model(str(encoder_dir), max_windows=1)}
    vault = Vault()
    scanner = i.Anonymize(vault, recognizer_conf=conf)
    shield = BlockingShield(prompt=[scanner])
    text = "Alice met Bob, ada@example.org. " * 40
    with pytest.raises(ShieldError) as raised:
        scanner.scan(text)
    result = shield.scan_prompt(text)
    assert not result.is_valid
    assert len(vault) == 0
    error = raised.value
    shown = f"{error!r} {error.__dict__} {result!r} {result.errors!r} {result.to_dict()} {caplog.text}"
    assert not any(word in shown for word in ("Alice", "Bob", "ada@"))
