"""What all generators of training rows have in common."""

import importlib
import itertools
import pkgutil
import random

import pytest

from training import generate
from training.example import check

SUBJECTS = sorted(
    name
    for name in (module.name for module in pkgutil.iter_modules(generate.__path__))
    if name in {"bias", "code", "consistency", "entities", "gibberish", "refusal", "toxicity"}
)


def rows(subject, count, seed=1):
    module = importlib.import_module(f"training.generate.{subject}")
    return list(itertools.islice(module.generate(random.Random(seed), count), count))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_seed_decides_on_the_rows(subject):
    assert rows(subject, 60) == rows(subject, 60)
    assert rows(subject, 60) != rows(subject, 60, seed=2)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_rows_keep_the_format(subject):
    found = rows(subject, 400)
    assert len(found) == 400
    for row in found:
        check(row)
        assert row.source.startswith(f"generated/{subject}/")
        assert row.group.startswith(f"{subject}/")
        assert row.text == row.text.strip() or subject in {"code", "gibberish"}
    assert len({row.id for row in found}) == len(found)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_few_rows_are_alike(subject):
    found = rows(subject, 1000)
    assert len({(row.text, row.pair) for row in found}) > 850
    assert len({row.group for row in found}) >= 6
