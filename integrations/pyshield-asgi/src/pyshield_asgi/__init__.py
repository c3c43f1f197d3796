"""ASGI middleware that scans request bodies before the application sees them, and responses as they are sent.

`ShieldMiddleware` is all most applications need; what it found is in `scope["pyshield"]`, a `ScannedBody`.
"""

from pyshield_asgi.fields import ANSWER_FIELDS, CHAT_FIELDS, EVERY_STRING
from pyshield_asgi.middleware import ShieldMiddleware
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.policy import always, unless_redacted

__all__ = [
    "ANSWER_FIELDS",
    "CHAT_FIELDS",
    "EVERY_STRING",
    "ScannedBody",
    "ScannedField",
    "ShieldMiddleware",
    "always",
    "unless_redacted",
]
