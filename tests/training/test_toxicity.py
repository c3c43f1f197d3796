"""Functional cases of toxicity: each family says only what it is sure of."""

import random
import re
from collections import Counter

import pytest

from training.generate import toxicity

ROWS = list(toxicity.generate(random.Random(1), 4000))


def test_families_of_grammars_and_of_labels_are_the_same():
    assert set(toxicity.grammar("abuse").families) == set(toxicity._ABUSE)
    assert set(toxicity.grammar("harmless").families) == set(toxicity._HARMLESS)


def test_abuse_and_harmless_texts_are_about_as_many():
    toxic = [row.labels["toxicity"].get("toxic") for row in ROWS]
    assert 0.4 < toxic.count(1) / len(toxic) < 0.6
    assert toxic.count(0) / len(toxic) > 0.35


@pytest.mark.parametrize("label", ["insult", "obscene", "threat", "identity_hate", "sexual"])
def test_every_label_is_observed_both_ways(label):
    values = Counter(row.labels["toxicity"].get(label) for row in ROWS)
    assert values[0] > 100
    assert values[1] > 60


def test_words_for_groups_do_not_decide():
    names = re.compile(r"\b(muslims|women|immigrants|jews|gay|black|trans|refugees)\b", re.IGNORECASE)
    labels = Counter(row.labels["toxicity"].get("toxic") for row in ROWS if names.search(row.text))
    assert 0.5 < labels[0] / labels[1] < 2


def test_swearing_without_abuse_is_obscene_and_no_insult():
    rows = [row for row in ROWS if row.group == "toxicity/profane"]
    assert rows
    for row in rows:
        assert row.labels["toxicity"]["obscene"] == 1
        assert row.labels["toxicity"]["insult"] == row.labels["toxicity"]["identity_hate"] == 0


def test_calm_families_hold_no_swear_word():
    for row in ROWS:
        if row.labels["toxicity"].get("obscene") == 0:
            assert not re.search(r"fuck|shit|bitch|asshole", row.text, re.IGNORECASE), row.text


def test_no_template_syntax_is_left():
    assert not any(re.search(r"[{}|]", row.text) for row in ROWS)


def test_a_disguise_changes_one_word_only():
    for seed in range(300):
        text, typing = toxicity.dress(random.Random(seed), "Those people are disgusting today")
        if typing == "disguised":
            assert text.startswith("Those people are ")
            assert text.endswith(" today")
