"""The ONNX files that say what PyTorch says, and the narrower model."""

import pytest

from tests.training.small_model import inputs, pytorch, small_model


def test_the_exported_file_says_what_the_model_says(tmp_path):
    torch = pytorch()
    pytest.importorskip("onnx", reason="the export needs onnx")
    runtime = pytest.importorskip("onnxruntime", reason="the export needs ONNX Runtime")
    from training import export

    model = small_model(torch)
    export.write(model, tmp_path / "m.onnx")
    ids, mask, types = inputs(torch)
    session = runtime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, {k: v.numpy() for k, v in feeds.items()}), strict=True))
    with torch.no_grad():
        wanted = model(ids, mask, types)
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        assert torch.allclose(torch.from_numpy(found[name]), value, atol=2e-2, rtol=2e-2), name


def _rows(torch, count):
    from training.rows import Row

    return [Row(torch.randint(1, 50, (12,)).tolist(), [0] * 12, {}) for _ in range(count)]


def _quantised(torch, folder, model):
    """Return the file that a model is shipped as."""
    pytest.importorskip("onnx", reason="the export needs onnx")
    pytest.importorskip("onnxruntime", reason="the export needs ONNX Runtime")
    from training import export, ranges

    export.quantise(model, folder / "m.int8.onnx", ranges.measure(model, _rows(torch, 20)))
    return folder / "m.int8.onnx"


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


def _alike(torch, folder, model):
    """Return the cosines of the embeddings that a model and the file made of it say."""
    found = _embedding(torch, _quantised(torch, folder, model))(*inputs(torch))
    with torch.no_grad():
        wanted = model(*inputs(torch))["embedding"]
    return (found * wanted).sum(-1)


def test_the_quantised_file_says_nearly_what_the_model_says(tmp_path):
    torch = pytorch()
    model = small_model(torch)
    assert (_alike(torch, tmp_path, model) > 0.99).all()


def test_what_the_quantised_file_says_of_a_text_does_not_depend_on_what_is_run_beside_it(tmp_path):
    torch = pytorch()
    embedding = _embedding(torch, _quantised(torch, tmp_path, small_model(torch)))
    ids, mask, types = inputs(torch)
    assert (mask == 0).any()
    found = embedding(ids, mask, types)
    behind = embedding(torch.where(mask == 1, ids, 50 - ids), mask, types)
    assert torch.allclose(found, behind, atol=1e-6)
    for row in range(len(ids)):
        size = int(mask[row].sum())
        alone = embedding(*(part[row : row + 1, :size] for part in (ids, mask, types)))
        assert torch.allclose(found[row], alone[0], atol=1e-6)


def test_one_large_channel_does_not_make_the_others_coarse(tmp_path):
    torch = pytorch()
    model = small_model(torch)
    with torch.no_grad():
        for layer in model.encoder.layers:
            layer.attention_norm.bias[7] = 300.0
            layer.inner.weight[:, 7] = 0.01
    assert (_alike(torch, tmp_path, model) > 0.99).all()


def test_what_carries_nothing_goes_first():
    torch = pytorch()
    from dataclasses import replace

    from training import narrow

    model = small_model(torch)
    idle = {"outer": torch.arange(0, 64, 2), "output": torch.arange(64, 128)}  # the third and fourth head
    with torch.no_grad():
        for layer in model.encoder.layers:
            for name, columns in idle.items():
                getattr(layer, name).weight[:, columns] = 0
    rows = [_rows(torch, 30) for _ in range(4)]
    small = narrow.narrow(model, replace(model.encoder.shape, inner=32, attention_heads=6), rows)
    busy = torch.cat([torch.arange(64), torch.arange(128, 256)])
    for layer, whole in zip(small.encoder.layers, model.encoder.layers, strict=True):
        assert layer.inner.weight.shape == (32, 384)
        assert torch.equal(layer.query.weight, whole.query.weight[busy])
    ids, mask, types = inputs(torch)
    with torch.no_grad():
        wanted, found = model(ids, mask, types), small(ids, mask, types)
    assert (found["embedding"] * wanted["embedding"]).sum(-1).min() > 0.99
    assert model.encoder.layers[0].inner.weight.shape == (64, 384)


def test_a_model_loses_nothing_against_itself():
    torch = pytorch()
    from training import targets

    model, other = small_model(torch), small_model(torch, 2)
    ids, mask, types = inputs(torch)
    with torch.no_grad():
        states, others = (each.encoder.states(ids, mask, types) for each in (model, other))
        answers, theirs = (each.answers(part[-1], mask) for each, part in ((model, states), (other, others)))
    same = targets.kept(states, answers, states, answers, mask)
    apart = targets.kept(others, theirs, states, answers, mask)
    assert same["states"] == 0
    assert same["meaning"].abs() < 1e-6
    assert all(same[name] < apart[name] for name in same)


def test_the_shipped_file_becomes_a_checkpoint_again(tmp_path):
    torch = pytorch()
    model = small_model(torch)
    path = _quantised(torch, tmp_path, model)
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
    again = small_model(torch, 2)
    again.load_state_dict(found)
    with torch.no_grad():
        wanted, said = (each.eval()(*inputs(torch, 5)) for each in (model, again))
    assert ((said["embedding"] * wanted["embedding"]).sum(-1) > 0.99).all()
