"""Presets: shields to start from, made of the scanners that need no model.

* `permissive`: prompts: InvisibleText, TokenLimit of 32,768; outputs: BanSubstrings. Texts up to 64 MiB,
  30 seconds; a scanner that fails lets the text pass.
* `standard`: prompts: InvisibleText, BanSubstrings, Secrets, TokenLimit of 16,384; outputs: BanSubstrings,
  Regex, Secrets. Texts up to 8 MiB, 10 seconds; a scanner that fails refuses the text.
* `strict`: prompts: as `standard`, with TokenLimit of 4,096, and Regex and Sentiment (below -0.8); outputs:
  as `standard`, and Sensitive (card and account numbers, mail and IP addresses, phone numbers), Sentiment
  (below -0.8) and ReadingTime (15 minutes). What BanSubstrings and Sensitive find is redacted, and emoji
  joiners count as invisible. Texts up to 1 MiB, 2 seconds; a scanner that fails refuses the text.

They catch what fixed strings and patterns can catch: known phrases of instruction overrides, chat-template
tokens, hidden characters, secrets, links that run or smuggle something, texts that are too long or very
hostile, numbers and addresses of people in answers. A paraphrased attack, names and toxic language need the
model-backed scanners, which are not in them yet: `strict` is stricter than `standard`, not safe by itself.

Sensitive reads whole texts, so it is in `strict` alone: the others' answers can be scanned while they are
written. No preset has Anonymize: it needs a vault for each conversation, which only the caller can tell
apart. Declare it with Deanonymize beside a preset's scanners, and give each conversation its own with
`Shield.session`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield import input_scanners, output_scanners
from pyshield._check import shown, suggestion
from pyshield._limits import Limits
from pyshield.errors import ConfigError
from pyshield.input_scanners.ban_substrings import PROMPT_STOP_SUBSTRINGS
from pyshield.output_scanners.ban_substrings import OUTPUT_STOP_SUBSTRINGS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PRESETS", "preset"]

_MIB = 1024 * 1024

_PROMPT_PATTERNS = [
    r"\bhttps?://[^\s/:@]+:[^\s/@]+@",  # credentials in a URL
    r"[A-Za-z0-9+/]{400,}={0,2}",  # a long base64 run, where instructions hide from string matching
]
_OUTPUT_PATTERNS = [
    r"!\[[^\]\[]{0,200}\]\(https?://[^)\s?]{1,500}\?[^)\s]{32,}\)",  # an image link that carries data away
    r"(?i)\]\(\s*(?:javascript|vbscript|data):",  # a link that runs something
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
]


_PRIVATE = ["CREDIT_CARD", "CRYPTO", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "PHONE_NUMBER", "US_SSN"]
"""What is private and can be told by patterns alone."""


def _permissive() -> dict[str, Any]:
    return {
        "prompt": [input_scanners.InvisibleText(), input_scanners.TokenLimit(limit=32_768)],
        "output": [output_scanners.BanSubstrings(OUTPUT_STOP_SUBSTRINGS)],
        "limits": Limits(deadline=30.0),
        "on_error": "allow",
    }


def _standard() -> dict[str, Any]:
    return {
        "prompt": [
            input_scanners.InvisibleText(),
            input_scanners.BanSubstrings(PROMPT_STOP_SUBSTRINGS),
            input_scanners.Secrets(),
            input_scanners.TokenLimit(limit=16_384),
        ],
        "output": [
            output_scanners.BanSubstrings(OUTPUT_STOP_SUBSTRINGS),
            output_scanners.Regex(_OUTPUT_PATTERNS, match_type="all"),
            output_scanners.Secrets(),
        ],
        "limits": Limits(deadline=10.0, max_text_bytes=8 * _MIB),
    }


def _strict() -> dict[str, Any]:
    return {
        "prompt": [
            input_scanners.InvisibleText(keep_emoji_joiners=False),
            input_scanners.BanSubstrings(PROMPT_STOP_SUBSTRINGS, redact=True),
            input_scanners.Regex(_PROMPT_PATTERNS),
            input_scanners.Secrets(),
            input_scanners.Sentiment(threshold=-0.8),
            input_scanners.TokenLimit(limit=4_096),
        ],
        "output": [
            output_scanners.BanSubstrings(OUTPUT_STOP_SUBSTRINGS, redact=True),
            output_scanners.Regex(_OUTPUT_PATTERNS, match_type="all"),
            output_scanners.Secrets(),
            output_scanners.Sensitive(entity_types=_PRIVATE, redact=True),
            output_scanners.Sentiment(threshold=-0.8),
            output_scanners.ReadingTime(15.0),
        ],
        "limits": Limits(deadline=2.0, max_text_bytes=_MIB),
    }


PRESETS: dict[str, Callable[[], dict[str, Any]]] = {
    "strict": _strict,
    "standard": _standard,
    "permissive": _permissive,
}
"""What makes the arguments of a shield, by name."""


def preset(name: object) -> dict[str, Any]:
    """The arguments of the shield that `name` stands for.

    Raises:
        ConfigError: For a name that is none of `PRESETS`.
    """
    if not isinstance(name, str) or name not in PRESETS:
        allowed = ", ".join(map(repr, PRESETS))
        raise ConfigError(f"preset: expected one of {allowed}, got {shown(name)}{suggestion(name, PRESETS)}")
    return PRESETS[name]()
