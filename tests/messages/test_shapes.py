"""Messages of every provider and framework: what is read, what is rewritten, what is left alone."""

from __future__ import annotations

import copy
import json

import pytest

from pyshield import MessagePolicy
from pyshield import input_scanners as i
from pyshield import output_scanners as o
from pyshield.errors import MessageError
from pyshield.messages import Role

RED = "[REDACTED]"


def both(text: str) -> str:
    return f"{text} mole heron"


USER, ASSISTANT = f" {RED} heron", f" mole {RED}"

SHAPES = {
    "openai text": (
        {"role": "user", "content": both("hi"), "name": "mole"},
        {"role": "user", "content": "hi" + USER, "name": "mole"},
    ),
    "openai parts": (
        {
            "role": "user",
            "content": [
                {"type": "text", "text": both("a")},
                {"type": "image_url", "image_url": {"url": "https://mole.example"}},
                {"type": "input_audio", "input_audio": {"data": "mole", "format": "wav"}},
                {"type": "file", "file": {"file_data": "mole", "filename": both("b")}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a" + USER},
                {"type": "image_url", "image_url": {"url": "https://mole.example"}},
                {"type": "input_audio", "input_audio": {"data": "mole", "format": "wav"}},
                {"type": "file", "file": {"file_data": "mole", "filename": "b" + USER}},
            ],
        },
    ),
    "openai answer": (
        {
            "role": "assistant",
            "content": both("a"),
            "refusal": both("b"),
            "audio": {"id": "heron", "transcript": both("c")},
        },
        {
            "role": "assistant",
            "content": "a" + ASSISTANT,
            "refusal": "b" + ASSISTANT,
            "audio": {"id": "heron", "transcript": "c" + ASSISTANT},
        },
    ),
    "openai calls": (
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "heron",
                    "type": "function",
                    "function": {"name": "heron", "arguments": '{"url": "x mole heron"}'},
                },
                {"id": "1", "type": "custom", "custom": {"name": "heron", "input": both("free")}},
            ],
            "function_call": {"name": "heron", "arguments": '["heron"]'},
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "heron",
                    "type": "function",
                    "function": {"name": "heron", "arguments": '{"url": "x mole [REDACTED]"}'},
                },
                {"id": "1", "type": "custom", "custom": {"name": "heron", "input": "free" + ASSISTANT}},
            ],
            "function_call": {"name": "heron", "arguments": '["[REDACTED]"]'},
        },
    ),
    "openai tool": (
        {"role": "tool", "tool_call_id": "mole", "content": both("r")},
        {"role": "tool", "tool_call_id": "mole", "content": "r" + USER},
    ),
    "responses call": (
        {
            "type": "function_call",
            "call_id": "heron",
            "name": "heron",
            "arguments": '{"a": "heron"}',
            "status": "heron",
        },
        {
            "type": "function_call",
            "call_id": "heron",
            "name": "heron",
            "arguments": '{"a": "[REDACTED]"}',
            "status": "heron",
        },
    ),
    "responses output": (
        {"type": "function_call_output", "call_id": "mole", "output": both("r")},
        {"type": "function_call_output", "call_id": "mole", "output": "r" + USER},
    ),
    "responses message": (
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": both("r")}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "r" + USER}]},
    ),
    "responses mcp call": (
        {"type": "mcp_call", "id": "1", "arguments": '{"a":"heron"}', "output": both("r")},
        {"type": "mcp_call", "id": "1", "arguments": '{"a":"[REDACTED]"}', "output": "r" + USER},
    ),
    "responses mcp call that failed": (
        {"type": "mcp_call", "id": "1", "error": {"type": "heron", "message": both("r")}},
        {"type": "mcp_call", "id": "1", "error": {"type": "heron", "message": "r" + USER}},
    ),
    "responses shell": (
        {"type": "shell_call", "action": {"commands": ["cat heron", "ls"]}},
        {"type": "shell_call", "action": {"commands": ["cat [REDACTED]", "ls"]}},
    ),
    "responses reasoning": (
        {"type": "reasoning", "id": "heron", "summary": [{"type": "summary_text", "text": both("t")}]},
        {"type": "reasoning", "id": "heron", "summary": [{"type": "summary_text", "text": "t" + ASSISTANT}]},
    ),
    "anthropic call": (
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": both("t"), "signature": "heron"},
                {"type": "redacted_thinking", "data": "heron"},
                {
                    "type": "tool_use",
                    "id": "heron",
                    "name": "heron",
                    "input": {"url": "heron", "n": [1, {"id": "heron"}]},
                },
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "t" + ASSISTANT, "signature": "heron"},
                {"type": "redacted_thinking", "data": "heron"},
                {
                    "type": "tool_use",
                    "id": "heron",
                    "name": "heron",
                    "input": {"url": RED, "n": [1, {"id": RED}]},
                },
            ],
        },
    ),
    "anthropic result": (
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "mole",
                    "content": [{"type": "text", "text": both("r")}],
                },
                {"type": "tool_result", "tool_use_id": "mole", "content": both("s"), "is_error": True},
                {
                    "type": "document",
                    "title": both("d"),
                    "source": {"type": "text", "media_type": "text/plain", "data": both("e")},
                },
                {"type": "document", "source": {"type": "base64", "data": "mole"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "mole",
                    "content": [{"type": "text", "text": "r" + USER}],
                },
                {"type": "tool_result", "tool_use_id": "mole", "content": "s" + USER, "is_error": True},
                {
                    "type": "document",
                    "title": "d" + USER,
                    "source": {"type": "text", "media_type": "text/plain", "data": "e" + USER},
                },
                {"type": "document", "source": {"type": "base64", "data": "mole"}},
            ],
        },
    ),
    "gemini": (
        {
            "role": "model",
            "parts": [{"text": both("a")}, {"functionCall": {"name": "heron", "args": {"id": "heron"}}}],
        },
        {
            "role": "model",
            "parts": [{"text": "a" + ASSISTANT}, {"functionCall": {"name": "heron", "args": {"id": RED}}}],
        },
    ),
    "gemini response": (
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "mole", "response": {"name": "mole", "id": ["mole"]}}}],
        },
        {
            "role": "user",
            "parts": [{"functionResponse": {"name": "mole", "response": {"name": RED, "id": [RED]}}}],
        },
    ),
    "langchain dict": (
        {
            "type": "ai",
            "content": both("a"),
            "tool_calls": [{"name": "heron", "args": {"q": "heron"}, "id": "1", "type": "tool_call"}],
        },
        {
            "type": "ai",
            "content": "a" + ASSISTANT,
            "tool_calls": [{"name": "heron", "args": {"q": RED}, "id": "1", "type": "tool_call"}],
        },
    ),
    "a part that names itself a call": (
        {"role": "user", "content": [{"type": "x_call", "text": both("a"), "arguments": both("b")}]},
        {"role": "user", "content": [{"type": "x_call", "text": "a" + USER, "arguments": "b" + USER}]},
    ),
    "a result that names itself a call": (
        {"role": "tool", "content": [{"type": "tool_use", "input": {"q": both("a")}, "output": both("b")}]},
        {"role": "tool", "content": [{"type": "tool_use", "input": {"q": "a" + USER}, "output": "b" + USER}]},
    ),
    "unknown role": ({"role": "critic", "content": both("a")}, {"role": "critic", "content": "a" + USER}),
    "unknown part": (
        {"role": "user", "content": {"anything": [{"deep": both("a")}]}},
        {"role": "user", "content": {"anything": [{"deep": "a" + USER}]}},
    ),
    "system": ({"role": "system", "content": both("a")}, {"role": "system", "content": both("a")}),
    "empty": ({"role": "user", "content": ""}, {"role": "user", "content": ""}),
    "no content": ({"role": "user"}, {"role": "user"}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shape(shield, name):
    given, expected = SHAPES[name]
    kept = copy.deepcopy(given)
    result = shield.scan_messages([given])
    assert result.messages == [expected]
    assert given == kept
    assert result.passes
    assert (result.messages[0] is given) == (given == expected)
    assert result.scanned[0].changed == (given != expected)


def test_what_does_not_change_is_shared(shield):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    given = {"role": "user", "content": [picture, {"type": "text", "text": "mole"}]}
    result = shield.scan_messages([given])
    assert result.messages[0]["content"][0] is picture


def test_findings_say_where(shield):
    call = {"function": {"name": "f", "arguments": json.dumps({"deep": [1, {"q": "a heron"}]})}}
    result = shield.scan_messages(
        [{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [call]}]
    )
    (found,) = result.findings
    assert found.message == 1
    assert found.path == ("tool_calls", 0, "function", "arguments", "deep", 1, "q")
    assert (found.role, found.scanner, found.split) == (Role.TOOL_CALL, "BanSubstrings", False)
    assert [(s.start, s.end) for s in found.stretches] == [(2, 7)]
    assert found.finding.replacement == RED
    assert result.scanned[1].role is Role.ASSISTANT


@pytest.mark.parametrize(
    "message",
    [
        7,
        None,
        "user: hi",
        b"x",
        [],
        ["user", "hi"],
        {},
        {"content": "a secret"},
        {"role": 7},
        {"role": None},
        object(),
    ],
)
def test_what_is_no_message_is_refused(shield, message):
    with pytest.raises(MessageError) as caught:
        shield.scan_messages([{"role": "user", "content": "a"}, message])
    assert (caught.value.index, caught.value.reason) == (1, "shape")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [iter(["mole"]), {"mole"}, (x for x in ["mole"])])
def test_what_cannot_be_read_twice_is_refused(shield, content):
    with pytest.raises(MessageError, match="expected text, a list or a mapping"):
        shield.scan_messages([{"role": "user", "content": content}])


@pytest.mark.parametrize("messages", ["hi", {"role": "user", "content": "hi"}, b"hi"])
def test_one_message_is_no_list(shield, messages):
    with pytest.raises(TypeError, match="expected a list"):
        shield.scan_messages(messages)


def test_a_text_of_a_class_of_its_own(shield):
    class Sly(str):
        __slots__ = ()

        def __str__(self):
            return "harmless"

    assert shield.scan_messages([{"role": "user", "content": Sly("mole")}]).messages[0]["content"] == RED


def test_roles_choose_their_scanners(scanned):
    policy = MessagePolicy(
        user=[i.BanSubstrings(["u"], redact=True)],
        assistant=[o.BanSubstrings(["a"], redact=True)],
        system=[i.BanSubstrings(["s"], redact=True)],
        tool=[i.BanSubstrings(["t"], redact=True)],
        tool_call=[o.BanSubstrings(["c"], redact=True)],
        context=None,
    )
    call = [{"type": "tool_use", "input": {"x": "uastc"}}, {"type": "text", "text": "uastc"}]
    messages = [
        {"role": "developer", "content": "uastc"},
        {"role": "user", "content": "uastc"},
        {"role": "assistant", "content": call},
        {"role": "tool", "content": "uastc"},
    ]
    result = scanned(messages, [i.BanSubstrings(["uastc"])], messages=policy)
    texts = [
        result.messages[0]["content"],
        result.messages[1]["content"],
        result.messages[2]["content"][1]["text"],
        result.messages[3]["content"],
        result.messages[2]["content"][0]["input"]["x"],
    ]
    assert texts == ["uastc".replace(char, RED) for char in "suatc"]


@pytest.mark.parametrize(
    "content",
    [b"mole", bytearray(b"mole"), memoryview(b"mole"), [b"mole"], [{"type": "text", "text": b"mole"}]],
)
def test_bytes_in_place_of_text_are_refused(shield, content):
    # They would pass unread.
    with pytest.raises(MessageError, match="in place of text") as caught:
        shield.scan_messages([{"role": "user", "content": content}])
    assert caught.value.reason == "shape"
    assert "mole" not in str(caught.value)


def test_bytes_of_pictures_pass(shield):
    message = {"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": b"\x89PNG"}}}]}
    assert shield.scan_messages([message]).messages == [message]
