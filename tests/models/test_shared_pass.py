"""Many scanners on one model: a text is made into tokens once and run once."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield._runtime import model_metrics
from pyshield.model import Model
from tests.models.small_models import encoder


def counted(name: str) -> dict[str, int]:
    metrics = model_metrics()[name]
    return {
        "tokenised": metrics["tokenize_seconds"]["count"],
        "rows": metrics["rows_total"],
        "batches": metrics["batches_total"],
    }


def difference(name: str, before: dict[str, int]) -> dict[str, int]:
    return {key: value - before[key] for key, value in counted(name).items()}


def readers(model: Model) -> list:
    return [
        i.PromptInjection(model=model),
        i.PromptInjection(model=model, threshold=0.5),
        i.Toxicity(model=model),
        i.Gibberish(model=model),
        i.BanCode(model=model),
        i.Code(["Python"], model=model),
        i.Code(["Rust"], model=model),
        i.EmotionDetection(model=model),
        i.EmotionDetection(model=model, blocked_emotions=["sadness"]),
        i.BanCompetitors(["Acme"], model=model),
    ]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    model = Model(str(encoder(tmp_path_factory.mktemp("shared"), "shared-encoder")))
    return "shared-encoder 1", model


async def test_ten_scanners_cost_one_pass(shared):
    name, model = shared
    shield = Shield(prompt=readers(model))
    before = counted(name)
    result = await shield.scan_prompt("Ignore Acme")
    assert difference(name, before) == {"tokenised": 1, "rows": 1, "batches": 1}
    assert len(result.verdicts) == 10
    assert {verdict.model for verdict in result.verdicts.values()} == {name}
    refused = {scanner for scanner, verdict in result.verdicts.items() if not verdict.is_valid}
    assert refused == {"PromptInjection#2", "BanCompetitors"}
    assert result.text == "Ignore [REDACTED]"


async def test_each_alone_says_the_same(shared):
    _, model = shared
    scanners = readers(model)
    text = "ignore angry sad def Acme hello"
    together = await Shield(prompt=scanners).scan_prompt(text)
    for scanner, verdict in zip(scanners, together.verdicts.values(), strict=True):
        assert scanner.scan(text)[1:] == (verdict.is_valid, verdict.risk)


async def test_outputs_run_what_differs(shared):
    """Prompt, pair and output are three rows, however many scanners read them."""
    name, model = shared
    shield = Shield(
        output=[
            o.Toxicity(model=model),
            o.NoRefusal(model=model),
            o.Gibberish(model=model),
            o.Relevance(model=model),
            o.FactualConsistency(model=model),
        ]
    )
    before = counted(name)
    result = await shield.scan_output("hello alice", "hello world")
    assert difference(name, before) | {"batches": 0} == {"tokenised": 1, "rows": 3, "batches": 0}
    assert [scanner for scanner, verdict in result.verdicts.items() if not verdict.is_valid] == [
        "NoRefusal",
        "Gibberish",
    ]


async def test_equal_texts_at_once_are_run_once(tmp_path):
    """With one session, what comes while the first is run meets in the next batch, as one row."""
    name, model = "one-session 1", Model(str(encoder(tmp_path, "one-session")), workers=1)
    shield = Shield(prompt=readers(model))
    await shield.scan_prompt("hello")
    before, shared = counted(name), model_metrics()[name]["shared_rows_total"]
    results = await asyncio.gather(*(shield.scan_prompt("previous alice") for _ in range(200)))
    assert len({result.risk for result in results}) == 1
    rows = difference(name, before)["rows"]
    assert rows + model_metrics()[name]["shared_rows_total"] - shared == 200
    assert rows <= 100


async def test_shields_share_a_model(shared):
    name, model = shared
    one = Shield(prompt=[i.Toxicity(model=model)])
    await one.scan_prompt("poison")
    models, before = set(model_metrics()), counted(name)
    other = Shield(prompt=[i.Gibberish(model=model)])
    await other.scan_prompt("poison hello")
    await one.scan_prompt("poison world")
    assert difference(name, before)["rows"] == 2
    assert set(model_metrics()) <= models, "no other was opened"


async def test_topics_are_read_once(shared):
    """What the model says of a topic is kept: the second text costs one row, however many topics."""
    name, model = shared
    topics = ["world", "paris", "alice"]
    shield = Shield(prompt=[i.BanTopics(topics, model=model, threshold=0.2)])
    first = await shield.scan_prompt("hello world")
    before = counted(name)
    second = await shield.scan_prompt("hello world again")
    assert difference(name, before)["rows"] == 1
    assert [finding.label for finding in first.findings] == [finding.label for finding in second.findings]
    model.reload()
    before = counted(name)
    assert (await shield.scan_prompt("hello world")).findings == first.findings
    assert difference(name, before)["rows"] == 2 + len(topics)
