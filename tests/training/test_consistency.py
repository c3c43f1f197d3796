"""Claims about sources: a label must follow from how the claim was made."""

import random
from collections import Counter

from training.generate.consistency import claims, generate
from training.generate.consistency.scenario import scenarios
from training.generate.consistency.world import World, pools


def facts(seed=1):
    for scenario in scenarios():
        world = World(random.Random(seed), scenario.slots)
        for fact in scenario.facts:
            yield fact, world


def test_there_are_enough_scenarios_of_both_kinds():
    assert len(scenarios()) >= 20
    assert sum(scenario.is_talk for scenario in scenarios()) >= 6
    assert all(len(scenario.facts) >= 3 for scenario in scenarios())


def test_values_of_one_world_differ_where_they_exclude_each_other():
    for scenario in scenarios():
        values = World(random.Random(2), scenario.slots).values
        for slot in scenario.slots:
            for other in scenario.slots:
                if slot < other and slot.rstrip("0123456789") == other.rstrip("0123456789"):
                    assert values[slot] != values[other]


def test_pools_hold_no_value_twice_and_no_empty_one():
    for values in pools().values():
        assert len(set(values)) == len(values) >= 2
        assert all(values)


def test_an_exchanged_value_is_another_one():
    for fact, world in facts():
        for slot in fact.slots:
            changed = world.exchanged(slot)
            assert changed[slot] != world.values[slot]


def test_a_false_claim_is_never_one_that_the_fact_supports():
    for seed in range(5):
        for fact, world in facts(seed):
            rng = random.Random(seed)
            right = {fact.claim(rng, world.values) for _ in range(60)}
            for _ in range(8):
                made = claims.false(rng, fact, world)
                if made is not None:
                    assert made[0] not in right, fact.name


def test_plain_claims_speak_of_no_number_that_the_fact_does_not_have():
    for fact, world in facts(3):
        claim = fact.claim(random.Random(4), world.values)
        known = " ".join(world.values.values()) + " 13 "
        for word in claim.replace(",", "").split():
            if word.isdigit():
                assert word in known.replace(",", ""), fact.name


def test_all_labels_styles_and_edits_occur():
    rows = list(generate(random.Random(6), 1500))
    labels = Counter(row.labels["consistency"] for row in rows)
    assert min(labels.values()) > 200
    assert {row.source for row in rows} == {"generated/consistency/reply", "generated/consistency/summary"}
    edits = {
        label: {row.meta["edit"] for row in rows if row.labels["consistency"] == label} for label in labels
    }
    assert edits["entails"] == {"none"}
    assert edits["contradicts"] == {"exchange", "swap", "deny", "negate", "contrast", "wrap"}
    assert edits["neither"] == {"left out", "elsewhere"}


def test_shared_words_do_not_tell_the_labels_apart():
    share = {"entails": [], "contradicts": []}
    for row in generate(random.Random(7), 1500):
        if row.labels["consistency"] in share:
            words = set(row.pair.lower().split())
            share[row.labels["consistency"]].append(len(words & set(row.text.lower().split())) / len(words))
    mean = {label: sum(values) / len(values) for label, values in share.items()}
    assert abs(mean["entails"] - mean["contradicts"]) < 0.12, mean
