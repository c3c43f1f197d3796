"""llm-guard's groups of patterns, for lists that add to them: `[*DEFAULT_REGEX_PATTERNS, mine]`."""

from __future__ import annotations

from pyshield._private.groups import CustomPatterns

__all__ = ["DEFAULT_REGEX_PATTERNS", "DefaultRegexPatterns", "RegexPattern", "RegexPatternsReuse"]

DefaultRegexPatterns = RegexPatternsReuse = RegexPattern = CustomPatterns
"""A group has one type here, whether it has patterns or stands for another."""

DEFAULT_REGEX_PATTERNS: list[CustomPatterns] = [
    {"name": name, "languages": ["en", "zh"], "reuse": {"language": "en", "name": name}}
    for name in (
        "CREDIT_CARD_RE",
        "UUID",
        "EMAIL_ADDRESS_RE",
        "US_SSN_RE",
        "BTC_ADDRESS",
        "URL_RE",
        "PHONE_NUMBER_ZH",
        "PHONE_NUMBER_WITH_EXT",
        "DATE_RE",
        "TIME_RE",
        "HEX_COLOR",
        "PRICE_RE",
        "PO_BOX_RE",
    )
]
"""The groups, each as the built-in entity that it is here; without `regex_patterns` they are all there."""
