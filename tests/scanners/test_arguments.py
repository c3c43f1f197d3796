"""Every constructor refuses every wrong type and value with an error that names what is wrong."""

from __future__ import annotations

import json
import pickle
from itertools import product
from string import ascii_lowercase

import pytest

from pyshield import Shield, _told, input_scanners, output_scanners
from pyshield._declarations.registry import parameters
from pyshield._runtime import Scanner
from pyshield.errors import ConfigError, ShieldError
from pyshield.input_scanners.language import _CODES
from pyshield.model import Model
from pyshield.vault import Vault
from tests.samples import SAMPLES, WRONG, every_scanner

CASES = [
    pytest.param(sample, field, value, words, id=f"{sample.package}.{sample.name}.{field}-{index}")
    for sample in SAMPLES
    for field in parameters(sample.cls)[0]
    for index, (value, words) in enumerate(WRONG.get((sample.name, field), []))
]


@pytest.mark.parametrize(("sample", "field", "value", "words"), CASES)
def test_wrong_argument(sample, field, value, words):
    params = sample.params | {field: value}
    if field == "encoding_name":
        del params["model_name"]  # which would count instead
    with pytest.raises(ConfigError) as caught:
        sample.cls(**params)
    error = caught.value
    assert isinstance(error, ValueError)
    assert error.scanner == sample.name
    assert error.field.partition("[")[0] == field
    assert words in str(error)
    assert str(error).startswith(f"{sample.name}: ")
    assert len(str(error)) < 600


@every_scanner
def test_every_parameter_has_a_wrong_value(sample):
    for field in parameters(sample.cls)[0]:
        assert WRONG[sample.name, field]


@every_scanner
def test_unknown_keyword(sample):
    with pytest.raises(TypeError):
        sample.cls(**sample.params, treshold=1)


@every_scanner
def test_all_but_the_first_argument_are_keywords(sample):
    with pytest.raises(TypeError):
        sample.cls(*sample.params.values(), *[1] * 3)


def test_errors_do_not_echo_huge_values():
    with pytest.raises(ConfigError) as caught:
        input_scanners.BanSubstrings("x" * 1_000_000)
    assert len(str(caught.value)) < 100
    with pytest.raises(ConfigError) as caught:
        input_scanners.Regex(["(" + "y" * 100_000])
    assert len(str(caught.value)) < 1_000


def test_errors_pickle_whole():
    with pytest.raises(ConfigError) as caught:
        input_scanners.Regex(["fine", "("])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.scanner, again.field) == (str(caught.value), "Regex", "patterns[1]")


@pytest.mark.parametrize("by_name", [input_scanners.get_scanner_by_name, output_scanners.get_scanner_by_name])
class TestByName:
    def test_unknown_name(self, by_name):
        with pytest.raises(ValueError, match="Unknown scanner name: Nonsense") as caught:
            by_name("Nonsense")
        assert isinstance(caught.value, ShieldError)

    def test_close_name(self, by_name):
        with pytest.raises(
            ConfigError, match="Unknown scanner name: bansubstring; did you mean 'BanSubstrings'"
        ):
            by_name("bansubstring")

    @pytest.mark.parametrize("name", [None, 3, ["Regex"], "x" * 10_000])
    def test_no_name_at_all(self, by_name, name):
        with pytest.raises(ConfigError) as caught:
            by_name(name)
        assert len(str(caught.value)) < 200

    def test_unknown_parameter(self, by_name):
        with pytest.raises(
            ConfigError, match="Regex: 'pattern': unknown parameter; did you mean 'patterns'"
        ) as caught:
            by_name("Regex", {"pattern": ["a"]})
        assert (caught.value.scanner, caught.value.field) == ("Regex", "pattern")

    def test_missing_parameter(self, by_name):
        with pytest.raises(ConfigError, match="Regex: patterns: missing"):
            by_name("Regex")

    def test_every_scanner_of_the_package(self, by_name, monkeypatch, tmp_path):
        # Scanners that read a model take the bundled one, if there is one.
        (tmp_path / "model.onnx").touch()
        monkeypatch.setattr(Model, "bundled", classmethod(lambda cls: cls(path=str(tmp_path))))
        package = input_scanners if by_name is input_scanners.get_scanner_by_name else output_scanners
        assert sorted(package.SCANNERS) == sorted(set(package.__all__) - {"get_scanner_by_name"})
        for name in package.SCANNERS:
            params = {
                "BanCompetitors": {"competitors": []},
                "BanSubstrings": {"substrings": []},
                "BanTopics": {"topics": ["sport"]},
                "Code": {"languages": ["Python"]},
                "Language": {"valid_languages": ["en"]},
                "Regex": {"patterns": []},
                "ReadingTime": {"max_time": 1},
                "Anonymize": {"vault": Vault()},
                "Deanonymize": {"vault": Vault()},
            }
            assert type(by_name(name, params.get(name))).__name__ == name


def test_the_other_direction_is_named():
    with pytest.raises(ConfigError, match="Unknown scanner name: JSON; it is one of the output scanners"):
        input_scanners.get_scanner_by_name("JSON")


@pytest.mark.parametrize("package", [input_scanners, output_scanners])
def test_no_topics(package):
    with pytest.raises(ConfigError, match="BanTopics: topics: is empty"):
        package.BanTopics([])


@pytest.mark.parametrize("package", [input_scanners, output_scanners])
def test_an_empty_list_that_llm_guard_takes_is_told_of(package, monkeypatch, caplog):
    monkeypatch.setattr(_told, "_told", set())
    for _ in range(2):
        package.BanSubstrings([])
        package.Regex([])
        package.BanCompetitors([])
    # These refuse every text, which nobody overlooks.
    package.BanSubstrings([], contains_all=True)
    package.Regex([], is_blocked=False)
    assert caplog.messages == [
        "BanSubstrings: substrings: is empty, so that every text passes",
        "Regex: patterns: is empty, so that every text passes",
        "BanCompetitors: competitors: is empty, so that every text passes",
    ]


@pytest.mark.parametrize("package", [input_scanners, output_scanners])
@pytest.mark.parametrize(("code", "meant"), [("en-US", "en"), ("EN", "en"), ("zh_Hans", "zh")])
def test_a_language_that_is_meant(package, code, meant):
    with pytest.raises(
        ConfigError, match=f"'{code}': is no .*did you mean '{meant}'. Known are af, "
    ) as caught:
        package.Language(["de", code])
    assert caught.value.field == "valid_languages[1]"
    config = {"type": "Language", "params": {"valid_languages": [code]}}
    key = "prompt" if package is input_scanners else "output"
    with pytest.raises(ConfigError, match=f"did you mean '{meant}'"):
        Shield.from_config({key: [config]})


def test_the_languages_are_those_of_the_runtime():
    def found(code):
        spec = {"type": "Language", "valid_languages": [code], "threshold": 0.6, "match_type": "full"}
        try:
            Scanner(json.dumps(spec), [])
        except ConfigError:
            return False
        return True

    pairs = ("".join(letters) for letters in product(ascii_lowercase, repeat=2))
    assert [code for code in pairs if found(code)] == _CODES
