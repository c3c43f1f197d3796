"""What nothing looks for: llm-guard's tuples cannot say it, so the log does, once."""

from __future__ import annotations

import logging
import pickle

import pytest

from pyshield import BlockingShield, Vault, _told, scan_output, scan_prompt
from pyshield.input_scanners import Anonymize
from pyshield.input_scanners.anonymize_helpers import ENCODER_CONF
from pyshield.output_scanners import Sensitive

TEXT = "My name is John Doe"


@pytest.fixture(autouse=True)
def said(monkeypatch, caplog):
    """What the log was told since the last look."""
    monkeypatch.setattr(_told, "_told", set())
    caplog.set_level(logging.DEBUG, "pyshield")

    def since() -> list[str]:
        words = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        caplog.clear()
        return words

    return since


def test_names_without_a_model(said):
    scanner = Anonymize(Vault(), entity_types=["EMAIL_ADDRESS", "PERSON"])
    assert said() == []
    assert scanner.scan(TEXT) == (TEXT, True, -1.0)
    (words,) = said()
    assert words.startswith("Anonymize: nothing looks for PERSON: ")
    assert "ENCODER_CONF" in words
    assert "John" not in words
    # Once, for others that are declared so, too.
    scanner.scan(TEXT)
    scan_prompt([Anonymize(Vault(), entity_types=["PERSON"])], TEXT)
    assert said() == []
    scan_output([Sensitive(entity_types=["PERSON", "NRP"])], "", TEXT)
    (words,) = said()
    assert words.startswith("Sensitive: nothing looks for PERSON, NRP: ")


async def test_awaited(said):
    await Sensitive().ascan("", TEXT)
    (words,) = said()
    assert "PERSON" in words


def test_one_that_was_sent(said):
    scanner = pickle.loads(pickle.dumps(Sensitive()))
    assert scanner.scan("", "ada@example.org")[1] is False
    assert len(said()) == 1


def test_nothing_is_missing(said):
    Anonymize(Vault(), entity_types=["EMAIL_ADDRESS"]).scan(TEXT)
    people = [{"name": "PERSON", "expressions": ["John Doe"]}]
    assert Sensitive(entity_types=["PERSON"], regex_patterns=people).scan("", TEXT)[1] is False
    Sensitive(entity_types=["PERSON"], recognizer_conf=ENCODER_CONF)._first_used()
    assert said() == []


def test_a_shield_has_it_in_its_verdict(said):
    result = BlockingShield(prompt=[Anonymize(Vault())]).scan_prompt(TEXT)
    assert "PERSON" in result.verdicts["Anonymize"].degraded
    assert said() == []


def test_what_is_remembered_is_bounded(said):
    for number in range(2 * _told._MOST):
        _told.told_once(str(number))
    assert len(said()) == len(_told._told) == _told._MOST


def test_a_group_that_nothing_asks_for(said):
    # llm-guard takes both, and looks for neither.
    ticket = {"name": "ticket", "expressions": [r"T-\d+"]}
    built_in = {"name": "DATE_RE", "expressions": [r"\d+/\d+"]}
    assert Anonymize(Vault(), regex_patterns=[ticket, built_in]).scan("T-1 on 3/4")[1]
    group, _ = said()  # the other is of names
    assert group == (
        "Anonymize: regex_patterns: 'TICKET': nothing looks for it;"
        " a group counts where entity_types has its name"
    )
    wanted = {"entity_types": ["TICKET"], "regex_patterns": [ticket, built_in]}
    assert not Sensitive(**wanted).scan("", "T-1")[1]
    assert said() == []


def test_a_key_that_nothing_reads(said):
    group = {"name": "TICKET", "expressions": [r"T-\d+"], "scor": 0.1, "note": "ours"}
    assert not Sensitive(entity_types=["TICKET"], regex_patterns=[group]).scan("", "T-1")[1]
    near, far = said()
    assert near.startswith(
        "Sensitive: regex_patterns[0]: 'scor': unknown key, nothing reads it; did you mean 'score'? Known "
    )
    assert "'note': unknown key, nothing reads it; known are name, " in far
