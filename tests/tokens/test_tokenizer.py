"""Counting and cutting through the extension."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import errors, tokens
from pyshield.tokens import TokenCount, Tokenizer
from pyshield.tokens._extension import EXTENSION
from pyshield.tokens._models import FAMILIES, NAMES, PREFIXES, model_of

RECORDED = Path(__file__).parents[2] / "runtime/core/tests/data/token_counts.json"
MODELS = {
    "r50k_base": "davinci",
    "p50k_base": "text-davinci-003",
    "p50k_edit": "text-davinci-edit-001",
    "cl100k_base": "gpt-4",
    "o200k_base": "gpt-4o",
    "o200k_harmony": "gpt-oss-20b",
}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def test_counts_and_cuts_are_those_tiktoken_makes():
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert set(recorded["encodings"]) == set(MODELS)
    for i, encoding in enumerate(recorded["encodings"]):
        tokenizer = Tokenizer(MODELS[encoding])
        counted = tokenizer.count_tokens_batch([case["text"] for case in recorded["cases"]])
        assert [c.count for c in counted] == [case["counts"][i] for case in recorded["cases"]], encoding
        assert all(c.exact for c in counted)
        for case in recorded["cases"]:
            kept = tokenizer.truncate_to_tokens(case["text"], case["limit"])
            assert len(kept.encode()) == case["cuts"][i], (encoding, case["text"])


def test_a_tokenizer_counts_for_its_model_unless_told_otherwise():
    tokenizer = Tokenizer("davinci")
    text = "今日は"
    assert tokenizer.count_tokens(text) == TokenCount(tokens.count_tokens(text, "davinci"), "davinci")
    assert tokenizer.count_tokens(text, "gpt-4o") == TokenCount(1, "gpt-4o", exact=True)
    assert tokenizer.count_tokens_batch([text], "gpt-4o") == [TokenCount(1, "gpt-4o")]
    assert tokenizer.truncate_to_tokens(text, 1) == ""
    assert tokenizer.truncate_to_tokens(text, 1, "gpt-4o") == text
    assert (tokenizer.model, tokenizer.backend) == ("davinci", "rust")
    assert Tokenizer().model == "gpt-4"


def test_models_without_a_public_tokenizer_are_estimated_and_say_so():
    text = "The tokenizer of this model is not public. " * 10
    exact = Tokenizer("gpt-4o").count_tokens(text).count
    claude = Tokenizer("claude-sonnet-4-5").count_tokens(text)
    assert claude == TokenCount(-(-exact * 114 // 100), "claude-sonnet-4-5", exact=False)
    assert not Tokenizer("gemini-2.5-pro").count_tokens_batch([text])[0].exact


@given(TEXTS, st.sampled_from([*MODELS.values(), "claude-3"]), st.integers(0, 60))
def test_a_truncated_text_is_a_beginning_within_the_limit(text, model, limit):
    kept = tokens.truncate_to_tokens(text, limit, model)
    assert text.startswith(kept)
    assert tokens.count_tokens(kept, model) <= limit
    if tokens.count_tokens(text, model) <= limit:
        assert kept == text


@given(st.lists(TEXTS, max_size=20), st.sampled_from(list(MODELS.values())))
def test_a_batch_counts_as_its_texts_do(texts, model):
    assert tokens.count_tokens_batch(texts, model) == [tokens.count_tokens(text, model) for text in texts]


def test_a_batch_over_many_threads_keeps_the_order():
    texts = [f"{i} " * (i % 97) for i in range(3_000)]
    assert tokens.count_tokens_batch(texts) == [tokens.count_tokens(text) for text in texts]


@pytest.mark.parametrize("call", ["count_tokens", "count_tokens_batch", "truncate_to_tokens"])
def test_an_unknown_model_is_an_error_and_not_a_reason_to_estimate(call):
    arguments = {"count_tokens": ("x",), "count_tokens_batch": (["x"],), "truncate_to_tokens": ("x", 1)}[call]
    with pytest.raises(tokens.UnknownModel, match=r"^Unknown model: gpt-9000b$") as raised:
        getattr(Tokenizer("gpt-9000b"), call)(*arguments)
    assert (raised.value.code, raised.value.field) == ("DOM_VAL_INVALID_MODEL", "model")
    assert isinstance(raised.value, errors.ShieldError)


def test_texts_that_are_not_unicode_are_refused_without_being_quoted():
    for call in (
        lambda: tokens.count_tokens("secret\ud800"),
        lambda: tokens.count_tokens_batch(["x", "secret\udfff"]),
        lambda: tokens.truncate_to_tokens("secret\ud800", 3),
    ):
        with pytest.raises(tokens.InvalidInput) as raised:
            call()
        assert raised.value.code == "DOM_VAL_INVALID_INPUT"
        assert "secret" not in str(raised.value)


def test_arguments_of_the_wrong_kind_are_refused():
    with pytest.raises(tokens.InvalidInput, match="must not be negative"):
        tokens.truncate_to_tokens("x", -1)
    with pytest.raises(tokens.InvalidInput, match="not a string"):
        tokens.count_tokens_batch("two words")
    for wrong in (b"bytes", None, 3):
        with pytest.raises(TypeError):
            tokens.count_tokens(wrong)
        with pytest.raises(TypeError):
            tokens.count_tokens_batch(["x", wrong])


def test_a_limit_beyond_any_text_keeps_the_text():
    text = "as it was"
    assert tokens.truncate_to_tokens(text, 10**30) is text
    assert tokens.truncate_to_tokens(text, 0) == ""


def test_other_threads_run_while_a_text_is_counted():
    # With this interval a thread runs until it lets go of the interpreter lock by itself, so the main
    # thread gets to look before the count is done only if counting lets go.
    text = "word " * 2_000_000
    Tokenizer().count_tokens("load the vocabulary first")
    for count in (lambda: tokens.count_tokens(text), lambda: tokens.count_tokens_batch([text, text])):
        done = threading.Event()

        def work(count=count, done=done):
            count()
            done.set()

        interval = sys.getswitchinterval()
        sys.setswitchinterval(1_000)
        try:
            thread = threading.Thread(target=work)
            thread.start()
            finished = done.is_set()
        finally:
            sys.setswitchinterval(interval)
        thread.join()
        assert not finished


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
def test_a_forked_child_counts_batches_too():
    code = (
        "import os; from pyshield.tokens import count_tokens_batch as c\n"
        "texts = ['many words ' * 100] * 200; before = c(texts); pid = os.fork()\n"
        "if not pid: os._exit(0 if c(texts) == before else 1)\n"
        "raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_tokenizers_and_counts_pickle():
    tokenizer = pickle.loads(pickle.dumps(Tokenizer("gpt-4o")))
    assert (tokenizer.model, tokenizer.backend) == ("gpt-4o", "rust")
    assert repr(tokenizer) == "Tokenizer('gpt-4o')"
    counted = tokenizer.count_tokens("x")
    assert pickle.loads(pickle.dumps(counted)) == counted


def test_the_python_tables_are_those_of_the_extension():
    assert EXTENSION is not None
    listed = EXTENSION.model_encodings()
    python = [*NAMES.items(), *PREFIXES.items(), *((name, None) for name in FAMILIES)]
    assert listed == python
    for name, encoding in listed:
        model = model_of(name)
        assert (model.encoding, model.percent is None) == (encoding or "o200k_base", encoding is not None)


@given(st.integers(0, 10**6), st.sampled_from(["gpt-4", *FAMILIES]))
def test_the_python_figures_are_those_of_the_extension(limit, name):
    model = model_of(name)
    assert model.rate(model.budget(limit)) <= limit
    text = "word " * (limit % 300)
    exact = tokens.count_tokens(text, "gpt-4o" if model.percent else "gpt-4")
    assert model.rate(exact) == tokens.count_tokens(text, name)
