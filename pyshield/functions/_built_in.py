"""Functions that are registered out of the box: `embed_texts` and `rerank_texts`, on the runtime."""

from __future__ import annotations

from typing import Any

from pyshield.functions import _configured
from pyshield.functions._registered import list_functions, register

__all__ = ["embed_texts", "register_again", "register_all", "rerank_texts"]

_TEXTS = {"type": "array", "items": {"type": "string"}}
_NAME = {"type": ["string", "null"]}


async def embed_texts(texts: list[str], model: str | None = None) -> dict[str, Any]:
    """A vector for each text: `{embeddings, model, dimensions, count}`."""
    from pyshield import models

    name = model if model is not None else models.settings().embedding
    vectors = await models.embed(texts, model=name, deadline=_configured.timeout("embed_texts"))
    return {
        "embeddings": vectors,
        "model": name,
        "dimensions": len(vectors[0]) if vectors else 0,
        "count": len(vectors),
    }


async def rerank_texts(query: str, texts: list[str], model: str | None = None) -> dict[str, Any]:
    """The texts by how well they fit: `{ranked_results: [{index, text, score}], model, query}`."""
    from pyshield import models

    name = model if model is not None else models.settings().reranker
    ranked = await models.rerank(query, texts, model=name, deadline=_configured.timeout("rerank_texts", 60.0))
    results = [{"index": one.index, "text": one.text, "score": one.score} for one in ranked]
    return {"ranked_results": results, "model": name, "query": query}


def register_again() -> None:
    """Registers them anew: settings changed. A function that somebody put in the place of one stays there."""
    mine = {info.name for info in list_functions() if info.module == __name__}
    _register(mine)


def register_all() -> None:
    """Registers them."""
    _register({"embed_texts", "rerank_texts"})


def _register(names: set[str]) -> None:
    if "embed_texts" in names:
        _register_embed_texts()
    if "rerank_texts" in names:
        _register_rerank_texts()


def _register_embed_texts() -> None:
    register(
        embed_texts,
        replace=True,
        timeout=_configured.timeout("embed_texts"),
        input_schema={
            "type": "object",
            "properties": {"texts": _TEXTS, "model": _NAME},
            "required": ["texts"],
            "additionalProperties": False,
        },
        output_schema={"type": "object", "required": ["embeddings", "model", "dimensions", "count"]},
    )


def _register_rerank_texts() -> None:
    register(
        rerank_texts,
        replace=True,
        timeout=_configured.timeout("rerank_texts", 60.0),
        input_schema={
            "type": "object",
            "properties": {"query": {"type": "string"}, "texts": _TEXTS, "model": _NAME},
            "required": ["query", "texts"],
            "additionalProperties": False,
        },
        output_schema={"type": "object", "required": ["ranked_results", "model", "query"]},
    )
