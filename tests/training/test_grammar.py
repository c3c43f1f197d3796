from __future__ import annotations

import random
from collections import Counter

import pytest

from training.generate.grammar import Grammar, GrammarError, read_rules


def draw(template: str, seed: int = 0, **rules: list[str]) -> str:
    return Grammar({"start": [template], **rules}).expand(random.Random(seed), "start")


def test_a_reference_is_expanded_and_capitalised() -> None:
    assert draw("{^who} meets {who}.", who=["the cook"]) == "The cook meets the cook."


def test_all_alternatives_are_drawn_about_equally_often() -> None:
    grammar = Grammar({"start": ["{a|b|}{1..2}"]})
    rng = random.Random(5)
    drawn = Counter(grammar.expand(rng, "start") for _ in range(3000))
    assert set(drawn) == {"a1", "a2", "b1", "b2", "1", "2"}
    assert min(drawn.values()) > 400


def test_a_key_keeps_its_value_within_one_expansion_only() -> None:
    grammar = Grammar({"start": ["{name:x} {name:x} {name:y}"], "name": [str(i) for i in range(1000)]})
    rng = random.Random(1)
    first, again, other = grammar.expand(rng, "start").split()
    assert first == again != other
    assert grammar.expand(rng, "start").split()[0] != first


def test_choices_nest_and_hold_references() -> None:
    texts = {draw("{{z} {y|{z}}|w}", seed, z=["deep"]) for seed in range(40)}
    assert texts == {"deep y", "deep deep", "w"}


def test_escaped_braces_and_bars_are_literal() -> None:
    assert draw(r'\{"a\|b": {1..1}\}') == '{"a|b": 1}'


def test_a_slot_wins_over_a_rule_and_may_hold_braces() -> None:
    grammar = Grammar({"start": ["<{body}>"], "body": ["rule"]}, slots=["body"])
    assert grammar.expand(random.Random(0), "start", {"body": "{not|parsed}"}) == "<{not|parsed}>"


def test_the_same_seed_gives_the_same_text() -> None:
    rules = {"start": ["{a|b|c} {1..1000} {w}"], "w": ["x", "y", "z"]}
    one, two = Grammar(rules), Grammar(rules)
    assert [one.expand(random.Random(s), "start") for s in range(50)] == [
        two.expand(random.Random(s), "start") for s in range(50)
    ]


@pytest.mark.parametrize("template", ["{a|b", "a}", "{no such}", "{missing}", "{}"])
def test_malformed_templates_are_refused(template: str) -> None:
    with pytest.raises(GrammarError):
        Grammar({"start": [template]})


def test_a_rule_that_never_ends_is_an_error() -> None:
    with pytest.raises(GrammarError, match="never ends"):
        draw("{start}")


def test_files_declare_rules_families_comments_and_continuations() -> None:
    rules = read_rules("# note\n:: greet*\nhello\\nthere\nlong \\\n    line\n\n:: other\nx\n")
    assert rules == {"greet*": ["hello\nthere", "long line"], "other": ["x"]}
    grammar = Grammar(rules)
    assert grammar.families == ("greet",)
    assert "greet" in grammar


def test_a_rule_declared_twice_is_refused(tmp_path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.grammar").write_text(":: same\nx\n")
    with pytest.raises(GrammarError, match="twice"):
        Grammar.load(tmp_path / "a.grammar", tmp_path / "b.grammar")
