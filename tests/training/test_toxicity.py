"""Functional cases of toxicity: each family says only what it is sure of."""

import random
import re
from collections import Counter

import pytest

from training.generate import toxicity
from training.prepare.splits import split_of

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


def test_swearing_is_obscene_in_abuse_only():
    swearing = re.compile(r"fuck|shit|asshole|bastard", re.IGNORECASE)
    labels = [row.labels["toxicity"] for row in ROWS if swearing.search(row.text)]
    for toxic in (0, 1):
        found = {bits.get("obscene") for bits in labels if bits["toxic"] == toxic}
        assert found == {toxic}


def test_calm_families_hold_no_swear_word():
    calm = {name for name, known in toxicity._HARMLESS.items() if known == toxicity._CALM}
    for row in ROWS:
        if row.group.split("/")[1] in calm:
            assert not re.search(r"fuck|shit|bitch|asshole", row.text, re.IGNORECASE), row.text


def test_no_template_syntax_is_left():
    assert not any(re.search(r"[{}|]", row.text) for row in ROWS)


def test_validation_has_frames_of_both_kinds_and_training_has_all_families():
    kinds = Counter()
    families = set()
    for row in ROWS:
        if split_of(row) == "validation":
            kinds[row.source] += 1
        else:
            families.add(row.group.split("/")[1])
    assert min(kinds["generated/toxicity/abuse"], kinds["generated/toxicity/harmless"]) > 40
    assert families == set(toxicity._ABUSE) | set(toxicity._HARMLESS)


def test_the_same_claims_are_made_and_rejected():
    claims = re.compile(
        r"take our jobs|carry diseases|special rights|not be allowed to|are not (human|like us)",
        re.IGNORECASE,
    )
    labels = Counter(row.labels["toxicity"].get("toxic") for row in ROWS if claims.search(row.text))
    assert 0.3 < labels[0] / labels[1] < 3


def test_a_disguise_changes_one_word_only():
    for seed in range(300):
        text, typing = toxicity.dress(random.Random(seed), "Those people are disgusting today")
        if typing == "disguised":
            assert text.startswith("Those people are ")
            assert text.endswith(" today")
