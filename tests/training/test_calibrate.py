"""Where thresholds come from."""

import pytest

from training.example import Example

np = pytest.importorskip("numpy")
for name in ("torch", "onnxruntime", "tokenizers"):
    pytest.importorskip(name)

from training import calibrate  # noqa: E402
from training.heads import HEADS  # noqa: E402
from training.score import Scores  # noqa: E402

SCALE = dict.fromkeys(HEADS, 1.0)


def _rows(source, label, probabilities):
    for index, value in enumerate(probabilities):
        logits = np.full((1, len(HEADS["toxicity"].labels)), -9.0)
        logits[0, 0] = np.log(value / (1 - value))
        row = Example(f"{source}/{index}", "text", source, str(index), {"toxicity": {"toxic": label}})
        yield row, Scores({"toxicity": logits}, np.zeros((0, 0)), [], np.zeros(0))


@pytest.mark.parametrize(("ordinary", "expected"), [(0.1, 0.1), (0.7, 0.7)])
def test_ordinary_sources_set_the_threshold_and_disputed_ones_do_not(ordinary, expected):
    rows = [
        *_rows("tweets", 1, [0.45] * 40 + [0.9] * 40),
        *_rows("tweets", 0, [0.2] * 40 + [0.39] * 30 + [0.95] * 10),  # as toxic as any, says the model
        *_rows("requests", 0, [ordinary] * 30),
    ]
    found = calibrate.thresholds(rows, SCALE)["toxicity"]
    assert found == pytest.approx(expected, abs=0.02)


def test_harmless_rows_in_disguise_set_no_threshold():
    def rows(name, value, meta):
        for index in range(30):
            logits = np.full((1, len(HEADS["injection"].labels)), np.log(value / (1 - value)))
            labels = {"injection": [], "quoted": 0}
            row = Example(f"{name}/{index}", "text", "requests", str(index), labels, meta=meta)
            yield (
                row,
                Scores({"injection": logits, "quoted": logits[:, :1]}, np.zeros((0, 0)), [], np.zeros(0)),
            )

    plain, disguised = rows("plain", 0.2, {}), rows("leet", 0.9, {"obfuscation": "leet"})
    found = calibrate.thresholds([*plain, *disguised], SCALE)["injection"]
    assert found == pytest.approx(0.2, abs=0.02)
