"""Scanners whose models are compiled in say which they used, as those do whose models are loaded."""

from __future__ import annotations

import pytest

from pyshield import BlockingShield
from pyshield.input_scanners import BanSubstrings, Language
from pyshield.output_scanners import FactualConsistency, LanguageSame, MaliciousURLs

NAMES = {
    "Language": "pyshield-language 1",
    "LanguageSame": "pyshield-language 1",
    "MaliciousURLs": "pyshield-urls 1",
    "FactualConsistency": "pyshield-consistency 1",
}
PROMPT, OUTPUT = "The heron stands in the shallow water.", "The heron stands in the water, see a.example.org."


def test_a_verdict_names_its_model():
    shield = BlockingShield(
        prompt=[Language(["en"]), BanSubstrings(["egret"])],
        output=[LanguageSame(), MaliciousURLs(), FactualConsistency()],
    )
    named = {name: verdict.model for name, verdict in shield.scan_prompt(PROMPT).verdicts.items()}
    assert named == {"Language": NAMES["Language"], "BanSubstrings": None}
    # They do not count as models that are asked for: nothing is loaded, and nothing can fail.
    assert shield.scan_prompt(PROMPT).detection_method.value == "heuristic"
    verdicts = shield.scan_output(PROMPT, OUTPUT).verdicts
    assert {name: verdict.model for name, verdict in verdicts.items()} == {
        name: NAMES[name] for name in ("LanguageSame", "MaliciousURLs", "FactualConsistency")
    }


@pytest.mark.parametrize("scanner", [LanguageSame(), MaliciousURLs(), FactualConsistency()])
def test_alone_and_in_a_stream(scanner):
    name = type(scanner).__name__
    assert scanner.report(PROMPT, OUTPUT).verdicts[name].model == NAMES[name]
    shield = BlockingShield(output=[scanner])
    *_, last = shield.stream_output(PROMPT, iter([OUTPUT]))
    assert last.result.verdicts[name].model == NAMES[name]
