"""A scanner is a declaration: it compares, hashes, prints, pickles and turns into configuration."""

from __future__ import annotations

import copy
import pickle

import pytest

from pyshield import input_scanners, output_scanners
from pyshield.errors import ConfigError
from pyshield.input_scanners.ban_substrings import MatchType
from tests.samples import SAMPLES, every_scanner


@every_scanner
def test_prints_as_the_call_that_makes_it(sample):
    scanner = sample.build()
    again = eval(repr(scanner), {sample.name: sample.cls})
    assert again == scanner
    for name in sample.params.keys() - {"lexicon", "model"}:  # of which there is but one
        assert f"{name}=" in repr(scanner)


def test_repr_leaves_defaults_out():
    assert repr(input_scanners.BanSubstrings(["a"])) == "BanSubstrings(substrings=['a'])"
    assert repr(input_scanners.TokenLimit()) == "TokenLimit()"
    assert repr(output_scanners.NoRefusalLight()) == "NoRefusalLight()"


@every_scanner
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(sample, protocol):
    scanner = sample.build()
    again = pickle.loads(pickle.dumps(scanner, protocol))
    assert again == scanner
    assert again.to_config() == scanner.to_config()
    text = "a text of no importance"
    arguments = (text,) if sample.is_input else ("prompt", text)
    if sample.name != "URLReachability":
        assert again.scan(*arguments) == scanner.scan(*arguments)


@every_scanner
def test_copies(sample):
    scanner = sample.build()
    assert copy.copy(scanner) == scanner
    assert copy.deepcopy(scanner) == scanner


@every_scanner
def test_equal_scanners_hash_alike(sample):
    assert sample.build() == sample.build()
    assert hash(sample.build()) == hash(sample.build())
    assert len({sample.build(), sample.build()}) == 1


def test_different_scanners_differ():
    scanners = [sample.build() for sample in SAMPLES]
    assert len(set(scanners)) == len(scanners)
    assert input_scanners.BanSubstrings(["a"]) != output_scanners.BanSubstrings(["a"])
    assert input_scanners.BanSubstrings(["a"]) != input_scanners.BanSubstrings(["b"])
    assert input_scanners.BanSubstrings(["a"]) != input_scanners.BanSubstrings(["a"], redact=True)
    assert input_scanners.BanSubstrings(["a"]) != "BanSubstrings"


@every_scanner
def test_configuration_makes_the_same_scanner(sample):
    scanner = sample.build()
    config = scanner.to_config()
    assert config["type"] == sample.name
    assert config["params"] == sample.params
    by_name = (input_scanners if sample.is_input else output_scanners).get_scanner_by_name
    assert by_name(config["type"], config["params"]) == scanner


@every_scanner
def test_cannot_be_changed(sample):
    scanner = sample.build()
    with pytest.raises(AttributeError):
        scanner.threshold = 0.1
    with pytest.raises(TypeError):
        scanner.params["threshold"] = 0.1
    assert scanner == sample.build()


def test_the_callers_list_is_copied():
    words = ["one", "two"]
    scanner = input_scanners.BanSubstrings(words)
    words.append("three")
    assert scanner.params["substrings"] == ("one", "two")
    assert scanner.scan("three") == ("three", True, -1.0)
    assert words == ["one", "two", "three"]
    codes = [200]
    reachable = output_scanners.URLReachability(success_status_codes=codes)
    codes.clear()
    assert reachable.params["success_status_codes"] == (200,)


def test_an_enum_member_and_its_value_are_the_same_argument():
    by_member = input_scanners.BanSubstrings(["a"], match_type=MatchType.WORD)
    assert by_member == input_scanners.BanSubstrings(["a"], match_type="word")


def test_unknown_attributes_are_an_attribute_error():
    with pytest.raises(AttributeError, match="'Regex' object has no attribute 'pattern'"):
        _ = input_scanners.Regex(["a"]).pattern


class Derived(input_scanners.BanSubstrings):
    def __init__(self, extra):
        super().__init__(["bomb"])
        self.extra = extra


def test_a_class_derived_from_a_scanner_pickles_with_its_own_state():
    again = pickle.loads(pickle.dumps(Derived(["more"])))
    assert again.extra == ["more"]
    assert again.scan("a bomb") == ("a bomb", False, 1.0)


def test_a_class_derived_from_a_scanner_has_no_configuration():
    with pytest.raises(ConfigError, match="Derived: only pyshield's own"):
        Derived(1).to_config()
