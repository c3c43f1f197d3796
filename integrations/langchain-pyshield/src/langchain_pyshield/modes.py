"""Whether what a model writes may be streamed as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.config import get_config

if TYPE_CHECKING:
    from langchain_pyshield.rules import Tokens

__all__ = ["hides_tokens"]

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
