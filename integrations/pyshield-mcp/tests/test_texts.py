"""Where the texts of requests and results are, and how each is replaced."""

from __future__ import annotations

import pytest

from pyshield.errors import TextError
from pyshield_mcp.texts import of_result


def result(levels):
    block = {"type": "text", "text": "deep"}
    for _ in range(levels):
        block = {"type": "tool_result", "content": [block]}
    return {"content": [block]}


def test_results_within_results():
    value = result(50)
    (text,) = of_result("tools/call", value)
    assert text.text == "deep"
    assert "deep" not in repr(text)
    text.put("other")
    assert [text.text for text in of_result("tools/call", value)] == ["other"]
    for levels in (70, 50_000):
        with pytest.raises(TextError, match="deep"):
            list(of_result("tools/call", result(levels)))


def test_the_name_of_what_a_link_leads_to():
    link = {"type": "resource_link", "uri": "file:///a", "name": "a", "description": "b"}
    assert sorted(text.text for text in of_result("tools/call", {"content": [link]})) == ["a", "b"]
    used = {"type": "tool_use", "name": "n", "input": {"q": "a"}}
    assert [text.text for text in of_result("tools/call", {"content": [used]})] == ["a"]
