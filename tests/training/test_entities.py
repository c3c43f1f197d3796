"""Named entities: every span must lie exactly on the name that was put there."""

import random

import pytest

from training.generate.entities import generate, grammar, kinds
from training.generate.entities.dates import date
from training.generate.entities.dress import assemble, recase, split_words
from training.generate.entities.fill import MARKERS, TYPES, Filler
from training.generate.grammar import Grammar


def filled(template, seed=1, language="en"):
    rules = Grammar({"text": [template]}, slots=MARKERS)
    return Filler(random.Random(seed), language).fill(rules.expand(random.Random(seed), "text", MARKERS))


def named(text, spans):
    return [(text[start:end], kind) for start, end, kind in spans]


def test_spans_lie_on_the_names():
    pieces = filled(
        "Mr. {surname1} of {company1} flew from {city1} to {city2} on {date}; {surname1} left {company1}."
    )
    text, spans = assemble(pieces)
    values = named(text, spans)
    assert [kind for _, kind in values] == [
        "PERSON", "ORGANIZATION", "LOCATION", "LOCATION", "DATE", "PERSON", "ORGANIZATION",
    ]  # fmt: skip
    assert values[0] == values[5]
    assert values[1] == values[6]
    assert text == "Mr. {} of {} flew from {} to {} on {}; {} left {}.".format(*(name for name, _ in values))


def test_the_names_of_one_person_agree():
    for seed in range(50):
        text, spans = assemble(filled("{first1}|{surname1}|{person1}", seed).copy())
        (first, _), (family, _), (full, _) = named(text, spans)
        assert first[0] in full
        assert family in full


def test_an_article_is_not_part_of_a_place():
    for seed in range(80):
        text, spans = assemble(filled("we saw {landmark}", seed))
        [(name, kind)] = named(text, spans)
        assert kind == "LOCATION"
        assert not name.startswith("the ")
        assert text in {f"we saw {name}", f"we saw the {name}"}


def test_no_article_follows_an_article():
    for seed in range(200):
        text, _ = assemble(filled("The {ministry} and city's {court} and the {landmark}", seed))
        assert "The the" not in text
        assert "'s the" not in text
        assert "the the" not in text


def test_handles_name_nobody():
    text, spans = assemble(filled("RT {handle}: hi"))
    assert spans == []
    assert text.startswith("RT @")


def test_an_abbreviation_is_that_of_the_name_before_it():
    for seed in range(50):
        text, spans = assemble(filled("{longorg1}; {abbr1}", seed))
        (name, _), (short, _), (again, _) = named(text, spans)
        assert short == again
        assert short[0] == name[0].upper()
        assert {kind for _, _, kind in spans} == {"ORGANIZATION"}


def test_names_by_kind_are_whole():
    for seed in range(300):
        rng = random.Random(seed)
        for kind in (*kinds.ORGANIZATIONS, "company", "de", *kinds.PLACES.values()):
            name = kinds.compose(rng, kind, "english")
            assert name == name.strip()
            assert not set(name) & set("{}_")


def test_telephone_numbers_and_references_carry_no_type():
    text, spans = assemble(filled("call {phone} about {ref} or write to {email}, {money}"))
    assert spans == []
    assert any(char.isdigit() for char in text)


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_spans_follow_a_change_of_case_that_changes_lengths(change):
    pieces = [("Groß: ", None), ("Straße Strauß", "ADDRESS"), (" und ", None), ("İzmir", "LOCATION")]
    text, spans = assemble(recase(pieces, change))
    assert named(text, spans) == [(change("Straße Strauß"), "ADDRESS"), (change("İzmir"), "LOCATION")]


def test_split_punctuation_stays_outside_names():
    pieces = [
        ("Yesterday, ", None),
        ("O'Brien", "PERSON"),
        ("'s team (", None),
        ("Acme Inc.", "ORGANIZATION"),
    ]
    text, spans = assemble(split_words([*pieces, (") lost 3:1.", None)]))
    assert text == "Yesterday , O'Brien 's team ( Acme Inc. ) lost 3:1 ."
    assert named(text, spans) == [("O'Brien", "PERSON"), ("Acme Inc.", "ORGANIZATION")]


def test_no_marker_and_no_name_of_a_slot_is_left():
    for row in generate(random.Random(3), 1500):
        assert "\ue000" not in row.text
        assert "\ue001" not in row.text
        assert "{" not in row.text.replace('{"', "")
        for start, end, kind in row.labels["entities"]["spans"]:
            name = row.text[start:end]
            assert name == name.strip()
            assert kind in TYPES
        assert row.labels["entities"]["observed"] == list(TYPES)


def test_every_type_and_rows_without_any_occur_in_number():
    counts = dict.fromkeys((*TYPES, None), 0)
    for row in generate(random.Random(4), 1000):
        kinds = {kind for _, _, kind in row.labels["entities"]["spans"]}
        for kind in kinds or {None}:
            counts[kind] += 1
    assert all(count > 30 for count in counts.values()), counts


def test_most_names_do_not_repeat():
    found = [named(row.text, row.labels["entities"]["spans"]) for row in generate(random.Random(5), 1000)]
    names = [name for row in found for name, kind in row if kind == "PERSON"]
    assert len(set(names)) > 0.8 * len(names)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "nl", "pt", "pl"])
def test_a_date_has_a_day_or_a_month(language):
    for seed in range(100):
        text = date(random.Random(seed), language)
        assert any(char.isdigit() for char in text)
        assert not text.isdigit()


def test_grammars_of_all_languages_load():
    for name in ("results", "german", "french", "spanish", "italian", "dutch", "portuguese", "polish"):
        assert grammar(name).families
    assert len(grammar("news", "words").families) >= 6
