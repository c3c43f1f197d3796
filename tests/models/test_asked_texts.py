"""Texts that a model is asked about are looked at before one is loaded, and none is quoted."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import models
from pyshield.errors import ConfigError

WRONG = [
    (None, "texts: expected a list of texts, got a NoneType"),
    ("private words", "texts: expected a list of texts, got a str"),
    ({"private": "words"}, "texts: expected a list of texts, got a dict"),
    ([1], r"texts\[0\]: expected a text, got a int"),
    (["private words", None], r"texts\[1\]: expected a text, got a NoneType"),
]


@pytest.mark.parametrize(("texts", "message"), WRONG)
def test_texts_of_another_type(texts, message):
    # There is no such model: it is not looked for.
    for call in (
        lambda: asyncio.run(models.embed(texts, model="no/such")),
        lambda: models.embed_blocking(texts, model="no/such"),
        lambda: asyncio.run(models.rerank("q", texts, model="no/such")),
        lambda: models.rerank_blocking("q", texts, model="no/such"),
    ):
        with pytest.raises(ConfigError, match=f"^models: {message}$"):
            call()


def test_a_query_of_another_type():
    with pytest.raises(ConfigError, match=r"^models: query: expected a text, got a NoneType$"):
        models.rerank_blocking(None, ["a"], model="no/such")
