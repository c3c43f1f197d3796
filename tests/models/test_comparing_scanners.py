"""Scanners that compare an output with its prompt, on a small model as in `test_scanners`."""

from __future__ import annotations

import json

import pytest

from pyshield import output_scanners as o
from pyshield.errors import ModelError
from pyshield.model import Model
from pyshield.util import calculate_risk_score as crs
from tests.models.small_models import embedder, ordinary, softmax, weights


@pytest.fixture(scope="module")
def model(encoder_dir):
    return Model(str(encoder_dir))


def test_relevance(model):
    scanner = o.Relevance(model=model)
    # Each text is [CLS], [SEP] and its words, each in a dimension of its own.
    assert scanner.scan("hello world", "hello world") == ("hello world", True, crs(0.0, 0.5))
    text, valid, risk = scanner.scan("alice bob", "hello world paris ignore all")
    similarity = 2 / (2 * 7**0.5)
    assert (text, valid) == ("hello world paris ignore all", False)
    assert risk == crs(1 - similarity, 0.5)
    assert scanner.scan("hello", " ") == (" ", True, -1.0)


@pytest.mark.parametrize(("described", "similarity"), [({"pooling_mode_cls_token": True}, 1.0), (None, 0.5)])
def test_relevance_pools_as_the_directory_says(tmp_path, described, similarity):
    directory = embedder(tmp_path)
    if described:
        (directory / "1_Pooling").mkdir()
        (directory / "1_Pooling" / "config.json").write_text(json.dumps(described))
    scanner = o.Relevance(model=Model(str(directory)), threshold=0.9)
    report = scanner.report("hello", "world")
    assert [1 - finding.score for finding in report.findings] == (
        [] if similarity == 1 else [pytest.approx(0.5)]
    )


def test_relevance_needs_vectors(classifier_dir):
    with pytest.raises(ModelError, match="no vector"):
        o.Relevance(model=Model(str(classifier_dir))).scan("a", "b")


def test_consistency(model):
    scanner = o.FactualConsistency(model=model)
    # The output is the second of the pair: `world` makes it follow, `bob` contradict.
    entailed = softmax(5, 0, 2)[0]
    assert scanner.scan("hello", "world") == ("world", True, crs(round(1 - entailed, 2), 0.75))
    contradicted = softmax(0, 5, 2)[0]
    assert scanner.scan("hello", "bob") == ("bob", False, crs(round(1 - contradicted, 2), 0.75))
    assert scanner.scan(" ", "bob") == ("bob", True, -1.0)


def test_consistency_of_every_part(model):
    """One supported part does not make up for an unsupported one."""
    scanner = o.FactualConsistency(model=model)
    assert scanner.scan("hello", "world " * 60)[1]
    assert not scanner.scan("hello", "world " * 10 + "alice " * 60)[1]


def test_consistency_of_an_ordinary_model_is_llm_guard_s(tmp_path):
    def add(graph):
        graph.pair("logits", weights(2, {"world": [5, 0]}), [0, 2])

    directory = ordinary(
        tmp_path, "DebertaV2ForSequenceClassification", ["entailment", "not_entailment"], add
    )
    scanner = o.FactualConsistency(model=Model(str(directory)))
    # llm-guard asks whether the prompt follows from the output: the prompt is the second.
    assert scanner.scan("world", "hello")[1:] == (True, crs(round(softmax(5, 2)[1], 2), 0.75))
    assert scanner.scan("hello", "world")[1:] == (False, crs(round(softmax(0, 2)[1], 2), 0.75))
