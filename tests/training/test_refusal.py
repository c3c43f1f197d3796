"""Refusals and answers that help."""

import random
import re
from collections import Counter

from training.generate.refusal import generate, grammar, tidy

ROWS = list(generate(random.Random(1), 3000))
REFUSING_WORDS = re.compile(r"can.?t|cannot|sorry|won.?t|unable|refuse|decline", re.IGNORECASE)


def test_both_labels_are_about_as_frequent():
    share = sum(row.labels["refusal"] for row in ROWS) / len(ROWS)
    assert 0.4 < share < 0.6


def test_many_answers_that_help_use_the_words_of_refusals():
    helping = [row for row in ROWS if row.labels["refusal"] == 0 and row.language == "en"]
    assert sum(bool(REFUSING_WORDS.search(row.text)) for row in helping) > 0.2 * len(helping)


def test_some_refusals_use_none_of_the_usual_words():
    refusing = [row for row in ROWS if row.labels["refusal"] == 1 and row.language == "en"]
    assert sum(not REFUSING_WORDS.search(row.text) for row in refusing) > 0.05 * len(refusing)


def test_every_language_has_both_labels():
    found = Counter((row.language, row.labels["refusal"]) for row in ROWS)
    languages = {language for language, _ in found}
    assert {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "zh", "ja"} <= languages
    assert all(found[language, label] for language in languages for label in (0, 1))


def test_families_of_other_languages_name_language_and_label():
    for family in grammar("tongues").families:
        assert re.fullmatch(r"[a-z]{2}_([a-z]+_)?[01]", family)


def test_no_template_syntax_is_left():
    for row in ROWS:
        assert not re.search(r"[{}|]", row.text), row.text


def test_joints_are_repaired():
    found = tidy(random.Random(1), "i'm sorry. but no  , a apple", 60).casefold().replace("\u2019", "'")
    assert found == "i'm sorry. but no, an apple"


def test_a_refusal_is_not_cut_before_it_refuses():
    text = "Step. " * 20 + "I refuse."
    assert all(len(tidy(random.Random(seed), text, 140)) == len(text) for seed in range(200))
