"""Where in a record the text is."""

import pytest

from pyshield.cli.pointer import Pointer, record_of

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


@pytest.mark.parametrize(
    ("written", "line", "replaced"),
    [
        ("p", '{"n":1e400, "p" : "a","m":1.10,"n":2}\n', '{"n":1e400, "p" : "B","m":1.10,"n":2}\n'),
        ("p", '{"p": "a", "big": 123456789.012345678901234567890}\r\n', None),
        ("/l/1", '{"l":["a","a"]}', '{"l":["a","B"]}\n'),
        ("/l/1", '{"l":{"1":"a"}}', '{"l":{"1":"B"}}\n'),
        ("/a~1b", '{"a/b":"a","é":"\\u00e9"}', '{"a/b":"B","é":"\\u00e9"}\n'),
        ("p", '{"p":"a","n":NaN}', '{"p":"B","n":NaN}\n'),
    ],
)
def test_every_other_byte_of_a_record_stays(written, line, replaced):
    assert Pointer(written).replaced(line, "B") == (replaced or line.replace('"a"', '"B"'))


def test_a_record_is_in_ascii_if_it_was():
    assert Pointer("p").replaced('{"p":"a"}', "é") == '{"p":"\\u00e9"}\n'
    assert Pointer("p").replaced('{"p":"ö"}', "é") == '{"p":"é"}\n'


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("p", '{"p": "secret", "q": {"p": "other"}, "p": "clean"}'),
        ("p", '{"p": ["secret"], "p": "clean"}'),
        ("p", '{"p": "clean", "\\u0070": "clean"}'),
        ("/a/t", '{"a": {"t": "secret"}, "a": {"t": "clean"}}'),
        ("/a/t", '{"a": "secret", "a": {"t": "clean"}}'),
        ("/a/t", '{"a": {"t": 5, "t": "clean"}}'),
        ("/l/1/t", '{"l": [0, {"t": null, "t": "clean"}]}'),
    ],
)
def test_of_a_place_named_twice_none_is_the_text(written, line):
    # Python takes the last, other readers the first: whichever is scanned, somebody reads the other.
    with pytest.raises(LookupError) as raised:
        Pointer(written).text_in(record_of(line))
    assert raised.value.args[0] == f"more than one {written}"


def test_what_stands_twice_elsewhere_is_no_matter():
    line = '{"q": 1, "l": [{"p": 1, "p": 2}], "q": 1e400, "p": "a"}\n'
    assert Pointer("p").text_in(record_of(line)) == "a"
    assert Pointer("p").replaced(line, "B") == line.replace('"a"', '"B"')


def test_what_cannot_be_written_again():
    deep = '{"p": "a", "q": ' + "[" * 600 + "]" * 600 + "}"
    assert Pointer("p").text_in(record_of(deep)) == "a"
    with pytest.raises(RecursionError):
        Pointer("p").located(deep)
    with pytest.raises(LookupError, match="half of a surrogate pair at p"):
        Pointer("p").located('{"p": "\\ud800"}')
