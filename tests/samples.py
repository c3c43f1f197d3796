"""Every built-in scanner, with arguments to build it from and arguments it must refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from pyshield import input_scanners, output_scanners


@dataclass(frozen=True)
class Sample:
    """A scanner class with arguments that differ from its defaults wherever they can."""

    package: str
    name: str
    params: dict[str, Any]
    """Plain data, as a configuration file would hold it."""
    is_input: bool = False

    @property
    def cls(self) -> type[Any]:
        return getattr(input_scanners if self.is_input else output_scanners, self.name)

    def build(self) -> Any:
        return self.cls(**self.params)


def _input(name: str, **params: Any) -> Sample:
    return Sample("input_scanners", name, params, is_input=True)


def _output(name: str, **params: Any) -> Sample:
    return Sample("output_scanners", name, params)


_SUBSTRINGS = {
    "substrings": ["bomb", "Über"],
    "match_type": "word",
    "case_sensitive": True,
    "redact": True,
    "contains_all": True,
}

_LANGUAGE = {
    "valid_languages": ["en", "no"],
    "model": None,
    "threshold": 0.5,
    "match_type": "sentence",
    "use_onnx": True,
}

SAMPLES = [
    _input("BanSubstrings", **_SUBSTRINGS),
    _input(
        "Regex", patterns=[r"\d{4}", "(?i)secret"], is_blocked=False, match_type="fullmatch", redact=False
    ),
    _input("InvisibleText", keep_emoji_joiners=False),
    _input("TokenLimit", limit=7, encoding_name="o200k_base", model_name="gpt-4"),
    _input("Secrets", redact_mode="hash", allow_pragma=True),
    _input("Sentiment", threshold=0.25, lexicon="vader_lexicon"),
    _input("Language", **_LANGUAGE),
    _output("BanSubstrings", **_SUBSTRINGS),
    _output("Language", **_LANGUAGE),
    _output("LanguageSame", model=None, threshold=0.3, use_onnx=True),
    _output("MaliciousURLs", model=None, threshold=0.3, use_onnx=True),
    _output("Regex", patterns=[r"\d{4}"], is_blocked=False, match_type="all", redact=False),
    _output("Secrets", redact_mode="partial", allow_pragma=True),
    _output("Sentiment", threshold=0.25, lexicon="vader_lexicon"),
    _output("JSON", required_elements=2, repair=False),
    _output("NoRefusalLight"),
    _output("ReadingTime", max_time=0.5, truncate=True),
    _output("URLReachability", success_status_codes=[200, 404], timeout=1.5, allow_private=True),
]

IDS = [f"{sample.package}.{sample.name}" for sample in SAMPLES]

every_scanner = pytest.mark.parametrize("sample", SAMPLES, ids=IDS)

_TEXTS = [
    (None, "expected a list of strings"),
    ("one string", "expected a list of strings"),
    (b"bytes", "expected a list of strings"),
    ({"a": 1}, "expected a list of strings"),
    (7, "expected a list of strings"),
    (["fine", 7], "expected a string"),
    (["\ud800"], "lone surrogate"),
]
_BOOL = [(1, "expected True or False"), (None, "expected True or False"), ("yes", "expected True or False")]
_COUNT = [
    (True, "expected a whole number"),
    ("4", "expected a whole number"),
    (4.0, "expected a whole number"),
    (None, "expected a whole number"),
    (-1, "must be at least"),
    (2**63, "at most"),
    (10**10_000, "bits"),
]
_NUMBER = [
    (True, "expected a number"),
    ("4", "expected a number"),
    (None, "expected a number"),
    (float("nan"), "must be finite"),
    (float("inf"), "must be finite"),
    (10**400, "bits"),
]

WRONG: dict[tuple[str, str], list[tuple[Any, str]]] = {
    ("BanSubstrings", "substrings"): [*_TEXTS, ([""], "is empty")],
    ("BanSubstrings", "match_type"): [
        ("wrod", "'str', 'word'"),
        (None, "'str'"),
        (1, "'str'"),
        ([], "'str'"),
    ],
    ("BanSubstrings", "case_sensitive"): _BOOL,
    ("BanSubstrings", "redact"): _BOOL,
    ("BanSubstrings", "contains_all"): _BOOL,
    ("Regex", "patterns"): [*_TEXTS, (["ok", "("], "patterns[1]"), (["a{2,1}"], "patterns[0]")],
    ("Regex", "is_blocked"): _BOOL,
    ("Regex", "match_type"): [("match", "'fullmatch'"), (None, "'search'")],
    ("Regex", "redact"): _BOOL,
    ("InvisibleText", "keep_emoji_joiners"): _BOOL,
    ("TokenLimit", "limit"): [*_COUNT, (0, "must be at least 1")],
    ("TokenLimit", "encoding_name"): [(None, "expected a string"), (3, "expected a string"), ("cl100k", "")],
    ("TokenLimit", "model_name"): [(3, "expected a string"), ("no-such-model", "")],
    ("Secrets", "redact_mode"): [("some", "'all', 'partial', 'hash'"), (None, "'all'"), (1, "'all'")],
    ("Secrets", "allow_pragma"): _BOOL,
    ("Sentiment", "threshold"): [*_NUMBER, (-1.01, "at least -1"), (1.01, "at most 1")],
    ("Sentiment", "lexicon"): [(None, "expected a string"), ("other", "'vader_lexicon'")],
    ("Language", "valid_languages"): [*_TEXTS, (["en", "xx"], "can be identified")],
    ("Language", "model"): [("some/model", "expected None")],
    ("Language", "threshold"): [*_NUMBER, (-0.01, "at least 0"), (1.01, "at most 1")],
    ("Language", "match_type"): [("words", "'sentence', 'full'"), (None, "'sentence'")],
    ("Language", "use_onnx"): _BOOL,
    ("LanguageSame", "model"): [("some/model", "expected None")],
    ("LanguageSame", "threshold"): [*_NUMBER, (-0.01, "at least 0"), (1.01, "at most 1")],
    ("LanguageSame", "use_onnx"): _BOOL,
    ("MaliciousURLs", "model"): [("some/model", "expected None")],
    ("MaliciousURLs", "threshold"): [*_NUMBER, (-0.01, "at least 0"), (1.01, "at most 1")],
    ("MaliciousURLs", "use_onnx"): _BOOL,
    ("JSON", "required_elements"): _COUNT,
    ("JSON", "repair"): _BOOL,
    ("ReadingTime", "max_time"): [*_NUMBER, (-0.1, "at least 0")],
    ("ReadingTime", "truncate"): _BOOL,
    ("URLReachability", "success_status_codes"): [
        (200, "expected a list"),
        ("200", "expected a list"),
        ([200, "x"], "success_status_codes[1]"),
        ([99], "at least 100"),
        ([], "is empty"),
        ([600], "at most 599"),
    ],
    ("URLReachability", "timeout"): [*_NUMBER, (0, "above 0"), (-1, "above 0"), (1e9, "at most 600")],
    ("URLReachability", "allow_private"): _BOOL,
}
"""By class and parameter: what the constructor refuses, and words of the error."""
