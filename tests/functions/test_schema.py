"""What errors say of the place where a value does not match its schema."""

from __future__ import annotations

import pytest

from pyshield import errors, functions

NUMBERS = {"type": "object", "additionalProperties": {"type": "number"}}
KEYED = {
    "type": "object",
    "properties": {
        "scores": NUMBERS,
        "first.last": {"type": "number"},
        "text": {"type": "string"},
        "rows": {"type": "array", "items": {"$ref": "#/definitions/row"}},
    },
    "patternProperties": {"^x-": {"type": "object", "properties": {"text": {"type": "number"}}}},
    "definitions": {"row": {"type": "object", "properties": {"seen": NUMBERS}}},
}


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"scores": {"the text that was given": "a"}}, "scores.*"),
        ({"scores": {"alice@example.com": "a"}}, "scores.*"),
        ({"scores": {"5551234567": "a"}}, "scores.*"),
        ({"scores": {"[5551234567]": "a"}}, "scores.*"),
        ({"scores": {"a[1].text": "a"}}, "scores.*"),
        ({"scores": {"a": 1, "a.b": "a", "a.b.c": 1}}, "scores.*"),
        ({"scores": {"": "a"}}, "scores.*"),
        ({"scores": {"{locals}": "a"}}, "scores.*"),
        ({"x-5551234567": {"text": "a"}}, "*.text"),
        ({"rows": [{}, {"seen": {"alice": 1, "bob": "a"}}]}, "rows[1].seen.*"),
        ({"rows": [{"seen": 1}]}, "rows[0].seen"),
        ({"first.last": "a"}, "first.last"),
    ],
)
def test_of_keys_the_error_shows_those_that_the_schema_names(value, place):
    functions.register(lambda value: value, name="keep", output_schema=KEYED)
    functions.register(lambda **_: 1, name="take", input_schema=KEYED)
    for name, arguments in (("keep", {"value": value}), ("take", value)):
        with pytest.raises(errors.FunctionSerializationError) as caught:
            functions.call_blocking(name, **arguments)
        assert str(caught.value).endswith(f"not match the schema at {place}: type")
