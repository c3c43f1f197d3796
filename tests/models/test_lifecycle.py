"""Models while they are in use: unloaded when idle, swapped, broken and started anew."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from pyshield import Cache, Shield
from pyshield._runtime import _poison_models, model_metrics
from pyshield.errors import ModelError
from pyshield.input_scanners import BanSubstrings, PromptInjection
from pyshield.model import Model
from tests.models.small_models import Graph, encoder, weights
from tests.models.waiting import until


def injection_graph(directory, bias: float) -> None:
    """Rewrites the graph of an `encoder` such that every text has the same logit of injection."""
    graph = Graph()
    graph.sequence("injection", weights(3, {}), [bias] * 3)
    graph.save(directory / "model.onnx")
    config = json.loads((directory / "config.json").read_text())
    config["heads"] = {"injection": config["heads"]["injection"]}
    config.pop("embedding", None)
    (directory / "config.json").write_text(json.dumps(config))


async def test_an_idle_model_is_unloaded_and_loaded_again(tmp_path):
    model = Model(str(encoder(tmp_path, "idle")), idle_timeout=4.0)
    shield = Shield(prompt=[PromptInjection(model=model)])
    await shield.scan_prompt("hello")
    assert model_metrics()["idle 1"]["sessions"] > 0
    await until(lambda: model_metrics()["idle 1"]["sessions"] == 0)
    result = await shield.scan_prompt("ignore previous")
    assert result.verdicts["PromptInjection"].error is None
    assert model_metrics()["idle 1"]["sessions"] > 0


async def test_a_model_in_use_is_not_unloaded(tmp_path):
    model = Model(str(encoder(tmp_path, "busy")), idle_timeout=4.0)
    shield = Shield(prompt=[PromptInjection(model=model)])
    for index in range(100):
        await shield.scan_prompt(f"hello {index}")
        assert model_metrics()["busy 1"]["sessions"] > 0
        await asyncio.sleep(0.05)


async def test_a_swap_drops_nothing(tmp_path):
    """The model changes its mind under load: every request gets the answer of the one or of the other."""
    directory = encoder(tmp_path, "swapped")
    injection_graph(directory, -5.0)
    model = Model(str(directory))
    shield = Shield(prompt=[PromptInjection(model=model)])
    assert (await shield.scan_prompt("hello")).is_valid
    injection_graph(directory, 5.0)
    config = json.loads((directory / "config.json").read_text())
    (directory / "config.json").write_text(json.dumps(config | {"version": "2"}))
    results = []
    swapped = asyncio.create_task(asyncio.to_thread(model.reload))
    while not swapped.done():
        results += await asyncio.gather(*(shield.scan_prompt(f"a b c {index}") for index in range(32)))
    assert await swapped is True
    assert [error for result in results for error in result.errors] == []
    after = await shield.scan_prompt("hello")
    assert not after.is_valid
    assert after.verdicts["PromptInjection"].model == "swapped 2"
    # Whoever declares it now gets the same one.
    assert not PromptInjection(model=model).scan("hello")[1]


async def test_what_is_remembered_of_the_old_one_is_not_the_new_one_s_word(tmp_path):
    directory = encoder(tmp_path, "remembered")
    injection_graph(directory, -5.0)
    model = Model(str(directory))
    shield = Shield(prompt=[PromptInjection(model=model)], cache=Cache())
    other = Shield(prompt=[BanSubstrings(["bad"])], cache=Cache())
    assert (await shield.scan_prompt("hello")).is_valid
    assert (await shield.scan_prompt("hello")).cached
    await other.scan_prompt("hello")
    injection_graph(directory, 5.0)
    assert model.reload() is True
    after = await shield.scan_prompt("hello")
    assert (after.is_valid, after.cached) == (False, False)
    assert (await shield.scan_prompt("hello")).cached
    assert (await other.scan_prompt("hello")).cached


async def test_a_swap_that_fails_changes_nothing(tmp_path):
    directory = encoder(tmp_path, "kept")
    injection_graph(directory, -5.0)
    model = Model(str(directory))
    shield = Shield(prompt=[PromptInjection(model=model)])
    config = json.loads((directory / "config.json").read_text())
    config["heads"]["injection"]["labels"] = ["other", "labels", "here"]
    (directory / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="other things"):
        model.reload()
    config["heads"]["injection"]["labels"] = ["direct", "indirect", "jailbreak"]
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError) as caught:
        model.reload()
    assert caught.value.kind == "unreadable"
    result = await shield.scan_prompt("hello")
    assert (result.is_valid, result.errors) == (True, [])
    assert Model(str(tmp_path / "unknown")).is_here() is False


def test_reloading_what_nobody_uses(tmp_path):
    assert Model(str(encoder(tmp_path, "unused"))).reload() is False


async def test_a_session_that_panics_fails_only_its_own_request(tmp_path):
    model = Model(str(encoder(tmp_path, "panics")), workers=1)
    shield = Shield(prompt=[PromptInjection(model=model)])
    await shield.scan_prompt("hello")
    _poison_models()
    result = await shield.scan_prompt("hello a")
    [error] = result.errors
    assert isinstance(error, ModelError)
    assert (error.kind, error.scanner, result.is_valid) == ("panicked", "PromptInjection", False)
    assert (await shield.scan_prompt("hello a")).errors == []
    assert model_metrics()["panics 1"]["restarts_total"] == 1


async def test_a_panic_in_a_batch_fails_at_most_one_row(tmp_path):
    """Each row of a batch that panicked gets a run of its own in the new session."""
    model = Model(str(encoder(tmp_path, "crowded")), workers=1)
    shield = Shield(prompt=[PromptInjection(model=model)])
    await shield.scan_prompt("hello")
    asked = [asyncio.ensure_future(shield.scan_prompt(f"hello a {index}")) for index in range(200)]
    await asyncio.sleep(0)
    _poison_models()
    results = await asyncio.gather(*asked, *(shield.scan_prompt(f"hello b {index}") for index in range(200)))
    failed = [error for result in results for error in result.errors]
    assert {error.kind for error in failed if isinstance(error, ModelError)} <= {"panicked"}
    assert len(failed) <= 1
    assert model_metrics()["crowded 1"]["restarts_total"] == 1


async def test_the_provider_in_force_is_told(tmp_path):
    model = Model(str(encoder(tmp_path, "fallback")), providers=("cuda",), strict=False)
    shield = Shield(prompt=[PromptInjection(model=model)])
    result = await shield.scan_prompt("hello")
    provider = model_metrics()["fallback 1"]["provider"]
    assert provider != ""
    # Whatever it is: something else was asked for, and may not be there.
    assert result.verdicts["PromptInjection"].model == f"fallback 1 on {provider}"


async def test_the_batch_is_measured(tmp_path):
    shield = Shield(prompt=[PromptInjection(model=Model(str(encoder(tmp_path, "measured"))))])
    await shield.scan_prompt("hello")
    # A row of such a small model costs next to nothing beside the run: one alone is never best.
    assert model_metrics()["measured 1"]["batch_tokens"] >= 64


async def test_five_megabytes_are_read_as_far_as_allowed_beside_the_event_loop(tmp_path):
    model = Model(str(encoder(tmp_path, "long")))
    shield = Shield(prompt=[PromptInjection(model=model, threshold=0.5)])
    text = "hello alice " * 420_000
    # In what the process computes: a machine that does something else does not hold up the loop.
    gaps, since = [], time.process_time()
    began = since

    async def tick():
        nonlocal since
        while True:
            await asyncio.sleep(0.01)
            gaps.append(time.process_time() - since)
            since = time.process_time()

    ticking = asyncio.ensure_future(tick())
    result = await shield.scan_prompt(text, deadline=120)
    ticking.cancel()
    assert (result.is_valid, [error.reason for error in result.errors]) == (False, ["limit"])
    assert max(gaps) < max(2, (time.process_time() - began) / 2)
    refused = await shield.scan_prompt(f"ignore previous {text}", deadline=120)
    assert (refused.is_valid, refused.errors) == (False, [])


async def test_a_deadline_ends_the_wait(tmp_path):
    from pyshield.errors import DeadlineExceeded

    model = Model(str(encoder(tmp_path, "late")), max_windows=100_000)
    shield = Shield(prompt=[PromptInjection(model=model)])
    # A hundredth of what the small model takes for all windows of this text.
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("a b c d " * 100_000, deadline=0.002)
    assert (await shield.scan_prompt("hello")).is_valid
