"""What goes through a chain: texts, messages, prompts, and whatever parsers make of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import ChatPromptValue, StringPromptValue

from langchain_pyshield.content import (
    CALLED,
    CONTENT,
    REASONED,
    VALUES,
    aside,
    rebuilt,
    texts,
    with_aside,
)
from langchain_pyshield.incoming import asked, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "answer_passed",
    "answer_texts",
    "prompt_passed",
    "prompt_texts",
    "question",
    "spoken",
    "with_spoken",
]


def prompt_texts(value: Any) -> list[str]:  # noqa: ANN401
    """The texts of what goes to a model; of messages those that the application did not write."""
    if isinstance(value, ChatPromptValue):
        value = value.messages
    if isinstance(value, StringPromptValue):
        value = value.text
    if not _messages(value):
        return texts(value, VALUES)
    return [text for message in value if place_of(message) for text in texts(message.content, CONTENT)]


def prompt_passed(value: Any, passed: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The same with what passed."""
    if isinstance(value, StringPromptValue):
        return StringPromptValue(text=passed.get(value.text, value.text))
    messages = spoken(value)
    if not messages:
        return rebuilt(value, passed, VALUES)
    return with_spoken(
        value, [_passed(message, passed) if place_of(message) else message for message in messages]
    )


def spoken(value: Any) -> Sequence[BaseMessage]:  # noqa: ANN401
    """The messages of a value that is a conversation; none, if it is none."""
    if isinstance(value, ChatPromptValue):
        value = value.messages
    return value if _messages(value) else ()


def with_spoken(value: Any, messages: list[BaseMessage]) -> Any:  # noqa: ANN401
    """The same conversation of other messages; itself if they are those it has."""
    if all(new is old for new, old in zip(messages, spoken(value), strict=True)):
        return value
    if isinstance(value, ChatPromptValue):
        return value.model_copy(update={"messages": messages})
    return messages


def question(value: Any) -> str:  # noqa: ANN401
    """What an answer to a value answers."""
    if isinstance(value, ChatPromptValue):
        value = value.messages
    return asked(value) if _messages(value) else "\n".join(prompt_texts(value))


def answer_texts(value: Any) -> list[str]:  # noqa: ANN401
    """The texts of an answer, arguments of tool calls among them."""
    if not isinstance(value, BaseMessage):
        return texts(value, VALUES)
    found = texts(value.content, CONTENT)
    if isinstance(value, AIMessage):
        found += texts([call["args"] for call in value.tool_calls], VALUES)
        found += texts([call["args"] for call in value.invalid_tool_calls], VALUES)
        found += texts(aside(value, _BESIDE), CONTENT)
    return found


def answer_passed(value: Any, passed: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The same with what passed."""
    if not isinstance(value, BaseMessage):
        return rebuilt(value, passed, VALUES)
    new = _passed(value, passed)
    if not isinstance(value, AIMessage):
        return new
    for name in ("tool_calls", "invalid_tool_calls"):
        before: list[Any] = getattr(value, name)
        calls = [{**call, "args": rebuilt(call["args"], passed, VALUES)} for call in before]
        if calls != before:
            new = new.model_copy(update={name: calls})
    return with_aside(new, rebuilt(aside(value, _BESIDE), passed, CONTENT))


_BESIDE = REASONED | CALLED


def _messages(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(isinstance(message, BaseMessage) for message in value)


def _passed(message: BaseMessage, passed: Mapping[str, str]) -> BaseMessage:
    content = rebuilt(message.content, passed, CONTENT)
    return message if content is message.content else message.model_copy(update={"content": content})
