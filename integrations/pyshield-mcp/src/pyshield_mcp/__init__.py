"""Middleware for MCP servers: what tools are called with is scanned, and what they return.

`ShieldMiddleware` goes into `MCPServer(middleware=[…])`, or is appended to `Server.middleware`.
"""

from pyshield.policy import always, unless_redacted
from pyshield_mcp.middleware import REFUSED, ShieldMiddleware

__all__ = ["REFUSED", "ShieldMiddleware", "always", "unless_redacted"]
