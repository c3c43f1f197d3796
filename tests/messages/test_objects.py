"""Messages that are objects: plain ones, and those of clients and frameworks."""

from __future__ import annotations

from collections import UserDict, UserList, namedtuple
from dataclasses import dataclass, field
from types import MappingProxyType

import pytest

from pyshield.errors import MessageError

RED = "[REDACTED]"


class Slotted:
    __slots__ = ("content", "role")

    def __init__(self, role, content):
        self.role, self.content = role, content


class Plain:
    def __init__(self, role, content):
        self.role, self.content, self._private = role, content, "mole"


@dataclass(frozen=True)
class Frozen:
    role: str
    content: str
    extra: dict = field(default_factory=dict)


Named = namedtuple("Named", "role content")  # noqa: PYI024


@pytest.mark.parametrize("kind", [Slotted, Plain, Frozen])
def test_objects(shield, kind):
    given = kind("user", "a mole")
    result = shield.scan_messages([given])
    message = result.messages[0]
    assert (type(message), message.content, given.content) == (kind, "a [REDACTED]", "a mole")


def test_other_mappings_and_sequences(shield):
    class Content(dict):
        pass

    messages = [
        MappingProxyType({"role": "user", "content": "mole"}),
        UserDict({"role": "user", "content": ("mole", Named("x", "mole"))}),
        Content(role="user", content=UserList(["mole"])),
    ]
    first, second, third = shield.scan_messages(messages).messages
    assert first == {"role": "user", "content": RED}
    assert second["content"] == (RED, Named("x", RED))
    assert type(second["content"][1]) is Named
    assert type(third) is Content
    assert third["content"] == [RED]


def test_pydantic_models_of_the_clients(shield):
    anthropic = pytest.importorskip("anthropic")
    chat = pytest.importorskip("openai.types.chat")
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"q":"heron"}'}}
    given = chat.ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": "a heron", "tool_calls": [call], "reasoning_content": "a heron"}
    )
    message = shield.scan_messages([given]).messages[0]
    assert type(message) is chat.ChatCompletionMessage
    assert message.content == "a [REDACTED]"
    assert message.tool_calls[0].function.arguments == '{"q":"[REDACTED]"}'
    assert message.reasoning_content == "a [REDACTED]"
    assert given.content == "a heron"
    assert given.tool_calls[0].function.arguments == '{"q":"heron"}'

    answer = anthropic.types.Message.model_validate(
        {
            "id": "1", "type": "message", "role": "assistant", "model": "heron", "stop_reason": "tool_use",
            "content": [
                {"type": "text", "text": "a heron"},
                {"type": "tool_use", "id": "1", "name": "f", "input": {"q": "heron"}},
            ],
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    )  # fmt: skip
    message = shield.scan_messages([answer]).messages[0]
    assert message.content[0].text == "a [REDACTED]"
    assert message.content[1].input == {"q": RED}
    assert message.model == "heron"
    assert answer.content[0].text == "a heron"


def test_messages_of_langchain(shield):
    messages = pytest.importorskip("langchain_core.messages")
    given = [
        messages.SystemMessage("mole"),
        messages.HumanMessage("mole"),
        messages.AIMessage("heron", tool_calls=[{"name": "f", "args": {"q": "heron"}, "id": "1"}]),
        messages.ToolMessage("mole", tool_call_id="1"),
    ]
    result = shield.scan_messages(given)
    assert [message.content for message in result.messages] == ["mole", RED, RED, RED]
    assert result.messages[2].tool_calls[0]["args"] == {"q": RED}
    assert [type(message) for message in result.messages] == [type(message) for message in given]
    assert [message.content for message in given] == ["mole", "mole", "heron", "mole"]


def test_prompts_of_mcp(shield):
    types = pytest.importorskip("mcp.types")
    text = types.TextContent(type="text", text="a mole")
    held = types.TextResourceContents(uri="file:///mole", text="a mole")
    given = [
        types.PromptMessage(role="user", content=text),
        types.PromptMessage(role="user", content=types.EmbeddedResource(type="resource", resource=held)),
    ]
    first, second = shield.scan_messages(given).messages
    assert first.content.text == "a [REDACTED]"
    assert second.content.resource.text == "a [REDACTED]"
    assert str(second.content.resource.uri) == "file:///mole"
    assert (text.text, held.text) == ("a mole", "a mole")


def test_messages_of_llama_index(shield):
    llms = pytest.importorskip("llama_index.core.llms")
    call = {"id": "1", "function": {"name": "f", "arguments": '{"a":"heron"}'}}
    given = [
        llms.ChatMessage(role=llms.MessageRole.USER, content="a mole"),
        llms.ChatMessage(
            role=llms.MessageRole.ASSISTANT, content="a heron", additional_kwargs={"tool_calls": [call]}
        ),
    ]
    first, second = shield.scan_messages(given).messages
    assert (first.content, second.content) == ("a [REDACTED]", "a [REDACTED]")
    assert second.additional_kwargs["tool_calls"][0]["function"]["arguments"] == '{"a":"[REDACTED]"}'
    assert (given[0].content, given[1].content) == ("a mole", "a heron")


def test_items_of_openais_responses(shield):
    types = pytest.importorskip("openai.types.responses")
    part = {"type": "output_text", "text": "a heron", "annotations": []}
    said = {"id": "heron", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
    call = {"type": "function_call", "call_id": "heron", "name": "heron", "arguments": '{"q":"heron"}'}
    given = [
        types.ResponseOutputMessage.model_validate(said),
        types.ResponseFunctionToolCall.model_validate(call),
    ]
    first, second = shield.scan_messages(given).messages
    assert (first.id, first.content[0].text) == ("heron", "a [REDACTED]")
    assert (second.call_id, second.name, second.arguments) == ("heron", "heron", '{"q":"[REDACTED]"}')


def test_a_message_that_refuses_to_be_copied(shield):
    class Stubborn(Plain):
        def __copy__(self):
            raise RuntimeError("a mole")

    with pytest.raises(MessageError) as caught:
        shield.scan_messages([Stubborn("user", "a mole")])
    assert caught.value.index == 0
    assert "mole" not in str(caught.value)
    assert caught.value.__suppress_context__
