"""Scanners of what a model answers: llm-guard's names, each in the module llm-guard has it in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield.output_scanners.ban_code import BanCode
    from pyshield.output_scanners.ban_competitors import BanCompetitors
    from pyshield.output_scanners.ban_substrings import BanSubstrings
    from pyshield.output_scanners.ban_topics import BanTopics
    from pyshield.output_scanners.bias import Bias
    from pyshield.output_scanners.code import Code
    from pyshield.output_scanners.deanonymize import Deanonymize
    from pyshield.output_scanners.emotion_detection import EmotionDetection
    from pyshield.output_scanners.factual_consistency import FactualConsistency
    from pyshield.output_scanners.gibberish import Gibberish
    from pyshield.output_scanners.json import JSON
    from pyshield.output_scanners.language import Language
    from pyshield.output_scanners.language_same import LanguageSame
    from pyshield.output_scanners.malicious_urls import MaliciousURLs
    from pyshield.output_scanners.no_refusal import NoRefusal, NoRefusalLight
    from pyshield.output_scanners.reading_time import ReadingTime
    from pyshield.output_scanners.regex import Regex
    from pyshield.output_scanners.relevance import Relevance
    from pyshield.output_scanners.secrets import Secrets
    from pyshield.output_scanners.sensitive import Sensitive
    from pyshield.output_scanners.sentiment import Sentiment
    from pyshield.output_scanners.toxicity import Toxicity
    from pyshield.output_scanners.url_reachability import URLReachability
    from pyshield.output_scanners.util import get_scanner_by_name

__all__ = [
    "JSON",
    "BanCode",
    "BanCompetitors",
    "BanSubstrings",
    "BanTopics",
    "Bias",
    "Code",
    "Deanonymize",
    "EmotionDetection",
    "FactualConsistency",
    "Gibberish",
    "Language",
    "LanguageSame",
    "MaliciousURLs",
    "NoRefusal",
    "NoRefusalLight",
    "ReadingTime",
    "Regex",
    "Relevance",
    "Secrets",
    "Sensitive",
    "Sentiment",
    "Toxicity",
    "URLReachability",
    "get_scanner_by_name",
]

SCANNERS = {
    "BanCode": "ban_code",
    "BanCompetitors": "ban_competitors",
    "BanSubstrings": "ban_substrings",
    "BanTopics": "ban_topics",
    "Bias": "bias",
    "Code": "code",
    "Deanonymize": "deanonymize",
    "EmotionDetection": "emotion_detection",
    "FactualConsistency": "factual_consistency",
    "Gibberish": "gibberish",
    "JSON": "json",
    "Language": "language",
    "LanguageSame": "language_same",
    "MaliciousURLs": "malicious_urls",
    "NoRefusal": "no_refusal",
    "NoRefusalLight": "no_refusal",
    "ReadingTime": "reading_time",
    "Regex": "regex",
    "Relevance": "relevance",
    "Secrets": "secrets",
    "Sensitive": "sensitive",
    "Sentiment": "sentiment",
    "Toxicity": "toxicity",
    "URLReachability": "url_reachability",
}
"""Every output scanner, by class name, and its module."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  # classes are loaded when first named
    module = SCANNERS.get(name) or ("util" if name == "get_scanner_by_name" else None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
