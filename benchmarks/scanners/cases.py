"""What both libraries are asked to do. Standard library only: it runs in both environments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_MINUTES = (
    "Hello team, thank you all for a very good meeting yesterday. I would like to ask for a short summary "
    "of the minutes that are attached below, in three sentences, for people who could not be there. "
    "Please mention the date of the next delivery (14 March 2027), the open question about the invoice "
    "no. 2027-0318, and who is going to call the supplier. Kim said that the new warehouse is great but "
    "that the lift is still broken; Robin was not happy about the delay and asked for a better plan. We "
    "agreed that nobody works on Sunday. The budget is 12,500 euros, of which 3,200 are already spent on "
    "shelves and paint. If anything in the minutes is unclear or wrong, say so at the end of your answer "
    "and do not invent anything. "
)
ENGLISH = (_MINUTES * 2)[:1180]
"""1,180 characters of ordinary English, all ASCII."""

MIXED = (
    "Grüße aus Köln! Die Lieferung für das Café kommt am Montag, „pünktlich“, sagt Zoë. "
    "Смотри вложение, спасибо. "
    "請在三句話內總結會議記錄。Merci beaucoup à tous, ça ira très bien ☕. " + _MINUTES.replace("e", "é", 40)
)
MIXED = (MIXED * 2)[:1180]
"""1,180 characters of several scripts without an invisible one."""

_LISTED = "\n".join(
    f'{{"id": {n}, "name": "item {n}", "tags": ["new", "sale"], "price": {n}.5}}' for n in range(9)
)
OBJECTS = ("Here is what you asked for:\n" + _LISTED + "\nAnything else? " + _MINUTES)[:1180]
"""An answer with nine well-formed JSON objects."""
BROKEN = OBJECTS.replace('"name":', "name:").replace("],", "]")
"""The same, each object broken in two places."""

BANNED = [
    "break into the server room",
    "bypass the login page",
    "clone a credit card",
    "counterfeit banknotes",
    "crack the password",
    "cryptojacking",
    "denial of service",
    "disable the antivirus",
    "exfiltrate the database",
    "a keylogger",
    "forge a signature",
    "hide the malware",
    "install a backdoor",
    "launder money",
    "a phishing page",
    "pick the lock",
    "poison the cache",
    "ransomware",
    "a rootkit",
    "spoof the sender",
    "steal the cookies",
    "a zero-day exploit",
]
"""Twenty-two phrases, none of which is in the texts."""

PATTERNS = [
    r"Bearer [A-Za-z0-9\-._~+/]+",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\bsk-[A-Za-z0-9]{20,}\b",
    r"(?i)\bpass(word|phrase)\s*[:=]\s*\S+",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"-----BEGIN [A-Z ]+PRIVATE KEY-----",
    r"\b[\w.+-]+@[\w-]+\.[\w.]+\b",
    r"\b(?:\d[ -]?){15}\d\b",
]


@dataclass(frozen=True)
class Case:
    """One scanner on one text, again and again."""

    name: str
    scanner: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    output: bool = False
    """An output scanner; it also gets a prompt."""
    at_least: float | None = None
    """How many times faster pyshield should be."""


CASES = [
    Case("BanSubstrings, 22 phrases", "BanSubstrings", ENGLISH, {"substrings": BANNED}, at_least=8),
    Case(
        "BanSubstrings, 22 phrases, words",
        "BanSubstrings",
        ENGLISH,
        {"substrings": BANNED, "match_type": "word"},
    ),
    Case(
        "BanSubstrings, 3 found and redacted",
        "BanSubstrings",
        ENGLISH,
        {"substrings": [*BANNED, "invoice", "lift", "shelves"], "redact": True},
    ),
    Case("Regex, 1 pattern", "Regex", ENGLISH, {"patterns": PATTERNS[:1]}, at_least=2),
    Case("Regex, 8 patterns", "Regex", ENGLISH, {"patterns": PATTERNS}),
    Case("InvisibleText, ASCII", "InvisibleText", ENGLISH, at_least=20),
    Case("InvisibleText, several scripts", "InvisibleText", MIXED, at_least=20),
    Case("TokenLimit, default limit", "TokenLimit", ENGLISH, at_least=5),
    Case("TokenLimit, limit 300 (counted)", "TokenLimit", ENGLISH, {"limit": 300}, at_least=5),
    Case("TokenLimit, limit 100 (cut)", "TokenLimit", ENGLISH, {"limit": 100}, at_least=5),
    Case("Sentiment", "Sentiment", ENGLISH, at_least=20),
    Case("ReadingTime", "ReadingTime", ENGLISH, {"max_time": 5.0}, output=True),
    Case("JSON, 9 objects", "JSON", OBJECTS, {"required_elements": 1}, output=True),
    Case("JSON, 9 broken objects repaired", "JSON", BROKEN, {"required_elements": 1}, output=True),
    Case("NoRefusalLight", "NoRefusalLight", ENGLISH, output=True),
]
