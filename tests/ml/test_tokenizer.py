"""`TokenizerWrapper`: the tokens a model is given, beside what the model itself counts."""

from __future__ import annotations

import pytest

from pyshield.errors import ConfigError, ModelError
from pyshield.ml import TokenizerWrapper
from pyshield.model import Model
from tests.models.small_models import VOCABULARY, classifier


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return Model(str(classifier(tmp_path_factory.mktemp("small"))))


def ids(*words):
    return [VOCABULARY.index(word) for word in words]


def test_ids_are_the_vocabulary_s(small):
    tokens = TokenizerWrapper(small, padding=False)
    assert tokens.encode("Hello world!") == ids("[CLS]", "hello", "world", "!", "[SEP]")
    assert tokens.vocab_size == len(VOCABULARY)
    assert tokens.encode_batch(["paris", ""]) == [ids("[CLS]", "paris", "[SEP]"), ids("[CLS]", "[SEP]")]


def test_rows_are_filled_and_cut(small):
    filled = TokenizerWrapper(small, max_length=6)
    assert filled.encode_with_attention("hello") == (
        ids("[CLS]", "hello", "[SEP]", "[PAD]", "[PAD]", "[PAD]"),
        [1, 1, 1, 0, 0, 0],
    )
    cut = TokenizerWrapper(small, max_length=4)
    assert cut.encode("hello world paris alice") == ids("[CLS]", "hello", "world", "[SEP]")
    whole = TokenizerWrapper(small, max_length=4, truncation=False)
    assert len(whole.encode("hello world paris alice")) == 6
    assert cut.count("hello world paris alice") == 6


def test_spans_are_code_points(small):
    text = "é hello\N{GRINNING FACE} paris"
    spans = TokenizerWrapper(small, padding=False).spans(text)
    assert spans[0] is None
    assert spans[-1] is None
    assert [text[start:end] for start, end in filter(None, spans)][-1] == "paris"


def test_the_bundled_model_s_own():
    tokens = TokenizerWrapper()
    assert tokens.max_length == 256
    row, mask = tokens.encode_with_attention("What is the weather like?")
    assert len(row) == len(mask) == 256
    assert sum(mask) == tokens.count("What is the weather like?") < 12
    assert 10_000 < tokens.vocab_size < 32_000


def test_long_texts_are_linear(small):
    assert TokenizerWrapper(small).count("hello " * 50_000) == 50_002


def test_what_is_wrong_is_said(small, tmp_path):
    with pytest.raises(ConfigError):
        TokenizerWrapper("a string")  # type: ignore[arg-type]
    with pytest.raises(ConfigError):
        TokenizerWrapper(small, max_length=0)
    with pytest.raises(ModelError):
        TokenizerWrapper(Model(str(tmp_path / "nowhere")))
