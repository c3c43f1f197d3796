"""Rows of the encyclopaedia with other names."""

import random

from training.example import Example, check
from training.prepare import renamed, splits


def rows():
    for number in range(300):
        text = f"Ann Lee of Acme Inc. met Lee and Bob in France, {number}."
        spans = [
            [0, 7, "PERSON"], [11, 20, "ORGANIZATION"], [25, 28, "PERSON"], [33, 36, "PERSON"],
            [40, 46, "LOCATION"],
        ]  # fmt: skip
        labels = {"entities": {"spans": spans, "observed": ["PERSON", "LOCATION", "ORGANIZATION"]}}
        yield Example(f"wikigold/{number}", text, "wikigold", f"w/{number // 20}", labels)


def test_names_change_and_spans_follow():
    given = list(rows())
    train = [row for row in given if splits.split_of(row) == "train"]
    found = list(renamed.compose(given, random.Random(1)))
    assert len(found) == 3 * len(train)
    changed = 0
    for row in found:
        check(row)
        assert splits.split_of(row) == "train"
        spans = row.labels["entities"]["spans"]
        assert len(spans) in {5, 10}
        assert [kind for _, _, kind in spans[:5]] == [
            "PERSON", "ORGANIZATION", "PERSON", "PERSON", "LOCATION",
        ]  # fmt: skip
        names = [row.text[start:end] for start, end, _ in spans]
        assert names[0].split()[-1].lower() == names[2].lower()
        changed += names[0].lower() != "ann lee"
    assert changed > 0.7 * len(found)
    assert len({row.text for row in found}) > 0.95 * len(found)
