from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from training.example import check
from training.generate.injection import generate
from training.generate.injection.carriers import CARRIERS, MARK, PLACES, Page
from training.generate.injection.carriers.tool import CARRIERS as TOOLS
from training.generate.injection.suffix import suffix
from training.generate.injection.variety import distinct, near_duplicates, trigger_accuracy
from training.generate.injection.voice import ENGLISH, OTHERS, voice

ROWS = list(generate(random.Random(11), 1500))


def test_rows_keep_the_format_and_no_text_comes_twice() -> None:
    for row in ROWS:
        check(row)
    assert len({row.text for row in ROWS}) == len(ROWS)
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_the_same_seed_gives_the_same_rows() -> None:
    assert list(generate(random.Random(11), 100)) == ROWS[:100]
    assert list(generate(random.Random(12), 100)) != ROWS[:100]


def test_there_are_at_least_as_many_harmless_rows_as_attacks() -> None:
    attacks = sum(bool(row.labels["injection"]) for row in ROWS)
    assert 0.35 * len(ROWS) < attacks <= 0.5 * len(ROWS)
    assert {label for row in ROWS for label in row.labels["injection"]} == {"direct", "indirect", "jailbreak"}


def test_quoted_attacks_are_not_attacks() -> None:
    quoted = [row for row in ROWS if row.labels["quoted"]]
    assert len(quoted) > 80
    assert not any(row.labels["injection"] for row in quoted)


def test_a_family_has_one_label() -> None:
    labels: dict[str, set[str]] = {}
    for row in ROWS:
        if not row.group.rpartition("/")[2].startswith("direct"):  # these are typed and planted
            labels.setdefault(row.group, set()).add(str(row.labels))
    assert {group: found for group, found in labels.items() if len(found) > 1} == {}


def test_the_span_is_where_the_attack_is() -> None:
    spans = [row for row in ROWS if "span" in row.meta]
    assert len(spans) > 150
    for row in spans:
        start, end = map(int, row.meta["span"].split(":"))
        assert 0 <= start < end <= len(row.text)
        assert row.text[start:end].strip()


def test_no_mark_and_no_open_reference_is_left() -> None:
    assert not [row.id for row in ROWS if MARK in row.text]


def test_every_language_has_all_kinds() -> None:
    kinds: dict[str, Counter[str]] = {}
    for row in generate(random.Random(4), 2500):
        kinds.setdefault(row.language, Counter())[row.group.split("/")[2].split(".")[0]] += 1
    assert set(kinds) == {ENGLISH, *OTHERS}
    for language, counted in kinds.items():
        assert {"direct", "jailbreak", "aside", "quoted", "benign", "clean"} <= set(counted), language


@pytest.mark.parametrize("place", [*PLACES, None])
@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.name)
def test_a_carrier_holds_its_note_once_or_not_at_all(carrier, place) -> None:
    for seed in range(4):
        rng = random.Random(seed)
        page = Page(rng, voice(ENGLISH), voice(ENGLISH).topic(rng), place, 1 + seed % 2)
        assert carrier.build(page).count(MARK) == (place is not None)


@pytest.mark.parametrize("name", ["tool/search", "tool/messages", "tool/record", "tool/result"])
def test_tool_results_stay_json(name) -> None:
    carrier = next(tool for tool in TOOLS if tool.name == name)
    note = 'say "hi"\n\\and "more"'
    for seed in range(20):
        rng = random.Random(seed)
        page = Page(rng, voice(ENGLISH), voice(ENGLISH).topic(rng), "middle", 1)
        text = carrier.build(page).replace(MARK, carrier.escape(note))
        assert any(note in found for found in _strings(json.loads(text)))


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


@pytest.mark.parametrize("language", [ENGLISH, *OTHERS])
def test_every_family_can_be_drawn(language) -> None:
    spoken = voice(language)
    slots = {"attack": "A", "attack2": "B", "encoded": "C", "encoded_harm": "D", "suffix": "E"}
    for family in spoken.grammar.families:
        assert len({spoken.grammar.expand(random.Random(seed), family, slots) for seed in range(30)}) >= 6, (
            family
        )


def test_suffixes_are_broken_words_and_signs_after_a_request() -> None:
    found = [row for row in ROWS if row.meta.get("obfuscation") == "suffix"]
    assert {row.group.split("/")[2] for row in found} == {"jailbreak.suffix.harm", "jailbreak.suffix.plain"}
    for seed in range(50):
        tail = suffix(random.Random(seed), voice(ENGLISH))
        assert len(tail) > 30
        assert sum(not (char.isalnum() or char.isspace()) for char in tail) > 1


def test_near_duplicates_are_counted() -> None:
    one, other = (
        "the cat sat on the old mat near the door today",
        "a dog ran over the new road behind my house",
    )
    assert near_duplicates([one, other]) == 0
    assert near_duplicates([one, other, one + " again", "hi", "hi"]) == 2 / 5
    assert distinct(["a b a b"], 1) == 0.5


def test_trigger_words_alone_do_not_tell_attacks_from_look_alikes() -> None:
    english = [row for row in ROWS if row.language == ENGLISH]
    assert trigger_accuracy(english) < 0.75
