"""Earlier answers on their way to the model: without the private data that was put back into them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage

from langchain_pyshield.marks import original
from langchain_pyshield.shields import Scans
from langchain_pyshield.values import answer_passed, answer_texts, spoken, with_spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

    from langchain_pyshield.shields import Shields, Steps

__all__ = ["hide", "hide_in"]


def hide(shields: Shields, messages: Sequence[BaseMessage]) -> Steps[dict[int, BaseMessage]]:
    """Earlier answers without the private data that was put back into them; by their places, if different.

    Raises:
        ShieldError: If that could not be found out.
    """
    hiding = shields.hiding
    if hiding is None:
        return {}
    answers = {at: message for at, message in enumerate(messages) if isinstance(message, AIMessage)}
    # One whose original is known holds placeholders as it is, but for what has been added to it since.
    written = {at: _as_written(message) for at, message in answers.items()}
    # All that `ScanOutput` restores: calls that could not be parsed, and those beside the content, too.
    every = (text for message in written.values() for text in answer_texts(message))
    fresh = dict.fromkeys(text for text in every if not hiding.passed.has("prompt", text))
    passed: dict[str, str] = {}
    if fresh:
        results = yield Scans(hiding, "prompt", "", list(fresh))
        for text, result in zip(fresh, results, strict=True):
            if result.errors:
                raise result.errors[0]
            passed[text] = result.text
            if result.text == text:
                hiding.passed.add("prompt", text)
    hidden = {at: answer_passed(message, passed) for at, message in written.items()}
    return {at: message for at, message in hidden.items() if message is not answers[at]}


def hide_in(shields: Shields, values: Sequence[Any]) -> Steps[list[Any]]:
    """Values on their way to a model, with the answers in their conversations as `hide` leaves them.

    Raises:
        ShieldError: As `hide`.
    """
    each = [spoken(value) for value in values]
    hidden = yield from hide(shields, [message for messages in each for message in messages])
    if not hidden:
        return list(values)
    done, first = [], 0
    for value, messages in zip(values, each, strict=True):
        new = [hidden.get(at, message) for at, message in enumerate(messages, first)]
        done.append(with_spoken(value, new))
        first += len(messages)
    return done


def _as_written(message: AIMessage) -> AIMessage:
    sent = original(message)
    return message if sent is None else message.model_copy(update={"content": sent})
