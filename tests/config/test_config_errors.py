"""What is wrong with a configuration is said with file, line and key."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import Shield
from pyshield.config import load
from pyshield.errors import ConfigError

PROMPT = "prompt:\n  - InvisibleText\n  - type: Regex\n    params:\n      patterns:\n        - fine\n"

# text, line, key, words of the message
WRONG = [
    ("prompt:\n  - type: Regx\n", 2, "prompt[0].type", "Unknown scanner name: Regx; did you mean 'Regex'?"),
    ("prompt:\n  - Regx\n", 2, "prompt[0].type", "did you mean 'Regex'?"),
    ("output:\n  - InvisibleText\n", 2, "output[0].type", "it is one of the input scanners"),
    (PROMPT + "        - (\n", 7, "prompt[1].params.patterns[1]", "Regex: patterns[1]"),
    (PROMPT + "        - 7\n", 7, "prompt[1].params.patterns[1]", "expected a string, got 7"),
    (PROMPT + "      redcat: true\n", 7, "prompt[1].params.redcat", "did you mean 'redact'?"),
    (PROMPT + "      redact: sometimes\n", 7, "prompt[1].params.redact", "expected True or False"),
    (PROMPT + "    parms: {}\n", 7, "prompt[1].parms", "unknown key; did you mean 'params'?"),
    ("prompt:\n  - type: Regex\n", 2, "prompt[0].params.patterns", "Regex: patterns: missing"),
    ("prompt:\n  - params: {}\n", 2, "prompt[0]", "has no 'type'"),
    ("prompt:\n  - type: Regex\n    params: [a]\n", 3, "prompt[0].params", "expected a mapping, got a list"),
    ("prompt:\n  - 7\n", 2, "prompt[0]", "expected a mapping, got 7"),
    ("prompt:\n  -\n", 2, "prompt[0]", "expected a mapping, got None"),
    ("prompt:\n", 1, "prompt", "expected a list of scanners, got None"),
    ("prompt: Regex\n", 1, "prompt", "expected a list of scanners, got 'Regex'"),
    ("prompt: []\nlimts: {}\n", 2, "limts", "unknown key; did you mean 'limits'?"),
    ("prompt: []\nfoo: {}\n", 2, "foo", "unknown key; known are preset, prompt"),
    ("input_scanners: []\n", 1, "input_scanners", "it is called 'prompt' here"),
    ("prompt: []\nlimits:\n  deadlin: 1\n", 3, "limits.deadlin", "did you mean 'deadline'?"),
    ("prompt: []\nlimits:\n  deadline: -1\n", 3, "limits.deadline", "must be above 0"),
    ("prompt: []\nlimits:\n  policy: drop\n", 3, "limits.policy", "expected 'reject' or 'wait'"),
    ("prompt: []\nlimits: 7\n", 2, "limits", "expected a mapping, got 7"),
    ("prompt: []\ncache:\n  max_bytes: 0\n", 3, "cache.max_bytes", "must be at least 1"),
    ("prompt: []\ncache: true\n", 2, "cache", "expected a mapping, got True"),
    ("prompt: []\non_error: ignore\n", 2, "on_error", "expected 'block', 'allow' or 'raise', got 'ignore'"),
    ("prompt: []\non_error: [block]\n", 2, "on_error", "got a list"),
    ("preset: strcit\n", 1, "preset", "did you mean 'strict'?"),
    ("preset: [strict]\n", 1, "preset", "got a list"),
    ("prompt: []\noutput: []\nprompt: []\n", 3, "prompt", "key 'prompt' occurs twice; first on line 1"),
    ("prompt: []\n? [a]\n: b\n", 2, None, "a key must be a name"),
    ("prompt: [\n", 2, None, "not valid YAML"),
    ("prompt: []\n  output: []\n", 2, None, "not valid YAML"),
    ("prompt: []\n---\nprompt: []\n", 2, None, "not valid YAML"),
    ("prompt: *nowhere\n", 1, None, "not valid YAML"),
    ("prompt: !!python/object:os.system []\n", 1, None, "tags are not allowed"),
    ("prompt: !mine x\n", 1, None, "not valid YAML"),
    ("prompt: &a\n  - *a\n", None, None, "nested deeper"),
    ("prompt: []\nlimits:\n  max_in_flight: " + "9" * 5000 + "\n", 3, None, "cannot be read"),
    ("prompt:\n  - type: ${PYSHIELD_NOT_SET}\n", 2, None, "PYSHIELD_NOT_SET is not set"),
    ("<<: {}\n", 1, "<<", "unknown key"),
    ("cache: {}\n", None, "", "has none of 'preset', 'prompt' and 'output'"),
    ("- a\n", 1, "", "expected a mapping, got a list"),
    ("just words\n", 1, "", "expected a mapping, got 'just words'"),
    ("\n", None, None, "is empty"),
    ("# nothing\n", None, None, "is empty"),
    ("prompt: \x00\n", None, None, "not valid YAML"),
]


@pytest.mark.parametrize(("text", "line", "key", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong(tmp_path, text, line, key, words):
    path = tmp_path / "shield.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Shield.from_config(path)
    error = caught.value
    assert words in str(error)
    assert error.file == str(path)
    if line is not None:
        assert error.line == line
        assert str(error).startswith(f"{path}:{line}: ")
    if key is not None:
        assert error.field == key
    assert len(str(error)) < 500 + len(str(path))


def test_a_mapping_has_keys_but_no_lines():
    with pytest.raises(ConfigError) as caught:
        Shield.from_config({"prompt": [{"type": "Regex", "params": {"patterns": ["("]}}]})
    assert str(caught.value).startswith("configuration: prompt[0]: Regex: patterns[0]: ")
    assert (caught.value.line, caught.value.field) == (None, "prompt[0].params.patterns[0]")


@pytest.mark.parametrize("key", [None, 7, ("a",), "k" * 10_000])
def test_strange_keys_of_a_mapping(key):
    with pytest.raises(ConfigError, match="unknown key") as caught:
        Shield.from_config({"prompt": [], key: 1})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("source", [None, 7, b"prompt: []", ["prompt"], Shield])
def test_no_source_at_all(source):
    with pytest.raises(ConfigError, match="expected a mapping, a path or YAML text"):
        Shield.from_config(source)


@pytest.mark.parametrize("name", ["no-such-file.yml", "", "\0", "x" * 5000])
def test_a_file_that_cannot_be_read(name):
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        Shield.from_config(name)
    assert len(str(caught.value)) < 200


def test_a_file_that_is_not_utf8(tmp_path):
    path = tmp_path / "shield.yml"
    path.write_bytes(b"prompt:\n  - \xff\xfe\n")
    with pytest.raises(ConfigError, match="is not UTF-8") as caught:
        Shield.from_config(path)
    assert caught.value.line == 2


HOSTILE = {
    "deep flow": "prompt: " + "[" * 500_000,
    "deep block": "prompt:\n" + "- " * 100_000,
    "deep mappings": "\n".join(" " * depth + "a:" for depth in range(2_000)),
    "billion laughs": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "many values": "prompt: [" + "1," * 600_000 + "]",
    "a long file": "# " + "x" * 9_000_000 + "\n",
    "many keys": "".join(f"k{n}: 1\n" for n in range(100_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_fail_in_bounded_time(text):
    start = time.monotonic()
    with pytest.raises(ConfigError):
        Shield.from_config(text)
    assert time.monotonic() - start < 60


def test_a_hundred_thousand_substrings_are_no_problem():
    text = "prompt:\n  - type: BanSubstrings\n    params:\n      substrings:\n"
    text += "".join(f"        - word{n}\n" for n in range(100_000))
    assert len(load(text)["prompt"][0].params["substrings"]) == 100_000


@given(st.text())
def test_any_text_is_a_configuration_or_a_typed_error(text):
    with suppress(ConfigError):
        Shield.from_config(text + "\n")


WORDS = "prompt|output|type|params|Regex|: |- |  |&a|*a|!!x|<<|1e3|${A:b}|---|..."
PIECES = st.sampled_from([*"[]{}?'\"|>#%~\n\t", *WORDS.split("|")])


@given(st.lists(PIECES, max_size=30).map("".join))
def test_anything_like_yaml_is_a_configuration_or_a_typed_error(text):
    with suppress(ConfigError):
        Shield.from_config(text + "\n")
