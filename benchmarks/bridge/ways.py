"""The shields that the measurements of this folder scan with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyshield import Limits, Shield
from pyshield.input_scanners import BanSubstrings, InvisibleText, Sentiment, TokenLimit

if TYPE_CHECKING:
    from pyshield._runtime import Shield as NativeShield


def probe(
    behaviour: str = "pass", seconds: float = 0.0, *, on_error: str = "raise", in_flight: int = 20_000
) -> NativeShield:
    """A shield of the runtime whose one scanner does nothing, is busy, or panics; always through the actors.

    The probe is the runtime's own fault injection and has no Python class.
    """
    from pyshield._runtime import Shield as NativeShield

    limits: dict[str, Any] = {
        "max_in_flight": in_flight,
        "policy": "reject",
        "deadline": None,
        "max_text_bytes": 64 * 1024 * 1024,
        "inline_budget_us": 0.0,
    }
    scanner = {"type": "Probe", "behaviour": behaviour, "seconds": seconds}
    spec = {"prompt": [scanner], "output": [], "on_error": on_error, "limits": limits, "cache": None}
    return NativeShield(json.dumps(spec))


def model_free(limits: Limits | None = None) -> Shield:
    """A shield with the model-free scanners for prompts."""
    words = ["cryptojacking", "ransomware", "a keylogger", "privilege escalation", "code injection"]
    scanners: list[Any] = [BanSubstrings(words, redact=True), InvisibleText(), Sentiment(), TokenLimit()]
    try:
        from pyshield.input_scanners import Regex

        scanners.append(Regex([r"\b\d{3}-\d{2}-\d{4}\b", r"sk-[A-Za-z0-9]{20,}"]))
    except Exception as error:  # noqa: BLE001 - an unfinished build without this scanner can still be measured
        print(f"  without Regex: {error}")
    return Shield(scanners, limits=limits)
