"""Names of several corpora by one convention."""

import pytest

from training.prepare.conventions import harmonise, is_handle
from training.prepare.entities import running_text


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("President Obama", "PERSON", "Obama"),
        ("Prime Minister David Cameron", "PERSON", "David Cameron"),
        ("Mr. Smith", "PERSON", "Smith"),
        ("Lady Gaga", "PERSON", "Lady Gaga"),
        ("Martin Luther King Jr.", "PERSON", "Martin Luther King Jr."),
        ("#Ukraine", "LOCATION", "Ukraine"),
        ("U. S.", "LOCATION", "U. S."),
        ("Washington D.C.", "LOCATION", "Washington D.C."),
        ("Canada's", "LOCATION", "Canada"),
        ("the Lions", "ORGANIZATION", "Lions"),
        ("The Times", "ORGANIZATION", "The Times"),
        ("Borussia Dortmund.", "ORGANIZATION", "Borussia Dortmund"),
        ("Acme Inc.", "ORGANIZATION", "Acme Inc."),
        ("NFL)", "ORGANIZATION", "NFL"),
        ("Russian", "LOCATION", None),
        ("320 Willis Street", "LOCATION", None),
        ("Bank", "ORGANIZATION", None),
        ("Bank of China", "ORGANIZATION", "Bank of China"),
        ("Sunday", "DATE", None),
    ],
)
def test_a_name_has_no_title_article_or_punctuation(text, kind, name):
    row = f"so {text} then"
    found = harmonise(row, [[3, 3 + len(text), kind]], ["PERSON", "LOCATION", "ORGANIZATION", "DATE"])
    assert [row[start:end] for start, end, _ in found] == ([name] if name else [])


def test_nationalities_stay_where_they_are_observed():
    assert harmonise("Russian", [[0, 7, "NRP"]], ["LOCATION", "NRP"]) == [[0, 7, "NRP"]]


def test_a_handle_whose_mark_was_a_word_of_its_own_names_nobody():
    text, spans = running_text(["Hi", "@", "ann_b", "and", "Ann"], ["O", "B-PER", "B-PER", "O", "B-PER"])
    assert text == "Hi @ann_b and Ann"
    assert [is_handle(text, start) for start, _, _ in spans] == [True, True, False]
