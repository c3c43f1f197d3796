"""Patterns of fields."""

from __future__ import annotations

import json

import pytest

from pyshield.errors import ConfigError
from pyshield_asgi.document import locate
from pyshield_asgi.fields import CHAT_FIELDS, EVERY_STRING, Fields
from pyshield_asgi.path import pointer

DOCUMENT = """{"a": "1", "b": ["2", {"c": "3", "a": "4"}, ["5"]], "x/y": "6", "m~n": "7", "": "8", "0": "9",
 "*": "s", "n": 1, "t": null}"""


def texts(patterns, document=DOCUMENT):
    return "".join(field.text for field in locate(document, Fields(patterns), 1000))


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ([], ""),
        (["/**"], "123456789s"),
        (["/a"], "1"),
        (["/b/*"], "2"),
        (["/b/0"], "2"),
        (["/b/1/c"], "3"),
        (["/b/*/c"], "3"),
        (["/b/*/*"], "345"),
        (["/b/**"], "2345"),
        (["/**/a"], "14"),
        (["/**/c", "/a"], "13"),
        (["/*/*/a", "/b/1/*"], "34"),
        (["/**/**/c/**"], "3"),
        (["/x~1y", "/m~0n"], "67"),
        (["/", "/0"], "89"),
        (["/*"], "16789s"),
        (["/n", "/t", "/b", "/missing/*"], ""),
        ([""], ""),
    ],
)
def test_what_a_pattern_reaches(patterns, found):
    assert texts(patterns) == found


@pytest.mark.parametrize(("patterns", "found"), [([""], "s"), (["/**"], "s"), (["/*"], ""), (["/a"], "")])
def test_a_document_that_is_a_string(patterns, found):
    assert texts(patterns, ' "s" ') == found


def test_items_of_an_array_are_numbered_past_those_that_are_no_strings():
    found = locate('[1, 2,3, "a", true , null, {"x": 0}, [], -1.5e3, "b"]', Fields(["/**"]), 9)
    assert [(pointer(field.path), field.text) for field in found] == [("/3", "a"), ("/9", "b")]
    assert texts(["/3", "/9"], '[1, 2,3, "a", true , null, {"x": 0}, [], -1.5e3, "b"]') == "ab"


def test_escaped_keys_are_keys():
    assert texts(["/prompt"], r'{"\u0070rompt": "x", "prompt2": "y"}') == "x"


def test_every_one_of_two_equal_keys_is_reached():
    assert texts(["/a/b"], '{"a": {"b": "1", "b": "2"}, "a": {"b": "3"}}') == "123"


def test_chat_fields_reach_what_chat_requests_hold():
    document = """{
      "model": "m", "system": [{"type": "text", "text": "a"}], "instructions": "b", "messages": [
        {"role": "user", "content": "c"},
        {"role": "user", "content": [
           {"type": "text", "text": "d"}, {"type": "image_url", "image_url": {"url": "-"}},
           {"type": "tool_result", "content": [{"type": "text", "text": "e"}]},
           {"type": "tool_result", "content": "f"},
           {"type": "tool_use", "name": "n", "input": {"query": ["g"]}}]},
        {"role": "assistant", "tool_calls": [{"id": "i", "function": {"name": "n", "arguments": "h"}}]}]}"""
    assert texts(CHAT_FIELDS, document) == "abcdefgh"
    assert (
        texts(CHAT_FIELDS, '{"input": [{"role": "user", "content": [{"text": "a"}]}, {"output": "b"}]}')
        == "ab"
    )
    assert texts(CHAT_FIELDS, '{"prompt": ["a", "b"], "input": "c"}') == "abc"
    thoughts = """{"messages": [{"role": "assistant", "reasoning_content": "a", "reasoning_details": [
        {"type": "reasoning.text", "text": "b", "signature": "-"}],
        "tool_calls": [{"custom": {"input": "c"}}],
        "content": [{"type": "thinking", "thinking": "d", "signature": "-"}]}],
        "input": [{"type": "apply_patch_call", "operation": {"diff": "e"}},
        {"type": "shell_call", "action": {"commands": ["f"]}}, {"summary": [{"text": "g"}]}]}"""
    assert texts(CHAT_FIELDS, thoughts) == "abcdefg"
    assert EVERY_STRING == ("/**",)


BLOCK = {"type": "text", "text": "!"}
SEARCH = {"type": "search_result", "source": "!", "title": "!", "content": [BLOCK]}
CITED = {"type": "char_location", "cited_text": "!", "document_title": "!", "encrypted_index": "-"}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "text", "text": "!", "citations": [CITED]},
        SEARCH,
        {"type": "document", "title": "!", "context": "!", "source": {"type": "content", "content": [BLOCK]}},
        {"type": "document", "source": {"type": "content", "content": "!"}},
        {"type": "tool_result", "tool_use_id": "-", "content": "!"},
        {"type": "tool_result", "content": [BLOCK, SEARCH, {"type": "tool_reference", "tool_name": "-"}]},
        {"type": "tool_result", "content": [{"type": "browser_state", "tabs": [{"title": "!", "url": "-"}]}]},
        {"type": "web_search_tool_result", "content": [{"title": "!", "url": "-", "encrypted_content": "-"}]},
        {"type": "web_fetch_tool_result", "content": {"url": "-", "content": {"title": "!", "source": {}}}},
        {"type": "bash_code_execution_tool_result", "content": {"stdout": "!", "stderr": "!"}},
        {"type": "text_editor_code_execution_tool_result", "content": {"content": "!", "file_type": "-"}},
        {"type": "text_editor_code_execution_tool_result", "content": {"lines": ["!", "!"]}},
        {"type": "text_editor_code_execution_tool_result", "content": {"error_message": "!"}},
        {"type": "advisor_tool_result", "content": {"type": "advisor_result", "text": "!"}},
        {"type": "image", "source": {"type": "base64", "media_type": "-", "data": "-"}},
        {"type": "redacted_thinking", "data": "-"},
        "!",
    ],
)
def test_chat_fields_reach_what_is_within_a_part(block):
    message = {"role": "user", "content": [block]}
    request = {"messages": [message], "system": [block]}
    for document in map(json.dumps, (request, {"requests": [{"custom_id": "-", "params": request}]})):
        assert texts(CHAT_FIELDS, document) == "!" * document.count('"!"')


@pytest.mark.parametrize(
    "item",
    [
        "!",
        {"role": "user", "content": "!"},
        {"role": "assistant", "content": [{"text": "!", "annotations": [{"title": "!", "url": "-"}]}]},
        {"type": "function_call_output", "call_id": "-", "output": [{"type": "input_text", "text": "!"}]},
        {"type": "shell_call_output", "output": [{"stdout": "!", "stderr": "!"}]},
        {"type": "code_interpreter_call", "code": "!", "outputs": [{"logs": "!"}, {"url": "-"}]},
        {"type": "computer_call", "actions": [{"text": "!", "keys": ["!"]}]},
        {"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": "-"}},
        {"type": "file_search_call", "results": [{"text": "!", "attributes": {"a": "!"}, "file_id": "-"}]},
        {"type": "mcp_call", "name": "-", "arguments": "!", "error": {"content": [{"text": "!"}]}},
        {"type": "mcp_call", "error": "!"},
        {"type": "mcp_list_tools", "tools": [{"name": "-", "description": "!"}], "error": "!"},
        {"type": "tool_search_call", "arguments": {"query": "!"}},
        {"type": "image_generation_call", "result": "-", "revised_prompt": "!"},
        {"type": "text", "text": "!"},
    ],
)
def test_chat_fields_reach_what_is_within_an_item(item):
    for name in ("input", "items"):
        document = json.dumps({name: [item], "model": "-"})
        assert texts(CHAT_FIELDS, document) == "!" * document.count('"!"')


def test_chat_fields_reach_what_stands_beside_a_prompt():
    document = {"prompt": "!", "suffix": "!", "prediction": {"type": "-", "content": [BLOCK | {"type": "-"}]}}
    assert texts(CHAT_FIELDS, json.dumps(document)) == "!!!"
    assert texts(CHAT_FIELDS, '{"prediction": {"content": "!"}, "compaction": {"instructions": "!"}}') == "!!"


@pytest.mark.parametrize(
    ("patterns", "field"),
    [
        ("/a", "fields"),
        (["/a", "b"], "fields[1]"),
        ([1], "fields[0]"),
        (["/a~2"], "fields[0]"),
        (["/~"], "fields[0]"),
    ],
)
def test_what_is_no_pattern(patterns, field):
    with pytest.raises(ConfigError) as caught:
        Fields(patterns)
    assert caught.value.field == field


def test_patterns_that_would_need_a_state_for_every_subset():
    with pytest.raises(ConfigError, match="too many or too vague"):
        Fields(["/**/a" + "/*" * 20])
