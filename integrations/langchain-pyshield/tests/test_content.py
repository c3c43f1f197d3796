"""What of a value is text, and what takes its place."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from langchain_pyshield.content import ANSWER, CONTENT, VALUES, rebuilt, texts
from pyshield.errors import TextError

BLOCKS = [
    "plain",
    {"type": "text", "text": "said", "id": "unread"},
    {"type": "image", "base64": "AAAA", "mime_type": "image/png"},
    {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}},
    {"type": "document", "source": {"type": "text", "data": "document"}, "title": "title"},
    {"type": "document", "source": {"type": "base64", "data": "AAAA"}},
    {"type": "search_result", "content": [{"type": "text", "text": "result"}]},
    {"type": "tool_use", "id": "1", "name": "f", "input": {"to": "argument"}},
    {"type": "thinking", "thinking": "thought", "signature": "unread"},
]

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


def test_blocks():
    said = ["plain", "said", "document", "title", "result", "f", "argument", "thought"]
    assert texts(BLOCKS, CONTENT) == said
    assert texts(BLOCKS, ANSWER) == [text for text in said if text not in {"f", "argument"}]
    new = rebuilt(BLOCKS, {"said": "S", "result": "R"}, CONTENT)
    assert new[1] == {"type": "text", "text": "S", "id": "unread"}
    assert new[6] == {"type": "search_result", "content": [{"type": "text", "text": "R"}]}
    assert BLOCKS[1]["text"] == "said"
    assert all(new[at] is BLOCKS[at] for at in (0, 2, 3, 4, 5, 7, 8))


Pair = namedtuple("Pair", "left right")  # noqa: PYI024


@dataclass(frozen=True)
class Plain:
    """A dataclass."""

    name: str
    count: int = 1


class Model(BaseModel):
    """A model."""

    name: str
    inner: list[str]


def test_objects():
    value = {"a": Pair("x", Plain("x")), "b": Model(name="y", inner=["x", ""])}
    assert texts(value, VALUES) == ["x", "x", "y", "x"]
    assert rebuilt(value, {"x": "X"}, VALUES) == {
        "a": Pair("X", Plain("X")),
        "b": Model(name="y", inner=["X", ""]),
    }
    assert rebuilt(value, {"z": "Z"}, VALUES) is value


class Open(BaseModel):
    """A model that takes more than its fields."""

    model_config = ConfigDict(extra="allow")

    name: str
    tags: set[str] = set()


@dataclass
class Derived:
    """A dataclass with a field that is not given to it."""

    name: str
    said: str = field(init=False, default="")


def test_what_an_object_holds_beside_what_it_is_made_with():
    derived = Derived("a")
    derived.said = "x"
    value = [Open(name="a", more=["x"], tags={"x", "y"}), derived, frozenset({"x"})]
    assert sorted(texts(value, VALUES)) == ["a", "a", "x", "x", "x", "x", "y"]
    new = rebuilt(value, {"x": "X"}, VALUES)
    assert new[0].more == ["X"]
    assert new[0].tags == {"X", "y"}
    assert (new[1].said, new[2]) == ("X", frozenset({"X"}))
    assert (value[0].more, value[0].tags, derived.said) == (["x"], {"x", "y"}, "x")
    assert rebuilt(value, {"z": "Z"}, VALUES) is value


def test_deep_values_are_refused():
    deep = "x"
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(TextError, match="nested"):
        texts(deep, VALUES)


@settings(deadline=None)  # on a busy machine
@given(JSONS)
def test_rebuilding_replaces_what_was_listed(value):
    found = texts(value, VALUES)
    assert rebuilt(value, {text: text for text in found}, VALUES) is value
    marked = rebuilt(value, {text: f"<{text}>" for text in found}, VALUES)
    assert texts(marked, VALUES) == [f"<{text}>" for text in found]
