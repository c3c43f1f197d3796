"""The model: case of words, figures, masked losses, packed rows."""

import itertools
import math
import random

import pytest

from tests.training.small_model import inputs, pytorch, small_model
from training.tokens import CAPITALISED, DIGITS, LOWER, MIXED, UPPER, case_of


@pytest.mark.parametrize(
    ("word", "case"),
    [
        ("apple", LOWER), ("Apple", CAPITALISED), ("A", CAPITALISED), ("US", UPPER), ("iPhone", MIXED),
        ("McDonald", MIXED), ("3rd", DIGITS), ("A4", DIGITS), ("Ünal", CAPITALISED), ("ÜNAL", UPPER),
        ("東京", LOWER), ("½", DIGITS), ("٣", DIGITS), ("", LOWER), ("...", LOWER), ("ß", LOWER),
        ("Ж", CAPITALISED),
    ],
)  # fmt: skip
def test_case_of_a_word(word, case):
    assert case_of(word) == case


def _metrics():
    pytest.importorskip("numpy", reason="the figures need numpy")
    from training import metrics

    return metrics


def test_roc_auc_counts_ties_half():
    metrics = _metrics()
    np = pytest.importorskip("numpy")
    labels = np.array([0, 0, 1, 1])
    assert metrics.roc_auc(labels, np.array([0.1, 0.2, 0.3, 0.4])) == 1.0
    assert metrics.roc_auc(labels, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert metrics.roc_auc(labels, np.array([0.1, 0.6, 0.5, 0.9])) == 0.75
    assert math.isnan(metrics.roc_auc(np.array([1, 1]), np.array([0.1, 0.2])))


def test_roc_curve_goes_up_and_has_the_area_of_the_ranks():
    metrics = _metrics()
    np = pytest.importorskip("numpy")
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 2, 4_000)
    scores = np.round(labels * 0.3 + rng.random(4_000), 2)  # with ties
    curve = metrics.roc_curve(labels, scores)
    wrong, found = zip(*curve, strict=True)
    assert len(curve) <= 82
    assert sorted(wrong) == list(wrong)
    assert sorted(found) == list(found)
    assert curve[-1] == [1.0, 1.0]
    steps = itertools.pairwise(curve)
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in steps)
    assert area == pytest.approx(metrics.roc_auc(labels, scores), abs=0.01)
    assert metrics.roc_curve(np.ones(3), np.arange(3.0)) == []


def test_the_report_s_pictures_show_every_head_and_the_same_numbers_give_the_same_bytes(tmp_path):
    pytest.importorskip("matplotlib", reason="the pictures need matplotlib")
    from training import plots

    entry = {
        "all": {"auc": 0.9, "recall": 0.5, "false_positives": 0.0},
        "roc": [[0.0, 0.2], [0.1, 0.7], [1.0, 1.0]],
        "calibration": {"error": 0.05, "bins": [[0.05, 0.1, 50], [0.95, 0.9, 40]]},
    }
    rivals = {"injection: another": {"all": {"recall": 0.4, "false_positives": 0.1, "rows": 90}}}
    drawn = []
    for part in ("a", "b"):
        (tmp_path / part).mkdir()
        plots.draw({"injection": entry, "bias": entry, "refusal": {}}, rivals, tmp_path / part)
        drawn.append({path.name: path.read_text() for path in (tmp_path / part).iterdir()})
    assert drawn[0] == drawn[1]
    assert "injection, AUC 0.900" in drawn[0]["encoder-roc.svg"]
    assert "injection: another" in drawn[0]["encoder-roc.svg"]
    assert "refusal" not in drawn[0]["encoder-roc.svg"]
    assert all(name in "".join(plots.links()) for name in drawn[0])


def test_recall_at_a_rate_and_the_best_threshold():
    metrics = _metrics()
    np = pytest.importorskip("numpy")
    labels = np.array([0] * 100 + [1] * 100)
    scores = np.concatenate([np.arange(100) / 100, np.arange(100) / 100 + 0.5])
    assert metrics.recall_at(labels, scores, 0.0) == 0.5
    assert metrics.recall_at(labels, scores, 0.1) == pytest.approx(0.6, abs=0.011)
    limit = metrics.best_threshold(labels, scores)
    assert metrics.balanced_accuracy(labels, scores, limit) == pytest.approx(0.75, abs=0.011)


def test_a_temperature_undoes_overconfidence():
    metrics = _metrics()
    np = pytest.importorskip("numpy")
    labels = np.array([[1]] * 80 + [[0]] * 20)
    logits = np.full((100, 1), 4 * math.log(4))
    found = metrics.temperature(logits, labels, softmax=False)
    assert found == pytest.approx(4.0, rel=0.05)


def test_span_f1_needs_the_exact_span():
    metrics = _metrics()
    found = metrics.span_f1([({(0, 4, "A"), (6, 9, "B")}, {(0, 4, "A"), (6, 8, "B")})])
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 0.5, 0.5)


def test_padding_changes_nothing():
    torch = pytorch()
    model = small_model(torch)
    ids, mask, types = inputs(torch)
    with torch.no_grad():
        long = model(ids, mask, types)
        short = model(ids[1:2, :7], mask[1:2, :7], types[1:2, :7])
    for name, value in short.items():
        wanted = long[name][1:2, :7] if name == "entities" else long[name][1:2]
        assert torch.allclose(value, wanted, atol=1e-4), name


def test_four_bits_keep_zero_and_stay_close():
    torch = pytorch()
    from training import encoder

    values = torch.randn(20, 384)
    values[:, 0] = 0
    rounded = encoder.quantised(values)
    assert torch.equal(rounded[:, 0], values[:, 0])
    step = (
        values.unflatten(-1, (-1, encoder.BLOCK)).amax(-1)
        - values.unflatten(-1, (-1, encoder.BLOCK)).amin(-1)
    ) / 15
    assert ((rounded - values).abs().unflatten(-1, (-1, encoder.BLOCK)).amax(-1) <= step * 1.01).all()


def test_an_unobserved_label_has_no_loss():
    torch = pytorch()
    from training import heads, targets
    from training.rows import UNOBSERVED, Row

    bits = [UNOBSERVED] * len(heads.HEADS["toxicity"].labels)
    row = Row([1, 2], [0, 0], {"toxicity": [1.0, *bits[1:]]})
    names = {name: torch.zeros(1, len(head.labels), requires_grad=True) for name, head in heads.HEADS.items()}
    found = targets.losses(names, [row], None)
    assert set(found) == {"toxicity"}
    found["toxicity"].backward()
    grads = names["toxicity"].grad[0]
    assert grads[0] < 0
    assert (grads[1:] == 0).all()


def test_an_attack_of_unknown_kind_still_counts_as_one():
    torch = pytorch()
    from training import targets

    attack = torch.tensor([[0.0, 1.0, 0.0]])
    right = targets._injection_loss(torch.tensor([[-3.0, 3.0, -3.0]]), attack)
    other = targets._injection_loss(torch.tensor([[3.0, -3.0, -3.0]]), attack)
    missed = targets._injection_loss(torch.tensor([[-3.0, -3.0, -3.0]]), attack)
    assert right < other < missed


def test_labels_that_nobody_looked_for_may_hide_behind_outside():
    torch = pytorch()
    from training import heads, targets
    from training.rows import Row

    names = heads.HEADS["entities"].labels
    date = names.index("B-DATE")
    scores = torch.zeros(2, 5, len(names))
    scores[:, 2, date] = 9.0
    rows = [
        Row([1] * 4, [0] * 4, {}, tags=[0, 0, 0, 0], open_labels=(date,)),
        Row([1] * 5, [0] * 5, {}, tags=[0, names.index("B-PERSON"), 0, 0, 0]),
    ]
    each = -torch.log_softmax(scores, -1)
    flat = math.log(len(names))
    wanted = [flat - math.log(2), each[0, 2, [0, date]].neg().logsumexp(0).neg(), flat, each[1, 2, 0], flat]
    found = targets._entity_loss(scores, rows)
    assert found.item() == pytest.approx(float(sum(wanted)) / 5, abs=1e-4)


def test_packed_rows_come_back_and_are_dealt_out(tmp_path):
    pytest.importorskip("numpy", reason="rows are packed with numpy")
    from training import packed
    from training.rows import Row

    rows = [
        ("a", Row([1, 40_000, 2], [0, 9, 0], {"toxicity": [1.0, -1.0]}, cuttable=True)),
        ("b", Row([1, 5, 6, 2], [0, 0, 0, 0], {}, tags=[0, 3, 4, 0], open_labels=(9, 10))),
        ("a", Row([1, 2], [0, 0], {"injection": [0.0]}, span=(1, 2), anywhere=True)),
        ("embedding", Row([1, 7, 2], [0, 1, 0], {}, embedding=17)),
    ]
    path = tmp_path / "rows.npz"
    assert packed.write(path, rows) == 4

    def plain(row):
        tags = None if row.tags is None else list(row.tags)
        more = (row.labels, row.open_labels, row.embedding, row.cuttable, row.anywhere, row.span)
        return list(row.ids), list(row.types), tags, *more

    everything = {
        "a": [plain(rows[0][1]), plain(rows[2][1])],
        "b": [plain(rows[1][1])],
        "embedding": [plain(rows[3][1])],
    }
    found = packed.read(path)
    assert {source: [plain(row) for row in items] for source, items in found.items()} == everything
    first, second = packed.read(path, 0, 2), packed.read(path, 1, 2)
    assert [len(first["a"]), len(second["b"]), len(second["embedding"])] == [2, 1, 1]
    assert "b" not in first


def test_embeddings_are_compared_by_how_they_order_pairs():
    pytorch()
    import numpy as np

    from training import pairs

    texts = [f"{domain} {intent} {text}" for domain in "ab" for intent in "xy" for text in range(20)]
    relations = [tuple(text.split()[:2]) for text in texts]
    relations = [(domain, domain + intent) for domain, intent in relations]
    places = {part: row for row, part in enumerate(sorted({part for pair in relations for part in pair}))}

    def told(chosen):
        vectors = np.zeros((len(chosen), len(places)))
        for row, text in enumerate(chosen):
            domain, intent, _ = text.split()
            vectors[row, [places[domain], places[domain + intent]]] = 1.0
        return vectors

    def blind(chosen):
        return np.random.default_rng(1).normal(size=(len(chosen), 8))

    rng = random.Random(1)
    assert pairs._graded(texts, relations, told, told, rng)["kept"] == 1.0
    found = pairs._graded(texts, relations, blind, told, rng)
    assert found["base"] == pytest.approx(1.0)
    assert abs(found["kept"]) < 0.2
    rows = list(zip(texts[::2], texts[1::2], strict=True))
    assert pairs._own(rows, told, told)["kept"] == 1.0
