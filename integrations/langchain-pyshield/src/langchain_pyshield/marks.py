"""What the middleware notes on messages, so that it is kept with them wherever the state is kept."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, ToolMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

__all__ = ["original", "refusal", "restored", "scanned", "withheld", "withheld_since"]

_KEY = "pyshield"


def restored(message: BaseMessage, content: Any, *, keep: bool) -> BaseMessage:  # noqa: ANN401
    """An answer with what passed of it; with `keep` also as the model wrote it, for when it is sent again."""
    note: dict[str, Any] = {"for": _digest(content)}
    if keep:
        note["sent"] = message.content
    metadata = {**message.response_metadata, _KEY: note}
    return message.model_copy(update={"content": content, "response_metadata": metadata})


def refusal(text: str, scanners: tuple[str, ...], instead_of: BaseMessage | None = None) -> AIMessage:
    """The answer that stands where nothing else may."""
    metadata = {_KEY: {"for": _digest(text), "refused": list(scanners)}}
    if isinstance(instead_of, AIMessage):
        usage = instead_of.usage_metadata
        return AIMessage(text, id=instead_of.id, response_metadata=metadata, usage_metadata=usage)
    return AIMessage(text, response_metadata=metadata)


def withheld(message: BaseMessage, text: str) -> BaseMessage:
    """A message without what it said."""
    update: dict[str, Any] = {
        "content": text,
        "additional_kwargs": {**message.additional_kwargs, _KEY: "withheld"},
    }
    if isinstance(message, ToolMessage):
        update |= {"status": "error", "artifact": None}
    return message.model_copy(update=update)


def withheld_since(messages: Sequence[BaseMessage]) -> bool:
    """Whether a tool's result was withheld since the model last spoke."""
    for message in reversed(messages):
        if isinstance(message, AIMessage):
            return False
        if isinstance(message, ToolMessage) and message.additional_kwargs.get(_KEY) == "withheld":
            return True
    return False


def scanned(message: BaseMessage) -> bool:
    """Whether an answer has been scanned, and was changed; not if somebody has changed it since."""
    note = message.response_metadata.get(_KEY)
    return isinstance(note, dict) and note.get("for") == _digest(message.content)


def original(message: BaseMessage) -> Any:  # noqa: ANN401
    """The content of an answer as the model wrote it, with placeholders; `None` if it is not known.

    Nor is it if somebody has changed the answer since.
    """
    note = message.response_metadata.get(_KEY)
    if not isinstance(note, dict) or note.get("for") != _digest(message.content):
        return None
    return note.get("sent")


def _digest(content: Any) -> str:  # noqa: ANN401
    return blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
