"""Whether what a run streams is scanned on its way."""

from __future__ import annotations

from langgraph.config import get_config

__all__ = ["scans_its_stream"]

_EVENTS = "__pregel_stream_messages_v2"
"""What LangGraph calls `stream_events(version="v3")` in the configuration of the steps of a run."""


def scans_its_stream(namespace: str | None) -> bool:
    """Whether the run that is under way goes through the agent's transformer.

    Only `stream_events(version="v3")` does, and only of the agent itself: if that is a part of another graph,
    the transformers are those of that one. If it cannot be told, it does not.

    Args:
        namespace: Where in the graph the model is called.
    """
    try:
        config = get_config()
    except RuntimeError:  # no run
        return False
    return "|" not in (namespace or "|") and bool(config.get("configurable", {}).get(_EVENTS))
