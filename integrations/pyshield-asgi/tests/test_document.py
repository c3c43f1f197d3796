"""Fields of a document: every one is found where it is, and nothing else of it changes."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield_asgi.document import (
    HalfAPairError,
    MalformedError,
    TooDeepError,
    TooManyError,
    locate,
    splice,
)
from pyshield_asgi.fields import Fields
from pyshield_asgi.path import clipped_pointer, pointer

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine."""

EVERYTHING = Fields(["/**"])
NOTHING = Fields([])

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)
spaces = st.sampled_from(["", " ", "\n\t", "\r\n  "])


@st.composite
def documents(draw):
    """A document as text, with any white space and escapes, beside its value."""
    value = draw(values)
    comma, colon = (draw(spaces) + mark + draw(spaces) for mark in ",:")
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), separators=(comma, colon))
    return value, draw(spaces) + text + draw(spaces)


def strings(value, path=()):
    """Every string value with its pointer, by the plainest of means."""
    if isinstance(value, str):
        yield "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))


@RELAXED
@given(documents())
def test_every_string_is_found(document):
    value, text = document
    found = locate(text, EVERYTHING, 10_000)
    assert [(pointer(field.path), field.text) for field in found] == list(strings(value))
    assert all(json.loads(text[field.start : field.end]) == field.text for field in found)


@RELAXED
@given(documents(), st.data())
def test_a_pointer_reaches_its_string_alone(document, data):
    value, text = document
    wanted = data.draw(st.sets(st.sampled_from([name for name, _ in strings(value)] or ["/none"])))
    wanted = {name for name in wanted if "*" not in name.split("/") and "**" not in name.split("/")}
    found = locate(text, Fields(sorted(wanted)), 10_000)
    assert [(pointer(field.path), field.text) for field in found] == [
        (name, string) for name, string in strings(value) if name in wanted
    ]


@RELAXED
@given(documents(), st.data())
def test_only_replaced_strings_change(document, data):
    _, text = document
    found = locate(text, EVERYTHING, 10_000)
    chosen = [field for field in found if data.draw(st.booleans())]
    changed = splice(text, [(field.start, field.end, '"#"') for field in chosen])
    at = 0
    ends, starts = [0, *(field.end for field in chosen)], [*(field.start for field in chosen), None]
    for piece in (text[end:start] for end, start in zip(ends, starts, strict=True)):
        assert changed.startswith(piece, at)
        at += len(piece) + 3
    assert at - 3 == len(changed)


@RELAXED
@given(
    st.text('[]{}",:0123-.eE+truefalsnNI \n\\u', max_size=12)
    | st.builds(
        lambda document, at, extra: document[1][:at] + extra + document[1][at:],
        documents(),
        st.integers(0, 40),
        st.sampled_from(['"', ",", "]", "}", "1", ",,", "[", ":", "\\", "\x00"]),
    )
)
def test_what_is_json_is_what_json_says(text):
    try:
        json.loads(text)
    except json.JSONDecodeError:
        for start in (EVERYTHING, NOTHING, Fields(["/*/*"])):
            with pytest.raises(MalformedError):
                locate(text, start, 10_000)
    else:
        for start in (EVERYTHING, NOTHING, Fields(["/*/*"])):
            with suppress(HalfAPairError):  # JSON, and yet no text
                locate(text, start, 10_000)


@pytest.mark.parametrize(
    "text", ['[,"a"]', '[1,,"a"]', "[1,]", "[1 2]", "[,]", '["a",]', "[1,2", "", " ", '{"a"}', "{,}"]
)
@pytest.mark.parametrize("start", [EVERYTHING, NOTHING], ids=["everything", "nothing"])
def test_malformed(text, start):
    with pytest.raises(MalformedError):
        locate(text, start, 10)


@pytest.mark.parametrize("start", [EVERYTHING, NOTHING], ids=["everything", "nothing"])
@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_nesting(opening, start):
    closing = {"[": "]", '{"a":': "}", '[{"a":': "}]"}[opening]
    assert locate(opening * 90 + '"x"' + closing * 90, EVERYTHING, 1)[0].text == "x"
    with pytest.raises(TooDeepError):
        locate(opening * 100_000, start, 1)


def test_numbers_of_any_size_are_passed_over():
    text = f'[1{"0" * 100_000}, 1e999999, -0, NaN, -Infinity, {{"n": 1{"0" * 9999}, "s": "x"}}]'
    assert [field.text for field in locate(text, EVERYTHING, 1)] == ["x"]


def test_too_many():
    assert len(locate('["a", "b"]', EVERYTHING, 2)) == 2
    with pytest.raises(TooManyError):
        locate('["a", "b", "c"]', EVERYTHING, 2)


def test_a_long_key_is_held_once_and_shown_clipped():
    key = "k" * 100_000
    found = locate(json.dumps({key: ["v"] * 1000}), EVERYTHING, 1000)
    assert {id(field.path[0][1]) for field in found} == {id(found[0].path[0][1])}
    assert len(pointer(found[0].path)) > 100_000
    assert clipped_pointer(found[0].path) == "/" + "k" * 254 + "…"
