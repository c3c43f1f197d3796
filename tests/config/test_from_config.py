"""Shields from mappings, YAML text and YAML files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import BlockingShield, Cache, Limits, Shield, Views, input_scanners, output_scanners
from pyshield._yaml import dump, parse
from tests.samples import SAMPLES

FULL = """\
# everything a configuration can say
prompt:
  - type: BanSubstrings
    params:
      substrings: [reverse shell, "naïve"]
      redact: true
  - InvisibleText
  - type: TokenLimit
output:
  - type: ReadingTime
    params: {max_time: 10}
limits:
  deadline: 2.5
  policy: wait
  max_in_flight: 16
  max_text_bytes: 1000000
  inline_budget_us: 0
views:
  max_depth: 3
  normalised: false
cache:
  max_bytes: 4096
  ttl: 300
on_error: raise
"""

EXPECTED = {
    "prompt": (
        input_scanners.BanSubstrings(["reverse shell", "naïve"], redact=True),
        input_scanners.InvisibleText(),
        input_scanners.TokenLimit(),
    ),
    "output": (output_scanners.ReadingTime(10),),
    "limits": Limits(
        deadline=2.5, policy="wait", max_in_flight=16, max_text_bytes=1_000_000, inline_budget_us=0
    ),
    "views": Views(max_depth=3, normalised=False),
    "cache": Cache(max_bytes=4096, ttl=300),
    "on_error": "raise",
}


def check(shield):
    assert {name: getattr(shield, name) for name in EXPECTED} == EXPECTED


def test_from_yaml_text():
    check(Shield.from_config(FULL))


@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_from_a_file(tmp_path, kind, mark):
    path = tmp_path / "shield.yml"
    path.write_bytes(mark + FULL.encode())
    check(Shield.from_config(kind(path)))


def test_from_a_mapping():
    check(Shield.from_config(Shield.from_config(FULL).to_config()))


def test_the_blocking_shield_reads_the_same():
    shield = BlockingShield.from_config(FULL)
    check(shield)
    assert shield.scan_prompt("a reverse shell").text == "a [REDACTED]"


async def test_a_configured_shield_scans():
    shield = Shield.from_config(FULL)
    result = await shield.scan_prompt("a Reverse Shell")
    assert (result.is_valid, result.text) == (False, "a [REDACTED]")


def test_what_is_left_out_takes_the_default():
    shield = Shield.from_config("prompt: [InvisibleText]")
    assert (shield.output, shield.limits, shield.cache, shield.on_error) == ((), Limits(), None, "block")
    assert Shield.from_config({"output": [], "cache": {}}).cache == Cache()
    assert Shield.from_config({"output": [], "cache": None}).cache is None


def test_all_scanners_survive_yaml():
    shield = Shield(
        [sample.build() for sample in SAMPLES if sample.is_input],
        [sample.build() for sample in SAMPLES if not sample.is_input],
        limits=Limits(deadline=1.5, policy="wait"),
        cache=Cache(ttl=60),
        on_error="allow",
    )
    again = Shield.from_config(shield.to_yaml())
    assert again.to_config() == shield.to_config()
    assert (again.prompt, again.output) == (shield.prompt, shield.output)


# Surrogates have no UTF-8; everything else must survive.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(DATA)
def test_dump_and_parse_are_inverse(data):
    assert parse(dump(data))[0] == data


@given(st.lists(st.sampled_from(["$", "{", "}", ":", "A", "HOME", "${HOME}", "$${X:y}", " "]), max_size=12))
def test_what_looks_like_a_variable_survives(parts):
    text = "".join(parts)
    assert parse(dump({"text": text}))[0] == {"text": text}


class TestVariables:
    TEXT = "prompt:\n  - type: TokenLimit\n    params:\n      limit: {}\n      encoding_name: {}\n"

    def limit(self, limit, encoding="cl100k_base"):
        params = Shield.from_config(self.TEXT.format(limit, encoding)).prompt[0].params
        return params["limit"], params["encoding_name"]

    def test_default(self, monkeypatch):
        monkeypatch.delenv("PYSHIELD_TEST_LIMIT", raising=False)
        assert self.limit("${PYSHIELD_TEST_LIMIT:77}") == (77, "cl100k_base")

    def test_set(self, monkeypatch):
        monkeypatch.setenv("PYSHIELD_TEST_LIMIT", "99")
        monkeypatch.setenv("PYSHIELD_TEST_FAMILY", "o200k")
        assert self.limit("${PYSHIELD_TEST_LIMIT:77}", '"${PYSHIELD_TEST_FAMILY}_base"') == (99, "o200k_base")

    def test_quoted_stays_a_string(self, monkeypatch):
        monkeypatch.setenv("PYSHIELD_TEST_WORD", "yes")
        words = "['${PYSHIELD_TEST_WORD}', \"7\"]"
        text = f"prompt:\n  - type: BanSubstrings\n    params:\n      substrings: {words}\n"
        assert Shield.from_config(text).prompt[0].params["substrings"] == ("yes", "7")

    def test_escaped(self):
        text = "prompt:\n  - type: BanSubstrings\n    params:\n      substrings: ['$${HOME}', '${1,2}']\n"
        assert Shield.from_config(text).prompt[0].params["substrings"] == ("${HOME}", "${1,2}")

    def test_a_mapping_is_taken_as_it_is(self):
        config = {"prompt": [{"type": "BanSubstrings", "params": {"substrings": ["${HOME}"]}}]}
        assert Shield.from_config(config).prompt[0].params["substrings"] == ("${HOME}",)
