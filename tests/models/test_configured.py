"""`models.configure`: settings, and what becomes of the models that are held when they change."""

from __future__ import annotations

import pytest

from pyshield import functions, models
from pyshield.errors import ConfigError, ModelError
from pyshield.models import _held
from tests.models.small_models import counting


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return counting(tmp_path_factory.mktemp("first"), ["hello"])


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    return counting(tmp_path_factory.mktemp("second"), ["world", "hello"])


def of(vectors):
    """Whose vector of `hello` it is."""
    return ("first", "second")[max((0, 1), key=lambda at: vectors[0][at])]


@pytest.fixture(autouse=True)
def _fresh():
    yield
    models.configure({})
    models.clear()


TOML = """
[python]
python_path = "python"
default_timeout = "20s"
enable_gc = true
gc_interval = "5m"
max_cached_models = 3
model_cache_timeout = "1h"
memory_budget = "1.5GiB"
enable_gpu = true
gpu_memory_fraction = 0.5

[python.functions.embed_texts]
timeout = "10s"
max_batch_size = 32

[python.functions.mine]
timeout = "1m"
max_batch_size = 4

[models.small]
path = "acme/small"
revision = "0123456789012345678901234567890123456789"
"""


def test_a_file(tmp_path):
    (tmp_path / "models.toml").write_text(TOML)
    found = models.configure(tmp_path / "models.toml")
    assert found is models.settings()
    assert (found.default_timeout, found.gc_interval, found.model_cache_timeout) == (20.0, 300.0, 3600.0)
    assert (found.max_cached_models, found.memory_budget, found.enable_gpu) == (3, 3 << 29, True)
    assert found.ignored == ("python_path", "gpu_memory_fraction")
    small = found.models["small"]
    assert (small.path, small.idle_timeout, small.providers, small.strict) == (
        "acme/small",
        3600.0,
        ("cuda",),
        False,
    )
    assert functions.describe("embed_texts").timeout == 10.0

    @functions.register(batch=True)
    async def mine(calls):
        return calls

    @functions.register
    def other():
        return 1

    try:
        assert (functions.describe("mine").timeout, functions.describe("mine").max_batch_size) == (60.0, 4)
        assert functions.describe("other").timeout == 20.0
    finally:
        functions.unregister("mine")
        functions.unregister("other")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rust": {}}, "rust"),
        ({"python": {"threads": 1}}, "python.threads"),
        ({"python": {"max_cached_models": 0}}, "max_cached_models"),
        ({"python": {"model_cache_timeout": "1 fortnight"}}, "model_cache_timeout"),
        ({"python": {"memory_budget": "much"}}, "memory_budget"),
        ({"python": {"functions": {"f": {"retries": 1}}}}, "python.functions.f.retries"),
        ({"models": {"m": {}}}, "models.m.path"),
        ({"models": {"m": {"path": "a/b", "size": 1}}}, "models.m.size"),
        ({"models": 1}, "models"),
    ],
)
def test_settings_that_cannot_be(given, field):
    before = models.settings()
    with pytest.raises(ConfigError) as caught:
        models.configure(given)
    assert caught.value.field == field
    assert models.settings() is before


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        models.configure(tmp_path / "nowhere.toml")
    (tmp_path / "broken.toml").write_text("[python\n")
    with pytest.raises(ConfigError, match="is not TOML"):
        models.configure(tmp_path / "broken.toml")


def test_a_memory_budget_holds_for_what_is_held(first, second):
    size = (first / "model.onnx").stat().st_size
    declared = {
        "a": {"path": str(first), "workers": 1},
        "b": {"path": str(second), "workers": 1},
    }
    models.configure({"models": declared})
    models.load("a")
    models.load("b")
    models.configure({"python": {"memory_budget": size + size // 2}, "models": declared})
    assert models.load("a").status == "already_loaded"
    assert [info.model_name for info in models.list()] == ["a"]
    models.configure({"python": {"memory_budget": size // 2}, "models": declared})
    with pytest.raises(ModelError) as caught:
        models.embed_blocking(["hello"], model="a")
    assert caught.value.kind == "budget"
    assert models.list() == []


def meaning(path, **options):
    return {"models": {"mine": {"path": str(path), "workers": 1, **options}}}


async def test_a_name_that_means_another_model_now(first, second):
    models.configure(meaning(first))
    assert of(models.embed_blocking(["hello"], model="mine")) == "first"
    models.configure(meaning(second))
    assert of(models.embed_blocking(["hello"], model="mine")) == "second"
    assert [info.path for info in models.list()] == [str(second / "model.onnx")]
    models.configure(meaning(first))
    assert of(await models.embed(["hello"], model="mine")) == "first"
    models.configure(meaning(first, max_windows=2))
    assert models.load("mine").status == "loaded"
    models.configure({**meaning(first, max_windows=2), "python": {"default_timeout": "20s"}})
    assert models.load("mine").status == "already_loaded"


def test_what_is_named_no_more_goes_with_the_next_load(first, second):
    models.configure(meaning(first))
    models.load("mine")
    models.configure(meaning(second))
    models.load(str(first))
    assert [info.model_name for info in models.list()] == [str(first)]


def test_settings_that_change_while_a_model_is_loaded(first, second, monkeypatch):
    load = _held._load

    def slow(*arguments):
        entry = load(*arguments)
        models.configure(meaning(second))
        monkeypatch.setattr(_held, "_load", load)
        return entry

    models.configure(meaning(first))
    monkeypatch.setattr(_held, "_load", slow)
    assert of(models.embed_blocking(["hello"], model="mine")) == "second"
