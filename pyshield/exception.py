"""llm-guard's module of this name: its one exception class."""

from __future__ import annotations

from pyshield.errors import LLMGuardValidationError

__all__ = ["LLMGuardValidationError"]
