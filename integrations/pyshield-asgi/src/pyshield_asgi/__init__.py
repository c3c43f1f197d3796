"""ASGI middleware that scans request bodies with pyshield before the application sees them.

`ShieldMiddleware` is all most applications need; what it found is in `scope["pyshield"]`, a `ScannedBody`.
"""

from pyshield_asgi.fields import CHAT_FIELDS, EVERY_STRING
from pyshield_asgi.middleware import ShieldMiddleware
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.policy import always, unless_redacted

__all__ = [
    "CHAT_FIELDS",
    "EVERY_STRING",
    "ScannedBody",
    "ScannedField",
    "ShieldMiddleware",
    "always",
    "unless_redacted",
]
