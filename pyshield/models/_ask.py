"""Vectors and ranks of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from pyshield._check import Check
from pyshield.errors import DeadlineExceeded
from pyshield.models._held import Held, ensure, held, load
from pyshield.models._settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyshield.models._held import ModelType

__all__ = ["Ranked", "embed", "embed_blocking", "rerank", "rerank_blocking"]

_AT_ONCE = 256
"""Texts handed to a model at a time if the settings say nothing of `embed_texts` or `rerank_texts`."""

_RELEVANT = ("entail", "relevant", "label_1")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A text and how well it fits, 0 to 1.

    Attributes:
        index: Its place among the texts given.
        text: The text.
        score: What the model says of it; comparable within one call.
    """

    index: int
    text: str
    score: float


async def embed(
    texts: Sequence[str], *, model: str | None = None, deadline: float | None = None
) -> list[list[float]]:
    """A vector of length one for each text. A long text is read in windows, whose mean it is.

    Args:
        texts: The texts.
        model: A name of the settings, a path, or a model of the hub; the default if not given.
        deadline: Seconds it may take; the settings' `default_timeout` if not given. A model that is not there
            in time goes on being loaded, for the next call.

    Raises:
        ModelError: If the model cannot be used.
        DeadlineExceeded: If it takes longer.
        TextError: If a text holds lone surrogates, or has more windows than the model may read.
    """
    until, given = _until(deadline), _texts(texts)
    entry = await _entry(model, "embedding", until)
    vectors: list[list[float]] = []
    for part in _parts(given, "embed_texts"):
        vectors += await entry.handle.embed(part, _left(until))
    return vectors


def embed_blocking(
    texts: Sequence[str], *, model: str | None = None, deadline: float | None = None
) -> list[list[float]]:
    """As `embed`, on the calling thread, which waits; for a model to be loaded as long as that takes."""
    until, given = _until(deadline), _texts(texts)
    entry = _loaded(model, "embedding")
    vectors: list[list[float]] = []
    for part in _parts(given, "embed_texts"):
        vectors += entry.handle.embed_blocking(part, _left(until))
    return vectors


async def rerank(
    query: str, texts: Sequence[str], *, model: str | None = None, deadline: float | None = None
) -> list[Ranked]:
    """The texts by how well they fit the query, the best first; equal ones in the order given.

    Args:
        query: What is asked.
        texts: What may answer it.
        model: As for `embed`.
        deadline: As for `embed`.

    Raises:
        As `embed`.
    """
    until, given = _until(deadline), _asked(query, texts)
    entry = await _entry(model, "cross-encoder", until)
    scores: list[list[float]] = []
    for part in _parts(given, "rerank_texts"):
        scores += await entry.handle.score([(query, text) for text in part], _left(until))
    return _ranked(entry, given, scores)


def rerank_blocking(
    query: str, texts: Sequence[str], *, model: str | None = None, deadline: float | None = None
) -> list[Ranked]:
    """As `rerank`, on the calling thread, which waits; for a model to be loaded as long as that takes."""
    until, given = _until(deadline), _asked(query, texts)
    entry = _loaded(model, "cross-encoder")
    scores: list[list[float]] = []
    for part in _parts(given, "rerank_texts"):
        scores += entry.handle.score_blocking([(query, text) for text in part], _left(until))
    return _ranked(entry, given, scores)


async def _entry(model: str | None, kind: ModelType, until: float) -> Held:
    from asyncio import timeout

    entry = held(model, kind)
    # It may have to give way to others as soon as it is loaded.
    while entry is None:
        limit = timeout(_left(until))
        try:
            async with limit:
                await ensure(model, kind)
        except TimeoutError:
            if not limit.expired():
                raise
            raise DeadlineExceeded("the time ran out before the model was loaded") from None
        entry = held(model, kind)
    return entry


def _loaded(model: str | None, kind: ModelType) -> Held:
    entry = held(model, kind)
    while entry is None:
        load(model, kind)
        entry = held(model, kind)
    return entry


def _texts(texts: Sequence[str]) -> list[str]:
    """The texts, looked at before a model is loaded for them; no error quotes one."""
    if isinstance(texts, str | bytes | Mapping) or not isinstance(texts, Iterable):
        Check("models").fail("texts", f"expected a list of texts, got a {type(texts).__name__}")
    given = list(texts)
    for index, text in enumerate(given):
        if not isinstance(text, str):
            Check("models").fail(f"texts[{index}]", f"expected a text, got a {type(text).__name__}")
    return given


def _asked(query: str, texts: Sequence[str]) -> list[str]:
    if not isinstance(query, str):
        Check("models").fail("query", f"expected a text, got a {type(query).__name__}")
    return _texts(texts)


def _parts(texts: list[str], function: str) -> Iterator[list[str]]:
    most = settings().functions.get(function, {}).get("max_batch_size", _AT_ONCE)
    for start in range(0, len(texts), most):
        yield texts[start : start + most]


def _until(deadline: float | None) -> float:
    seconds = settings().default_timeout if deadline is None else deadline
    return monotonic() + Check("models").number(
        "deadline", seconds, least=0.0, most=365 * 86400.0, above=True
    )


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise DeadlineExceeded("the time ran out before the model had read all texts")
    return left


def _ranked(entry: Held, texts: list[str], scores: list[list[float]]) -> list[Ranked]:
    heads = entry.handle.heads
    labels = next((labels for _, kind, labels in heads if kind == "pair"), None)
    if labels is None:
        labels = next(labels for _, kind, labels in heads if kind == "sequence")
    at = next((at for at, label in enumerate(labels) if label.lower().startswith(_RELEVANT)), 0)
    ranked = [
        Ranked(index, text, score[at]) for index, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]
    return sorted(ranked, key=lambda one: -one.score)
