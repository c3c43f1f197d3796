"""What is sent and streamed, and what a client gets of it."""

from __future__ import annotations

import json

BANNED = ["project heron", "falcon nine"]
PATTERNS = [r"[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,63}", r"\b\d{3}-\d{4}\b"]

WORDS = (
    "The meeting about project heron was moved to Thursday because three of the people who had to be there "
    "were travelling; write to jane.doe@example.com or call 555-0142 if that does not suit you. "
)

BODY = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "What is the capital of Peru, and since when?"}]}
).encode()
"""A request with nothing to hide."""


def redacted(text: str) -> str:
    """What a client gets of a text made of `WORDS`."""
    for hidden in ("project heron", "jane.doe@example.com", "555-0142"):
        text = text.replace(hidden, "[REDACTED]")
    return text
