"""Whether what a model writes may be streamed as it is written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.runnables.config import var_child_runnable_config
from langgraph.config import get_config
from langgraph.constants import TAG_NOSTREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain.agents.middleware import ModelRequest

    from langchain_pyshield.rules import Tokens

__all__ = ["hides_tokens", "untold"]

_OLDER = frozenset({"langchain_core.tracers.event_stream", "langchain_core.tracers.log_stream"})
"""Where the handlers are from that tell `astream_events` of version 1 and 2, and `astream_log`, of runs."""

_EVENTS = "__pregel_stream_messages_v2"
"""What LangGraph calls `stream_events(version="v3")` in the configuration of the steps of a run."""


def hides_tokens(tokens: Tokens, namespace: str | None) -> bool:
    """Whether an answer must be kept out of streams until it has been scanned as a whole.

    Only `stream_events(version="v3")` goes through the agent's transformer, and only of the agent itself: if
    that is a part of another graph, the transformers are those of that one. What cannot be told is hidden.

    Args:
        tokens: What the middleware was told.
        namespace: Where in the graph the model is called.
    """
    if tokens == "stream":
        return False
    try:
        config = get_config()
    except RuntimeError:  # no run
        return True
    callbacks = config.get("callbacks")
    if not getattr(callbacks, "handlers", callbacks):
        return False  # nobody is told of tokens, and to hide them costs time
    return tokens == "whole" or "|" in (namespace or "|") or not config.get("configurable", {}).get(_EVENTS)


@contextmanager
def untold(request: ModelRequest[Any]) -> Iterator[None]:
    """Keeps a model's call out of the older kinds of events, which know no tags, if it is to be hidden."""
    config = var_child_runnable_config.get() if TAG_NOSTREAM in (request.model.tags or ()) else None
    callbacks: Any = None if config is None else config.get("callbacks")
    handlers = getattr(callbacks, "handlers", callbacks)
    if config is None or not handlers or not any(map(_is_older, handlers)):
        yield
        return
    if isinstance(callbacks, list):
        callbacks = [handler for handler in callbacks if not _is_older(handler)]
    else:
        callbacks = callbacks.copy()
        for handler in filter(_is_older, handlers):
            callbacks.remove_handler(handler)
    before = var_child_runnable_config.set({**config, "callbacks": callbacks})
    try:
        yield
    finally:
        var_child_runnable_config.reset(before)


def _is_older(handler: object) -> bool:
    return type(handler).__module__ in _OLDER
