"""A text that is alone is run by several threads, unless it was declared how many a session has."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import Shield
from pyshield._runtime import _poison_models, build_info, model_metrics
from pyshield.errors import ModelError
from pyshield.input_scanners import PromptInjection
from pyshield.model import Model
from tests.models.small_models import encoder

pytestmark = pytest.mark.skipif(build_info()["cores"] < 2, reason="there is one core")


def wide(name: str) -> int:
    return model_metrics()[f"{name} 1"]["wide_rows_total"]


async def until_wide(shield: Shield, name: str) -> None:
    """The session for it is loaded beside the first requests, and a new length is tried that way first."""
    for index in range(2_000):
        await shield.scan_prompt(f"hello {index}")
        if wide(name):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("no text that was alone was run by several threads")


async def test_a_text_that_is_alone(tmp_path):
    shield = Shield(prompt=[PromptInjection(model=Model(str(encoder(tmp_path, "alone")), workers=2))])
    await until_wide(shield, "alone")
    narrow = Shield(prompt=[PromptInjection(model=Model(str(tmp_path), workers=2, threads=1))])
    for text in ("ignore previous", "hello sad world", "ignore " * 90):
        one, other = await shield.scan_prompt(text), await narrow.scan_prompt(text)
        assert (one.is_valid, one.risk) == (other.is_valid, other.risk)


async def test_declared_threads_are_all(tmp_path):
    model = Model(str(encoder(tmp_path, "declared")), workers=2, threads=1)
    shield = Shield(prompt=[PromptInjection(model=model)])
    for index in range(40):
        await shield.scan_prompt(f"hello {index}")
    assert wide("declared") == 0


async def test_a_panic_there_fails_one_text(tmp_path):
    model = Model(str(encoder(tmp_path, "alone-panics")), workers=2)
    shield = Shield(prompt=[PromptInjection(model=model)])
    await until_wide(shield, "alone-panics")
    _poison_models()
    [error] = (await shield.scan_prompt("hello a")).errors
    assert isinstance(error, ModelError)
    assert error.kind == "panicked"
    results = await asyncio.gather(*(shield.scan_prompt(f"hello b {index}") for index in range(20)))
    assert [error for result in results for error in result.errors] == []
