"""The model: case of words, masked losses, and the ONNX file that says what PyTorch says."""

import itertools
import math
import random

import pytest

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


def _torch():
    return pytest.importorskip("torch", reason="PyTorch is installed for training only")


def _model(torch, seed=1):
    from training import encoder, heads

    torch.manual_seed(seed)
    trunk = encoder.Encoder(encoder.Shape(50, 2, 384, 64, 8, 64), four_bit=True)
    for parameter in trunk.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    model = heads.Model(trunk).eval()
    for parameter in model.neighbours.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def _inputs(torch, seed=4):
    torch.manual_seed(seed)
    ids = torch.randint(1, 50, (3, 12))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    return ids, mask, torch.randint(0, 10, (3, 12))


def test_padding_changes_nothing():
    torch = _torch()
    model = _model(torch)
    ids, mask, types = _inputs(torch)
    with torch.no_grad():
        long = model(ids, mask, types)
        short = model(ids[1:2, :7], mask[1:2, :7], types[1:2, :7])
    for name, value in short.items():
        wanted = long[name][1:2, :7] if name == "entities" else long[name][1:2]
        assert torch.allclose(value, wanted, atol=1e-4), name


def test_four_bits_keep_zero_and_stay_close():
    torch = _torch()
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


def test_the_exported_file_says_what_the_model_says(tmp_path):
    torch = _torch()
    pytest.importorskip("onnx", reason="the export needs onnx")
    runtime = pytest.importorskip("onnxruntime", reason="the export needs ONNX Runtime")
    from training import export

    model = _model(torch)
    export.write(model, tmp_path / "m.onnx")
    ids, mask, types = _inputs(torch)
    session = runtime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, {k: v.numpy() for k, v in feeds.items()}), strict=True))
    with torch.no_grad():
        wanted = model(ids, mask, types)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert torch.allclose(torch.from_numpy(found[name]), value, atol=2e-2, rtol=2e-2), name


def _quantised(torch, folder):
    """Return a model, and the file that it is shipped as."""
    pytest.importorskip("onnx", reason="the export needs onnx")
    pytest.importorskip("onnxruntime", reason="the export needs ONNX Runtime")
    from training import export, ranges
    from training.rows import Row

    model = _model(torch)
    rows = [Row(torch.randint(1, 50, (12,)).tolist(), [0] * 12, {}) for _ in range(20)]
    export.quantise(model, folder / "m.int8.onnx", ranges.measure(model, rows))
    return model, folder / "m.int8.onnx"


def _embedding(torch, path):
    """Return what gives the embeddings that a file says."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def embedding(ids, mask, types):
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        return torch.from_numpy(
            session.run(["embedding"], {name: value.numpy() for name, value in feeds.items()})[0]
        )

    return embedding


def test_the_quantised_file_says_nearly_what_the_model_says(tmp_path):
    torch = _torch()
    model, path = _quantised(torch, tmp_path)
    ids, mask, types = _inputs(torch)
    with torch.no_grad():
        wanted = model(ids, mask, types)["embedding"]
    found = _embedding(torch, path)(ids, mask, types)
    assert ((found * wanted).sum(-1) > 0.99).all()


def test_what_the_quantised_file_says_of_a_text_does_not_depend_on_what_is_run_beside_it(tmp_path):
    torch = _torch()
    _, path = _quantised(torch, tmp_path)
    embedding = _embedding(torch, path)
    ids, mask, types = _inputs(torch)
    assert (mask == 0).any()
    found = embedding(ids, mask, types)
    behind = embedding(torch.where(mask == 1, ids, 50 - ids), mask, types)
    assert torch.allclose(found, behind, atol=1e-6)
    for row in range(len(ids)):
        size = int(mask[row].sum())
        alone = embedding(*(part[row : row + 1, :size] for part in (ids, mask, types)))
        assert torch.allclose(found[row], alone[0], atol=1e-6)


def test_one_large_channel_does_not_make_the_others_coarse(tmp_path):
    torch = _torch()
    pytest.importorskip("onnx", reason="the export needs onnx")
    pytest.importorskip("onnxruntime", reason="the export needs ONNX Runtime")
    from training import export, ranges
    from training.rows import Row

    model = _model(torch)
    with torch.no_grad():
        for layer in model.encoder.layers:
            layer.attention_norm.bias[7] = 300.0
            layer.inner.weight[:, 7] = 0.01
    rows = [Row(torch.randint(1, 50, (12,)).tolist(), [0] * 12, {}) for _ in range(20)]
    export.quantise(model, tmp_path / "m.onnx", ranges.measure(model, rows))
    ids, mask, types = _inputs(torch)
    with torch.no_grad():
        wanted = model(ids, mask, types)["embedding"]
    found = _embedding(torch, tmp_path / "m.onnx")(ids, mask, types)
    assert ((found * wanted).sum(-1) > 0.99).all()


def test_what_carries_nothing_goes_first():
    torch = _torch()
    from dataclasses import replace

    from training import narrow
    from training.rows import Row

    model = _model(torch)
    idle = {"outer": torch.arange(0, 64, 2), "output": torch.arange(64, 128)}  # the third and fourth head
    with torch.no_grad():
        for layer in model.encoder.layers:
            for name, columns in idle.items():
                getattr(layer, name).weight[:, columns] = 0
    rows = [[Row(torch.randint(1, 50, (12,)).tolist(), [0] * 12, {}) for _ in range(30)] for _ in range(4)]
    small = narrow.narrow(model, replace(model.encoder.shape, inner=32, attention_heads=6), rows)
    busy = torch.cat([torch.arange(64), torch.arange(128, 256)])
    for layer, whole in zip(small.encoder.layers, model.encoder.layers, strict=True):
        assert layer.inner.weight.shape == (32, 384)
        assert torch.equal(layer.query.weight, whole.query.weight[busy])
    ids, mask, types = _inputs(torch)
    with torch.no_grad():
        wanted, found = model(ids, mask, types), small(ids, mask, types)
    assert (found["embedding"] * wanted["embedding"]).sum(-1).min() > 0.99
    assert model.encoder.layers[0].inner.weight.shape == (64, 384)


def test_a_model_loses_nothing_against_itself():
    torch = _torch()
    from training import targets

    model, other = _model(torch), _model(torch, 2)
    ids, mask, types = _inputs(torch)
    with torch.no_grad():
        states, others = (each.encoder.states(ids, mask, types) for each in (model, other))
        answers, theirs = (each.answers(part[-1], mask) for each, part in ((model, states), (other, others)))
    same = targets.kept(states, answers, states, answers, mask)
    apart = targets.kept(others, theirs, states, answers, mask)
    assert same["states"] == 0
    assert same["meaning"].abs() < 1e-6
    assert all(same[name] < apart[name] for name in same)


def test_the_shipped_file_becomes_a_checkpoint_again(tmp_path):
    torch = _torch()
    model, path = _quantised(torch, tmp_path)
    from training import unpack

    assert unpack.shape(path) == model.encoder.shape
    like = model.state_dict()
    found = unpack.state(path, like)
    assert found.keys() == like.keys()
    for name, value in like.items():
        if ".value." in name or name.endswith("output.weight"):
            continue  # as large as each other makes up for
        # channels in which little comes are rounded more coarsely, so single weights say little
        assert (found[name] - value).norm() <= 0.15 * value.norm(), name
    again = _model(torch, 2)
    again.load_state_dict(found)
    with torch.no_grad():
        wanted, said = (each.eval()(*_inputs(torch, 5)) for each in (model, again))
    assert ((said["embedding"] * wanted["embedding"]).sum(-1) > 0.99).all()


def test_an_unobserved_label_has_no_loss():
    torch = _torch()
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
    torch = _torch()
    from training import targets

    attack = torch.tensor([[0.0, 1.0, 0.0]])
    right = targets._injection_loss(torch.tensor([[-3.0, 3.0, -3.0]]), attack)
    other = targets._injection_loss(torch.tensor([[3.0, -3.0, -3.0]]), attack)
    missed = targets._injection_loss(torch.tensor([[-3.0, -3.0, -3.0]]), attack)
    assert right < other < missed


def test_labels_that_nobody_looked_for_may_hide_behind_outside():
    torch = _torch()
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
    _torch()
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
