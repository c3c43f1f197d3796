"""Requests: harmful ones and harmless ones in the same frames, tasks, other languages."""

import random
from collections import Counter

from training import example
from training.generate import requests
from training.generate.grammar import read_rules

ROWS = list(requests.generate(random.Random(1), 4000))


def of(kind):
    return [row for row in ROWS if row.source == f"generated/requests/{kind}"]


def test_rows_are_valid_and_varied():
    for row in ROWS:
        example.check(row)
    assert len({row.text for row in ROWS}) > 0.9 * len(ROWS)
    assert min(Counter(row.source for row in ROWS).values()) > 400


def test_every_subject_of_harm_has_a_harmless_twin():
    subjects = {kind: {row.group.rpartition(".")[2] for row in of(kind)} for kind in ("harm", "twin")}
    assert subjects["harm"] == subjects["twin"]
    assert len(subjects["harm"]) >= 9


def test_what_is_asked_decides_and_not_the_frame():
    framed = {kind: Counter(row.meta.get("family") for row in of(kind)) for kind in ("harm", "twin")}
    assert set(framed["harm"]) == set(framed["twin"])
    for row in of("twin"):
        assert row.labels["injection"] == []
    for row in of("harm"):
        expected = {"injection": ["jailbreak"], "quoted": 0} if "family" in row.meta else {"quoted": 0}
        assert row.labels == expected


def test_the_span_is_what_is_asked():
    spans = [row for row in of("harm") if "span" in row.meta]
    assert len(spans) > 100
    for row in spans:
        start, end = map(int, row.meta["span"].split(":"))
        assert row.text[start:end] == row.meta["goal"]


def test_nearly_every_language_asks_and_refuses():
    said = {row.language: set() for row in of("tongue")}
    for row in of("tongue"):
        said[row.language].add(row.labels["refusal"])
    assert len(said) >= 14
    assert sum(labels == {0, 1} for labels in said.values()) >= 12


def test_a_group_in_a_choice_is_a_reference():
    """`{group|others}` would say "group"."""
    rules = read_rules((requests._HERE / "harms.grammar").read_text(encoding="utf-8"))
    for option in (option for options in rules.values() for option in options):
        for name in ("group", "one", "trait", "victim", "weak", "forged", "malware", "weapon", "crime"):
            assert f"{{{name}|" not in option
            assert f"|{name}|" not in option
            assert f"|{name}}}" not in option


def test_no_mark_is_left():
    assert not any(
        "  " in row.text.replace("\n    ", "") or "{" in row.text.replace("{\n", "") for row in ROWS
    )
