"""Scanners of what goes in: llm-guard's names, each in the module llm-guard has it in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield.input_scanners.anonymize import Anonymize
    from pyshield.input_scanners.ban_code import BanCode
    from pyshield.input_scanners.ban_competitors import BanCompetitors
    from pyshield.input_scanners.ban_substrings import BanSubstrings
    from pyshield.input_scanners.ban_topics import BanTopics
    from pyshield.input_scanners.code import Code
    from pyshield.input_scanners.emotion_detection import EmotionDetection
    from pyshield.input_scanners.gibberish import Gibberish
    from pyshield.input_scanners.invisible_text import InvisibleText
    from pyshield.input_scanners.language import Language
    from pyshield.input_scanners.prompt_injection import PromptInjection
    from pyshield.input_scanners.regex import Regex
    from pyshield.input_scanners.secrets import Secrets
    from pyshield.input_scanners.sentiment import Sentiment
    from pyshield.input_scanners.token_limit import TokenLimit
    from pyshield.input_scanners.toxicity import Toxicity
    from pyshield.input_scanners.util import get_scanner_by_name

__all__ = [
    "Anonymize",
    "BanCode",
    "BanCompetitors",
    "BanSubstrings",
    "BanTopics",
    "Code",
    "EmotionDetection",
    "Gibberish",
    "InvisibleText",
    "Language",
    "PromptInjection",
    "Regex",
    "Secrets",
    "Sentiment",
    "TokenLimit",
    "Toxicity",
    "get_scanner_by_name",
]

SCANNERS = {
    "Anonymize": "anonymize",
    "BanCode": "ban_code",
    "BanCompetitors": "ban_competitors",
    "BanSubstrings": "ban_substrings",
    "BanTopics": "ban_topics",
    "Code": "code",
    "EmotionDetection": "emotion_detection",
    "Gibberish": "gibberish",
    "InvisibleText": "invisible_text",
    "Language": "language",
    "PromptInjection": "prompt_injection",
    "Regex": "regex",
    "Secrets": "secrets",
    "Sentiment": "sentiment",
    "TokenLimit": "token_limit",
    "Toxicity": "toxicity",
}
"""Every input scanner, by class name, and its module."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  # classes are loaded when first named
    module = SCANNERS.get(name) or ("util" if name == "get_scanner_by_name" else None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
