"""When a request is refused, and when it goes on with its text redacted."""

from __future__ import annotations

from pyshield.policy import always, failed, unless_redacted

__all__ = ["always", "failed", "unless_redacted"]
