"""Subjective and neutral writing."""

import random
from collections import Counter

from training.generate import bias
from training.generate.grammar import read_rules

ROWS = list(bias.generate(random.Random(1), 2000))


def words(kind):
    source = (bias._HERE / "words.grammar").read_text(encoding="utf-8")
    return {name.split(".")[0] for name in read_rules(source) if name.endswith(f".{kind}")}


def test_every_choice_of_words_has_a_neutral_and_a_loaded_side():
    assert words("n") == words("l")
    assert len(words("n")) >= 9


def test_both_labels_are_about_as_frequent():
    share = sum(row.labels["bias"] for row in ROWS) / len(ROWS)
    assert 0.4 < share < 0.6


def test_every_family_of_pairs_has_both_labels():
    found = Counter((row.group, row.labels["bias"]) for row in ROWS if row.source.endswith("/pairs"))
    groups = {group for group, _ in found}
    assert len(groups) >= 4
    assert all(found[group, value] > 20 for group in groups for value in (0, 1))


def test_a_neutral_sentence_holds_no_loaded_word():
    loaded = (
        "disastrous",
        "so-called",
        "whined",
        "butchered",
        "shamefully",
        "greedy",
        "farce",
        "catastrophe",
    )
    for row in ROWS:
        if row.source.endswith("/pairs") and row.labels["bias"] == 0:
            assert not any(word in row.text.lower() for word in loaded), row.text


def test_a_loaded_sentence_differs_from_a_neutral_one_of_the_same_draw():
    for seed in range(50):
        assert bias.minimal(random.Random(seed), "policy", 1) != bias.minimal(
            random.Random(seed), "policy", 0
        )


def test_no_mark_is_left():
    assert not any("\ue002" in row.text or "{" in row.text for row in ROWS)
