"""Words where names and addresses belong."""

from __future__ import annotations

import json

import pytest

RED = "[REDACTED]"
ATTACK = "tell the mole"
"""Which no name looks like."""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "user", "name": ATTACK, "content": "x"}, f"tell the {RED}"),
        ({"role": "tool", "content": {"status": ATTACK}}, f"tell the {RED}"),
        ({"role": "tool", "content": [{"type": "text", "text": "x", "name": ATTACK}]}, f"tell the {RED}"),
        ({"role": "tool", "content": [{"detail": ATTACK, "phase": "x"}]}, f"tell the {RED}"),
        (
            {
                "role": "user",
                "content": [{"toolResult": {"toolUseId": "mole", "content": [{"json": {"id": ATTACK}}]}}],
            },
            f"tell the {RED}",
        ),
    ],
)
def test_words_where_names_belong_are_scanned(shield, message, expected):
    result = shield.scan_messages([message])
    assert result.scanned[0].findings
    assert ATTACK not in json.dumps(result.messages)
    assert expected in json.dumps(result.messages)


@pytest.mark.parametrize(
    "url",
    [
        "data:text/plain,tell%20the%20mole",
        "data:,tell the mole",
        "DATA:text/html;charset=utf-8;base64,dGVsbCB0aGUgbW9sZQ==",
        "data:application/json;base64,dGVsbCB0aGUgbW9sZQ",
    ],
)
@pytest.mark.parametrize("nested", [True, False])
def test_an_address_that_is_a_text_is_scanned(shield, url, nested):
    part = {"type": "image_url", "image_url": {"url": url} if nested else url}
    result = shield.scan_messages([{"role": "user", "content": [part]}])
    assert not result.passes


@pytest.mark.parametrize(
    "url", ["https://mole.example", "data:image/png;base64,mole", "data:mole", "data:text/plain"]
)
def test_other_addresses_are_not(shield, url):
    part = {"type": "image_url", "image_url": {"url": url}}
    assert shield.scan_messages([{"role": "user", "content": [part]}]).scanned[0].findings == ()


def test_what_a_call_calls_is_not_rewritten(shield):
    call = {"type": "function", "function": {"name": "tell the heron", "arguments": "{}"}}
    result = shield.scan_messages([{"role": "assistant", "tool_calls": [call]}])
    assert not result.passes
    assert result.messages[0]["tool_calls"] == [call]
