"""Symbols that BERT's vocabulary lacks become tokens of their own."""

import json

import pytest

from training import vocabulary

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "i", "like", "##s", "★"]


@pytest.fixture
def source(tmp_path):
    special = {
        name: {"id": name, "ids": [PIECES.index(name)], "tokens": [name]} for name in ("[CLS]", "[SEP]")
    }
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    piece = {"Sequence": {"id": "A", "type_id": 0}}
    definition = {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": i, "content": token, **flags} for i, token in enumerate(PIECES[:5])],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
            "lowercase": True,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": [piece], "pair": [piece, piece],
            "special_tokens": special,
        },
        "decoder": None,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {token: i for i, token in enumerate(PIECES)},
        },
    }  # fmt: skip
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(definition), encoding="utf-8")
    return path


def test_symbols_are_those_that_enough_texts_have_and_no_piece_is():
    texts = ["a 🐷 ★ 中", "🐷🐷 ★ 中", "🐷 ★ 中 🐸", "\u2602"]
    assert vocabulary.symbols(texts, PIECES, 3) == ["🐷"]
    assert vocabulary.symbols(texts, PIECES, 1) == ["\u2602", "🐷", "🐸"]
    assert vocabulary.meaning("🐷") == "pig face"


def test_a_symbol_is_a_token_wherever_it_stands(source):
    pytest.importorskip("tokenizers", reason="installed for training only")
    plain = vocabulary.prune(source, PIECES)
    pictured = vocabulary.prune(source, PIECES, ["🐷", "😂"])
    text = "I like🐷likes 😂😂"
    assert plain.encode(text).tokens == ["i", "[UNK]", "[UNK]"]
    found = pictured.encode(text)
    assert found.tokens == ["i", "like", "🐷", "like", "##s", "😂", "😂"]
    assert found.ids[2] == len(PIECES)
    assert pictured.get_vocab_size() == len(PIECES) + 2
    assert [text[start:stop] for start, stop in found.offsets][2] == "🐷"
