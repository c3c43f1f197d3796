"""ASGI middleware that scans requests before the application sees them, and answers as they are sent.

`ShieldMiddleware` is all most applications need; what it found is in `scope["pyshield"]`, a `ScannedBody`.
`Guard` is a shield with settings of its own for some routes, `metrics_app` a page for Prometheus, and
`pyshield_asgi.fastapi` has a dependency for single values.
"""

from pyshield_asgi.asked import asked
from pyshield_asgi.fields import ANSWER_FIELDS, CHAT_FIELDS, EVERY_STRING
from pyshield_asgi.guard import Guard
from pyshield_asgi.metrics import metrics_app
from pyshield_asgi.middleware import ShieldMiddleware
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.policy import always, unless_redacted
from pyshield_asgi.sessions import cookie, header

__all__ = [
    "ANSWER_FIELDS",
    "CHAT_FIELDS",
    "EVERY_STRING",
    "Guard",
    "ScannedBody",
    "ScannedField",
    "ShieldMiddleware",
    "always",
    "asked",
    "cookie",
    "header",
    "metrics_app",
    "unless_redacted",
]
