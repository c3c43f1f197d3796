"""Which part of a long row trains, and how batches are filled."""

import random

import pytest

from training.mixture import Mixture, _cut, share
from training.rows import Row


def _row(size, **more):
    ids = [101, *range(1000, 1000 + size - 2), 102]
    return Row(ids, [0] * size, {}, **more)


@pytest.mark.parametrize("size", [65, 97, 256, 1000])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.99])
def test_a_cut_keeps_the_whole_attack_where_it_fits(size, place):
    rng = random.Random(f"{size}/{place}")
    first = 1 + int(place * (size - 42))
    span = (first, first + 40)
    for _ in range(200):
        cut = _cut(_row(size, span=span), rng)
        assert len(cut.ids) == len(cut.types) <= min(size, 256)
        assert (cut.ids[0], cut.ids[-1]) == (101, 102)
        assert set(range(1000 + first - 1, 1000 + first + 39)) <= set(cut.ids)


def test_an_attack_longer_than_the_window_is_cut_from_its_start():
    cut = _cut(_row(900, span=(100, 800)), random.Random(1))
    assert cut.ids[1] == 1000 + 99
    assert len(cut.ids) == 256


def test_a_row_that_needs_its_end_stays_whole():
    row = _row(300)
    assert _cut(row, random.Random(1)) is row
    tagged = _row(300, cuttable=True)
    tagged.tags = [0] * 300
    assert _cut(tagged, random.Random(1)) is tagged


def test_beginnings_are_kept_unless_any_part_will_do():
    starts = {_cut(_row(500, cuttable=True), random.Random(seed)).ids[1] for seed in range(20)}
    assert starts == {1000}
    starts = {_cut(_row(500, cuttable=True, anywhere=True), random.Random(seed)).ids[1] for seed in range(20)}
    assert len(starts) > 10


def test_batches_hold_no_more_tokens_than_allowed_and_every_source():
    sources = {
        "clinc150": [_row(size) for size in range(10, 60)],
        "wnut17": [_row(size) for size in range(5, 30)],
    }
    batches = Mixture(sources, 256, 3).batches()
    lengths = set()
    for _ in range(300):
        batch = next(batches)
        assert batch
        assert max(len(row.ids) for row in batch) * len(batch) <= 256
        lengths |= {len(row.ids) for row in batch}
    assert lengths == set(range(5, 60))


def test_the_kinds_of_a_generated_subject_divide_its_share():
    assert share("generated/injection/mail/thread") == share("generated/injection/direct") > share("gsm8k")
