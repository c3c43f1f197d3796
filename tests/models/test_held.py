"""`pyshield.models`: models that are held by name, asked for vectors and ranks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shutil
import signal
import threading

import numpy as np
import pytest
import uvloop

from pyshield import functions, models
from pyshield.errors import ConfigError, DeadlineExceeded, FunctionRaised, ModelError, TextError
from pyshield.models import _held
from tests.models.small_models import Graph, counting, tokenizer, weights

WORDS = ("hello", "world", "paris", "alice")


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    return counting(tmp_path_factory.mktemp("embedder"), WORDS)


@pytest.fixture(scope="module")
def reranker(tmp_path_factory):
    """A cross-encoder with one label, which likes the words `paris` and `world` in the second text."""
    directory = tmp_path_factory.mktemp("reranker")
    graph = Graph()
    graph.pair("logits", weights(1, {"paris": [4.0], "world": [2.0]}), [-1.0])
    graph.save(directory / "model.onnx")
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer()))
    config = {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {"0": "LABEL_0"},
        "max_position_embeddings": 32,
        "model_type": "bert",
    }
    (directory / "config.json").write_text(json.dumps(config))
    return directory


@pytest.fixture(autouse=True)
def _fresh():
    yield
    models.configure({})
    models.clear()


@pytest.fixture
def named(embedder, reranker):
    """Both as the defaults, by name."""
    return models.configure(
        {
            "python": {"embedding": "small", "reranker": "judge"},
            "models": {
                "small": {"path": str(embedder), "workers": 1},
                "judge": {"path": str(reranker), "workers": 1},
            },
        }
    )


def vector(**words: float) -> np.ndarray:
    row = np.zeros(16)
    for at, word in enumerate(WORDS):
        row[at] = words.get(word, 0.0)
    row[15] = 0.5
    return row / np.linalg.norm(row)


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_vectors(named, factory):
    with asyncio.Runner(loop_factory=factory) as runner:
        vectors = runner.run(models.embed(["Hello hello world", "paris", ""]))
    expected = [vector(hello=2, world=1), vector(paris=1), vector()]
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    assert models.embed_blocking(["Hello hello world", "paris", ""]) == vectors


def test_no_texts(named):
    assert models.embed_blocking([]) == []
    assert models.rerank_blocking("alice", []) == []


async def test_ranks(named):
    texts = ["hello", "world", "paris", "world again"]
    ranked = await models.rerank("where is alice?", texts)
    assert [(one.index, one.text) for one in ranked] == [
        (2, "paris"),
        (1, "world"),
        (3, "world again"),
        (0, "hello"),
    ]
    sigmoid = 1 / (1 + np.exp(-np.array([3.0, 1.0, 1.0, -1.0])))
    np.testing.assert_allclose([one.score for one in ranked], sigmoid, atol=1e-5)
    assert models.rerank_blocking("where is alice?", texts) == ranked


def test_it_is_loaded_once(named, embedder):
    first = models.load("small")
    assert (first.status, first.dimensions, first.cache_key) == ("loaded", 16, "embedding:small")
    assert first.cached_models == ("embedding:small",)
    again = models.load("small")
    assert (again.status, again.dimensions) == ("already_loaded", 16)
    assert models.load("small", force_reload=True).status == "loaded"
    (info,) = models.list()
    assert (info.model_name, info.model_type, info.is_loaded) == ("small", "embedding", True)
    assert info.path == str(embedder / "model.onnx")
    assert info.bytes == (embedder / "model.onnx").stat().st_size
    assert info.provider == "CPUExecutionProvider"


async def test_many_who_want_it_at_once_load_it_once(named):
    loaded = await asyncio.gather(*(models.ensure("small") for _ in range(20)))
    assert sorted(one.status for one in loaded) == ["already_loaded"] * 19 + ["loaded"]


def test_clear_by_name_by_key_and_all(named):
    models.load("small")
    models.load("judge", "cross-encoder")
    cleared = models.clear("small")
    assert (cleared.cleared_models, cleared.remaining_models) == (
        ("embedding:small",),
        ("cross-encoder:judge",),
    )
    assert models.clear("cross-encoder:judge").cleared_models == ("cross-encoder:judge",)
    assert models.clear("nobody").cleared_models == ()
    models.load("small")
    assert models.clear().cleared_models == ("embedding:small",)
    assert models.list() == []


def test_the_one_not_used_for_longest_goes(embedder, tmp_path):
    paths = [shutil.copytree(embedder, tmp_path / name) for name in "abc"]
    models.configure({"python": {"max_cached_models": 2}})
    models.load(str(paths[0]))
    models.load(str(paths[1]))
    models.embed_blocking(["hello"], model=str(paths[0]))
    models.load(str(paths[2]))
    assert [info.model_name for info in models.list()] == [str(paths[0]), str(paths[2])]


def test_a_memory_budget(embedder, tmp_path):
    paths = [shutil.copytree(embedder, tmp_path / name) for name in "ab"]
    size = (embedder / "model.onnx").stat().st_size
    declared = {path.name: {"path": str(path), "workers": 1} for path in paths}
    models.configure({"python": {"memory_budget": size + size // 2}, "models": declared})
    models.load("a")
    models.load("b")
    assert [info.model_name for info in models.list()] == ["b"]
    models.configure({"python": {"memory_budget": size // 2}, "models": declared})
    with pytest.raises(ModelError) as caught:
        models.load("a")
    assert (caught.value.kind, caught.value.model) == ("budget", "a")
    assert str(size) in str(caught.value)


def test_names_that_were_asked_for_are_not_kept(named):
    for number in range(10):
        with contextlib.suppress(ModelError):
            models.load(f"./nowhere/{number}.onnx")
    models.load("small")
    models.clear()
    gc.collect()
    assert len(_held._loading) == 0


def test_it_is_unloaded_when_idle_and_loaded_again(embedder):
    models.configure({"models": {"small": {"path": str(embedder), "workers": 1, "idle_timeout": "50ms"}}})
    models.load("small")

    async def until_unloaded():
        async with asyncio.timeout(60):
            while models.list()[0].is_loaded:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    asyncio.run(until_unloaded())
    assert len(models.embed_blocking(["hello"], model="small")[0]) == 16
    assert models.list()[0].dimensions == 16


@pytest.mark.parametrize(
    ("name", "kind", "words"), [("judge", "embedding", "no vectors"), ("small", "cross-encoder", "no scores")]
)
def test_a_model_of_another_type(named, name, kind, words):
    with pytest.raises(ModelError, match=words) as caught:
        models.load(name, kind)
    assert caught.value.kind == "labels"
    assert models.list() == []


def test_what_cannot_be_asked(named):
    with pytest.raises(ConfigError, match="cross-encoder"):
        models.load("small", "classifier")
    with pytest.raises(ConfigError, match="list of texts"):
        models.embed_blocking("a text")
    with pytest.raises(TextError):
        models.embed_blocking(["\ud800"])
    with pytest.raises(ModelError) as caught:
        models.embed_blocking(["a"], model="./nowhere/model.onnx")
    assert caught.value.kind == "missing"
    models.load("small")
    with pytest.raises(DeadlineExceeded):
        models.embed_blocking(["hello " * 2000] * 50, deadline=0.001)


def test_more_windows_than_are_read(embedder):
    models.configure({"models": {"small": {"path": str(embedder), "workers": 1, "max_windows": 2}}})
    with pytest.raises(TextError, match="windows"):
        models.embed_blocking(["hello", "hello " * 1000], model="small")


async def test_the_functions_out_of_the_box(named):
    assert {"embed_texts", "rerank_texts"} <= {info.name for info in functions.list()}
    answer = await functions.call("embed_texts", texts=["hello", "paris"])
    assert (answer["count"], answer["dimensions"], answer["model"]) == (2, 16, "small")
    np.testing.assert_allclose(answer["embeddings"], [vector(hello=1), vector(paris=1)], atol=1e-5)
    answer = await functions.call("rerank_texts", query="where?", texts=["hello", "paris"], model="judge")
    assert (answer["query"], answer["model"]) == ("where?", "judge")
    assert [one["index"] for one in answer["ranked_results"]] == [1, 0]
    assert functions.describe("rerank_texts").timeout == 60


async def test_a_function_says_what_is_wrong_with_the_model(named):
    with pytest.raises(FunctionRaised) as caught:
        await functions.call("embed_texts", texts=["hello"], model="./nowhere/model.onnx")
    assert isinstance(caught.value.__cause__, ModelError)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_asks_on_its_own(named):
    expected = models.embed_blocking(["hello world"])
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            os._exit(0 if models.embed_blocking(["hello world"]) == expected else 1)
        except BaseException:  # noqa: BLE001  # a child of a test must not go on as one
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert models.embed_blocking(["hello world"]) == expected


async def test_settings_leave_a_function_alone_that_somebody_put_there(named):
    functions.register(lambda texts: [[float(len(text))] for text in texts], name="embed_texts", replace=True)
    try:
        models.configure({"python": {"default_timeout": "20s"}})
        assert await functions.call("embed_texts", texts=["four"]) == [[4.0]]
        assert functions.describe("rerank_texts").module == "pyshield.functions._built_in"
    finally:
        functions._built_in.register_all()
    assert functions.describe("embed_texts").timeout == 20.0


async def test_the_deadline_holds_while_a_model_is_loaded(named, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    hold = _held._hold

    def slow(*arguments):
        begun.set()
        assert go_on.wait(60)
        return hold(*arguments)

    monkeypatch.setattr(_held, "_hold", slow)
    try:
        with pytest.raises(DeadlineExceeded, match="before the model was loaded"):
            await models.embed(["hello"], deadline=0.05)
        with pytest.raises(DeadlineExceeded, match="before the model was loaded"):
            await models.rerank("where?", ["hello"], deadline=0.05)
        assert begun.is_set()
    finally:
        go_on.set()
    assert len(await models.embed(["hello"], deadline=60)) == 1


async def test_a_timeout_of_the_caller_s_own_is_the_caller_s(named, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(_held, "_hold", lambda *_: go_on.wait(60))
    try:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.05):
                await models.embed(["hello"], deadline=60)
        assert not isinstance(caught.value, DeadlineExceeded)
    finally:
        go_on.set()
