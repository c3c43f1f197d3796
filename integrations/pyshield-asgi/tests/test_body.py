"""Bodies as text: every charset without loss, and what is not text is said so."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield_asgi.body import UnreadableError, parse
from pyshield_asgi.content import Content, Media
from pyshield_asgi.fields import Fields
from pyshield_asgi.problem import RejectedError

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine."""

ALL = Fields(["/**"])
BODY = '{"a": "ünï 😀 heron", "n": 1.0, "é": "\\u00e9"}'
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
CHARSETS = ["utf-8", "ascii"]
CHARSETS += [f"iso8859-{part}" for part in range(1, 17) if part != 12] + [f"cp125{page}" for page in range(9)]


def charset_of(content_type):
    return Content.of([(b"content-type", content_type.encode())]).charset


@pytest.mark.parametrize("encoding", UNICODE)
def test_json_in_every_encoding_that_json_reads(encoding):
    data = BODY.encode(encoding)
    body = parse(data, Media.JSON, None, ALL, 10)
    assert [field.text for field in body.fields] == ["ünï 😀 heron", "é"]
    assert body.rewritten(["ünï 😀 heron", "é"]) == (data, None)
    changed, charset = body.rewritten(["ü #", "é"])
    assert charset is None
    assert changed == BODY.replace("ünï 😀 heron", "ü #").encode(encoding)
    assert json.loads(changed)["a"] == "ü #"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "us-ascii"])
def test_json_that_says_it_is_utf_8(charset):
    named = charset_of(f"application/json; charset={charset}")
    assert parse(BODY.encode(), Media.JSON, named, ALL, 10).fields[0].text == "ünï 😀 heron"
    with pytest.raises(UnreadableError):
        parse(BODY.encode("utf-16"), Media.JSON, named, ALL, 10)


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "windows-1252"])
def test_json_in_another_charset_than_it_says(charset):
    with pytest.raises(UnreadableError) as caught:
        parse(BODY.encode(), Media.JSON, charset_of(f"application/json; charset={charset}"), ALL, 10)
    assert caught.value.problem.status == 400


@RELAXED
@given(st.binary(max_size=40), st.sampled_from(CHARSETS))
def test_what_decodes_encodes_to_the_same_bytes(data, charset):
    try:
        body = parse(data, Media.TEXT, charset, ALL, 1)
    except UnreadableError:
        return
    assert body.rewritten([body.text]) == (data, None)


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("é".encode(), None, "é"),
        (b"\xef\xbb\xbfx", None, "x"),
        (b"\xe9", "iso8859-1", "é"),
        (b"\x80", "cp1252", "€"),
        (b"\xc3\xa9\xe9", "cp1252", "Ã©é"),
        ("«CAFÉ»".encode("latin-1"), "iso8859-1", "«CAFÉ»"),
    ],
)
def test_text(data, charset, text):
    body = parse(data, Media.TEXT, charset, ALL, 1)
    assert body.fields[0].text == body.text == text
    assert body.rewritten([text]) == (data, None)


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (b"\xe9", None),
        (b"\xed\xa0\x80", None),
        ("é".encode("utf-16"), None),
        (b"\x81", "cp1252"),
        (b"\xc3\xa9", "ascii"),
    ],
)
def test_what_is_not_text_in_its_charset(data, charset):
    with pytest.raises(UnreadableError, match="not text"):
        parse(data, Media.TEXT, charset, ALL, 1)


@pytest.mark.parametrize("charset", [name for name in CHARSETS if name not in ("utf-8", "ascii")])
def test_text_in_utf_8_that_names_another_charset(charset):
    for data in (b"\xef\xbb\xbfx", "бомба".encode(), "\u202eb".encode()):
        with pytest.raises(UnreadableError) as caught:
            parse(data, Media.TEXT, charset, ALL, 1)
        assert caught.value.problem.title == "The charset is wrong"
    assert parse(b"bomb", Media.TEXT, charset, ALL, 1).text == "bomb"


def test_a_replacement_that_the_charset_lacks():
    body = parse(b"caf\xe9 x", Media.TEXT, "iso8859-1", ALL, 1)
    assert body.rewritten(["café ▮"]) == ("café ▮".encode(), "utf-8")


def test_what_is_left_of_a_text_would_be_taken_for_utf_8():
    body = parse("бомба".encode() + b"\xad", Media.TEXT, "iso8859-1", ALL, 1)
    left = body.text.removesuffix("\xad")
    assert body.rewritten([left]) == (left.encode(), "utf-8")


@pytest.mark.parametrize("body", [r'["\ud800"]', r'["ok", "\udc00\ud800"]', r'{"\ud800": "\ud83d"}'])
def test_half_a_surrogate_pair(body):
    with pytest.raises(RejectedError) as caught:
        parse(body.encode(), Media.JSON, None, ALL, 9)
    assert not isinstance(caught.value, UnreadableError)
    assert caught.value.problem.code == "not-text"
    caught.value.problem.encoded()


HALVES = '{"x": "\ud800", "y": "heron"}'


@pytest.mark.parametrize("encoding", UNICODE)
def test_half_a_surrogate_pair_that_is_encoded(encoding):
    data = HALVES.encode(encoding, "surrogatepass")
    assert json.loads(data)["y"] == "heron"
    with pytest.raises(RejectedError) as caught:
        parse(data, Media.JSON, None, Fields(["/y"]), 9)
    assert not isinstance(caught.value, UnreadableError)
    assert caught.value.problem.code == "not-text"


@pytest.mark.parametrize("data", [b"\xed\xa0\x80", b'{"x": \xed\xa0\x80}', b'{"x": "\xff"}', b'"\x00\x00'])
def test_what_is_neither_text_nor_json(data):
    with pytest.raises(UnreadableError):
        parse(data, Media.JSON, None, ALL, 9)


def test_half_a_surrogate_pair_in_a_deep_document():
    with pytest.raises(RejectedError) as caught:
        parse(b"[" * 100_000 + b'"\xed\xa0\x80"' + b"]" * 100_000, Media.JSON, None, ALL, 9)
    assert not isinstance(caught.value, UnreadableError)


def test_a_whole_pair_is_a_character():
    assert parse(rb'["\ud83d\ude00"]', Media.JSON, None, ALL, 9).fields[0].text == "😀"


def test_fields_chosen_by_a_function():
    def last(document):
        return [f"/messages/{len(document['messages']) - 1}"]

    body = parse(b'{"messages": ["a", "b"], "n": 1' + b"0" * 9999 + b"}", Media.JSON, None, last, 9)
    assert [field.text for field in body.fields] == ["b"]
    for broken in (b"{", b"[" * 100_000):
        with pytest.raises(RejectedError):
            parse(broken, Media.JSON, None, last, 9)


@pytest.mark.parametrize(
    ("content_type", "media", "charset"),
    [
        ("application/json", Media.JSON, None),
        ("Application/JSON; Charset=UTF-8", Media.JSON, "utf-8"),
        ("application/vnd.api+json;v=1", Media.JSON, None),
        ("text/json", Media.JSON, None),
        ("text/plain;charset=ISO-8859-15", Media.TEXT, "iso8859-15"),
        ("text/plain; format=flowed; charset=windows-1252", Media.TEXT, "cp1252"),
        ("text/html", Media.OTHER, None),
        ("multipart/form-data; boundary=x; charset=rot13", Media.OTHER, None),
        ("application/jsonl", Media.OTHER, None),
        ("json", Media.OTHER, None),
        ("", Media.UNNAMED, None),
        (" ; charset=utf-16", Media.UNNAMED, None),
    ],
)
def test_content_types(content_type, media, charset):
    content = Content.of([(b"Content-Type", content_type.encode()), (b"x-other", b"1")])
    assert (content.media, content.charset) == (media, charset)


@pytest.mark.parametrize(
    "charset", ["rot13", "idna", "punycode", "utf-7", "iso-8859-99", "x" * 9999, "unicode_escape"]
)
def test_charsets_that_are_not_decoded(charset):
    with pytest.raises(RejectedError) as caught:
        charset_of(f"text/plain; charset={charset}")
    assert caught.value.problem.status == 415


@pytest.mark.parametrize("charset", ["utf-16", "UTF16", "utf-16le", "UTF-16BE", "utf-32", "utf-32be"])
def test_text_in_charsets_in_which_ascii_is_something_else(charset):
    named = [(b"content-type", f"text/plain; charset={charset}".encode())]
    with pytest.raises(RejectedError) as caught:
        Content.of(named)
    assert caught.value.problem.code == "unsupported-charset"
    assert charset_of(f"application/json; charset={charset}")
    assert Content.of(named, answer=True).charset


@pytest.mark.parametrize(
    "headers",
    [
        [(b"content-type", b"text/html"), (b"content-type", b"application/json")],
        [(b"content-type", b"text/plain; charset=utf-8; charset=utf-16")],
    ],
)
def test_headers_that_contradict_themselves(headers):
    with pytest.raises(RejectedError) as caught:
        Content.of(headers)
    assert caught.value.problem.code == "ambiguous"


@pytest.mark.parametrize(
    ("headers", "encoded", "length"),
    [
        ([], False, None),
        ([(b"content-length", b"12"), (b"content-encoding", b"identity")], False, 12),
        ([(b"content-length", b"-1"), (b"content-encoding", b"identity, GZIP")], True, None),
        (
            [(b"content-length", b"9" * 5000), (b"content-encoding", b""), (b"Content-Encoding", b"br")],
            True,
            None,
        ),
    ],
)
def test_lengths_and_encodings(headers, encoded, length):
    content = Content.of(headers)
    assert (content.encoded, content.length) == (encoded, length)
