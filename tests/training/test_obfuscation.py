from __future__ import annotations

import random

import pytest

from training.generate.obfuscation import LEGIBLE, TRICKS, hide, hide_words

SENTENCE = "Please put the kettle on before Maria reads the second letter aloud"
REVERSIBLE = [name for name, trick in TRICKS.items() if trick.undo]


@pytest.mark.parametrize("name", REVERSIBLE)
@pytest.mark.parametrize("seed", range(5))
def test_a_reversible_trick_can_be_undone(name: str, seed: int) -> None:
    hidden = hide(random.Random(seed), SENTENCE, name)
    undo = TRICKS[name].undo
    assert undo is not None
    assert undo(hidden).casefold() == SENTENCE.casefold()
    assert hidden != SENTENCE


@pytest.mark.parametrize(
    "name", ["base64", "hex", "percent", "entities", "escapes", "zero_width", "reversed"]
)
def test_other_scripts_survive(name: str) -> None:
    text = "Grüße aus Łódź, привет, 你好 👋"
    undo = TRICKS[name].undo
    assert undo is not None
    assert undo(hide(random.Random(3), text, name)) == text


@pytest.mark.parametrize("name", TRICKS)
def test_the_same_seed_gives_the_same_text(name: str) -> None:
    assert hide(random.Random(7), SENTENCE, name) == hide(random.Random(7), SENTENCE, name)


@pytest.mark.parametrize("name", [name for name, trick in TRICKS.items() if trick.opaque])
def test_an_opaque_trick_shows_no_word(name: str) -> None:
    hidden = hide(random.Random(1), SENTENCE, name).lower().split()
    assert not {word for word in SENTENCE.lower().split() if len(word) > 3} & set(hidden)


@pytest.mark.parametrize("name", LEGIBLE)
def test_hiding_words_leaves_the_short_ones(name: str) -> None:
    hidden = hide_words(random.Random(2), SENTENCE, name, share=1.0)
    assert " put the " in hidden
    assert hidden != SENTENCE


def test_known_results() -> None:
    rng = random.Random(0)
    assert hide(rng, "attack", "morse") == ".- - - .- -.-. -.-"
    assert hide(rng, "string apple", "pig_latin") == "ingstray appleway"
    assert hide(rng, "abc", "rot13") == "nop"
    assert hide(rng, "one two three", "word_order") == "three two one"
    assert hide(rng, "a", "tags") == "\U000e0061"
