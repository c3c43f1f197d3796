"""Strings inside JSON are found and replaced where they stand, and nothing else moves."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield._messages import arguments
from pyshield._messages.arguments import is_json, replaced, unescaped

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def literals(raw):
    return [one for one in arguments.literals(raw) if one is not None]


def strings(value, path=()):
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from strings(inner, (*path, at))


@RELAXED
@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_finds_what_the_parser_finds(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    value = json.loads(raw)
    assert is_json(raw)
    found = [one for one in literals(raw) if not one.is_key]
    expected = [
        (path, text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        for path, text in strings(value)
    ]
    assert [(one.path, one.text) for one in found] == expected
    for one in literals(raw):
        assert raw[one.start] == raw[one.end - 1] == '"'


@RELAXED
@given(VALUES, st.text())
def test_replaces_strings_alone(value, text):
    raw = json.dumps(value, indent=2)

    def changed(inner):
        if isinstance(inner, str):
            return text
        if isinstance(inner, dict):
            return {key: changed(one) for key, one in inner.items()}
        return [changed(one) for one in inner] if isinstance(inner, list) else inner

    again = replaced(raw, [(one.start, one.end, text) for one in literals(raw) if not one.is_key])
    assert json.dumps(json.loads(again)) == json.dumps(changed(json.loads(raw)))


def test_keeps_what_parsing_would_lose():
    raw = '{ "n":1.10, "n":1e400,\t"big":' + "9" * 6000 + ', "s" : "x","s":"y" }'
    found = [one for one in literals(raw) if not one.is_key]
    assert [one.text for one in found] == ["x", "y"]
    assert replaced(raw, [(found[1].start, found[1].end, 'z"')]) == raw.replace('"y"', '"z\\""')
    assert is_json(raw)


@RELAXED
@given(st.text(alphabet='{}[]",:\\u0 a1\n', max_size=60))
def test_never_fails_on_what_is_json(raw):
    if is_json(raw):
        list(literals(raw))
    unescaped(raw).encode()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('"\\u0068i', '"hi'),
        ("\\ud83d\\ude42", "🙂"),
        ("\\ud83d", "\ufffd"),
        ('a\\n\\"\\/\\q\\', 'a\n"/q\\'),
    ],
)
def test_unescapes_leniently(raw, text):
    assert unescaped(raw) == text


def test_half_a_pair_within_json_is_no_error():
    (one,) = literals('"\\ud83d!"')
    assert one.text == "\ufffd!"


@pytest.mark.parametrize(
    "raw",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '"' + '\\"' * 200_000,
        '["' * 100_000,
        "[" + "1" * 300_000 + "]",
        "[" + "1," * 300_000 + "1]",
        "[" + "[]," * 100_000 + "1]",
    ],
)
def test_takes_linear_time(raw):
    begun = time.thread_time()
    if is_json(raw):
        list(literals(raw))
    unescaped(raw)
    assert time.thread_time() - begun < 2.0
