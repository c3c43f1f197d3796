"""Where in a record the text is."""

import pytest

from pyshield.cli.pointer import Pointer

RECORD = {
    "prompt": "p",
    "a/b": "slash",
    "m~n": "tilde",
    "messages": [{"content": "first"}, {"content": "second"}],
    "n": 3,
}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("prompt", "p"),
        ("/prompt", "p"),
        ("a/b", "slash"),
        ("/a~1b", "slash"),
        ("/m~0n", "tilde"),
        ("/messages/1/content", "second"),
    ],
)
def test_it_finds_strings(written, text):
    assert Pointer(written).text_in(RECORD) == text


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("nothing", "no nothing"),
        ("/messages/2/content", "no /messages/2/content"),
        ("/messages/01/content", "no /messages/01/content"),
        ("/messages/-1/content", "no /messages/-1/content"),
        ("/messages/\u0661/content", "no /messages/\u0661/content"),
        ("/prompt/deeper", "no /prompt/deeper"),
        ("n", "no string at n"),
        ("messages", "no string at messages"),
    ],
)
def test_what_it_does_not_find(written, message):
    with pytest.raises(LookupError) as raised:
        Pointer(written).text_in(RECORD)
    assert raised.value.args[0] == message


@pytest.mark.parametrize("record", [None, 3, "text", [], ["text"]])
def test_records_of_another_shape(record):
    with pytest.raises(LookupError):
        Pointer("prompt").text_in(record)


def test_it_replaces_what_it_found():
    record = {"messages": [{"content": "a"}, {"content": "b"}]}
    Pointer("/messages/1/content").replace_in(record, "B")
    assert record == {"messages": [{"content": "a"}, {"content": "B"}]}
