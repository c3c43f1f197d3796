"""llm-guard's spelling of this module's name."""

from __future__ import annotations

from pyshield.output_scanners.url_reachability import URLReachability

__all__ = ["URLReachability"]
