"""Scanners of what goes in: llm-guard's names, each in the module llm-guard has it in."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield.input_scanners.anonymize import Anonymize
    from pyshield.input_scanners.ban_substrings import BanSubstrings
    from pyshield.input_scanners.invisible_text import InvisibleText
    from pyshield.input_scanners.language import Language
    from pyshield.input_scanners.prompt_injection import PromptInjection
    from pyshield.input_scanners.regex import Regex
    from pyshield.input_scanners.secrets import Secrets
    from pyshield.input_scanners.sentiment import Sentiment
    from pyshield.input_scanners.token_limit import TokenLimit
    from pyshield.input_scanners.util import get_scanner_by_name

__all__ = [
    "Anonymize",
    "BanSubstrings",
    "InvisibleText",
    "Language",
    "PromptInjection",
    "Regex",
    "Secrets",
    "Sentiment",
    "TokenLimit",
    "get_scanner_by_name",
]

SCANNERS = {
    "Anonymize": "anonymize",
    "BanSubstrings": "ban_substrings",
    "InvisibleText": "invisible_text",
    "Language": "language",
    "PromptInjection": "prompt_injection",
    "Regex": "regex",
    "Secrets": "secrets",
    "Sentiment": "sentiment",
    "TokenLimit": "token_limit",
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
