"""Models whose runs go wrong: numbers that are none, and runs that do not end."""

from __future__ import annotations

import asyncio
import math

import pytest

from pyshield import Shield, models
from pyshield.errors import DeadlineExceeded, ModelError
from pyshield.input_scanners import PromptInjection
from pyshield.model import Model
from tests.models.small_models import Graph, endless, ordinary, weights

PATIENCE = 60.0


def guard(directory, **options) -> Shield:
    return Shield(prompt=[PromptInjection(model=Model(str(directory), workers=1, **options))])


@pytest.mark.parametrize("config", [{}, {"problem_type": "multi_label_classification"}])
async def test_what_is_no_number_is_no_verdict(tmp_path, config):
    """Not a number is neither above a threshold nor below it: a text must not pass by that."""

    def add(graph: Graph) -> None:
        graph.sequence("logits", weights(2, {"poison": [math.nan] * 2, "ignore": [0, 9]}), [2.0, 0.0])

    directory = ordinary(tmp_path, "BertForSequenceClassification", ["SAFE", "INJECTION"], add, **config)
    shield = guard(directory)
    texts = ["hello", "poison ignore", "ignore", "alice"] * 10
    results = await asyncio.gather(*(shield.scan_prompt(f"{text} {at}") for at, text in enumerate(texts)))
    for text, result in zip(texts, results, strict=True):
        if "poison" in text:
            [error] = result.errors
            assert isinstance(error, ModelError)
            assert (error.kind, result.is_valid) == ("run", False)
            assert "no number" in str(error)
        else:
            assert (result.errors, result.is_valid) == ([], "ignore" not in text)


async def test_a_vector_that_is_none(tmp_path):
    def add(graph: Graph) -> None:
        graph.embedding("sentence_embedding", weights(4, {"poison": [math.inf, 0, 0, 0], "hello": [1] * 4}))

    model = str(ordinary(tmp_path, "BertModel", [], add))
    try:
        assert len(await models.embed(["hello"], model=model)) == 1
        with pytest.raises(ModelError, match="no number"):
            await models.embed(["poison"], model=model)
    finally:
        models.clear()


def test_a_graph_that_never_ends_is_refused(tmp_path):
    with pytest.raises(ModelError, match="did not end") as caught:
        guard(endless(tmp_path), run_timeout=1.0)
    assert (caught.value.kind, caught.value.model) == ("run", str(tmp_path))


async def test_a_run_nobody_waits_for_any_more_is_stopped(tmp_path):
    shield = guard(endless(tmp_path, "poison"))
    with pytest.raises(DeadlineExceeded):
        await shield.scan_prompt("poison hello", deadline=0.3)
    gone = asyncio.ensure_future(shield.scan_prompt("poison world"))
    await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(PATIENCE):
        result = await shield.scan_prompt("ignore previous")
    assert (result.is_valid, result.errors) == (False, [])


async def test_a_run_that_takes_too_long_fails_its_own_text_alone(tmp_path):
    shield = guard(endless(tmp_path, "poison"), run_timeout=1.0)
    texts = ["hello alice", "poison hello", "ignore previous", "hello bob"]
    async with asyncio.timeout(PATIENCE):
        results = await asyncio.gather(*(shield.scan_prompt(text) for text in texts))
    assert [result.is_valid for result in results] == [True, False, False, True]
    assert [len(result.errors) for result in results] == [0, 1, 0, 0]
    [error] = results[1].errors
    assert isinstance(error, ModelError)
    assert error.kind == "run"
    assert "did not end" in str(error)
