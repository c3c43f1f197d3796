"""Gibberish of three degrees, and sensible texts that look odd."""

import random
from collections import Counter

from training.generate.gibberish import clean, generate, spoil

ROWS = list(generate(random.Random(1), 1500))


def texts(label):
    return [row.text for row in ROWS if row.labels["gibberish"] == label]


def test_all_four_labels_occur_and_half_is_sensible():
    counts = Counter(row.labels["gibberish"] for row in ROWS)
    assert set(counts) == {"clean", "mild", "word_salad", "noise"}
    assert 0.35 < counts["clean"] / len(ROWS) < 0.6


def test_noise_holds_few_known_words():
    known = {word.lower() for word in spoil.vocabulary("en")}
    words = [word.lower() for text in texts("noise") for word in text.split()]
    assert sum(word in known for word in words) < 0.1 * len(words)


def test_salad_is_made_of_known_words():
    known = {word.lower() for word in spoil.vocabulary("en")}
    for seed in range(50):
        words = [word.strip(".,;").lower() for word in spoil.salad(random.Random(seed), "en").split()]
        assert set(words) <= known
        assert len(words) >= 4


def test_a_mild_spoiling_changes_the_sentence_and_keeps_some_words():
    text, other = "the cook sold six old boats to his sister", "nobody in this town reads the paper any more"
    for seed in range(100):
        spoilt = spoil.mild(random.Random(seed), text, other, "en")
        assert spoilt != text
        assert set(spoilt.split()) & set((text + " " + other).split())


def test_identifiers_links_and_abbreviations_are_sensible():
    families = clean().families
    assert {"with_id", "chat", "technical", "names", "typos"} <= set(families)
    groups = {row.group for row in ROWS if row.labels["gibberish"] == "clean"}
    assert {f"gibberish/clean/{family}" for family in families} <= groups
    assert {"gibberish/clean/program", "gibberish/clean/german"} <= groups


def test_sensible_texts_come_in_several_languages():
    assert {"en", "de", "fr", "es"} <= {row.language for row in ROWS if row.labels["gibberish"] == "clean"}
