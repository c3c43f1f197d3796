"""The example server, run as MCP clients run it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters

EXAMPLE = Path(__file__).parents[3] / "examples" / "mcp_server.py"


async def test_over_standard_input_and_output():
    server = StdioServerParameters(command=sys.executable, args=[str(EXAMPLE)], env=dict(os.environ))
    async with Client(server, read_timeout_seconds=60) as client:

        async def call(name, **arguments):
            result = await client.call_tool(name, arguments)
            return result.is_error, "\n".join(block.text for block in result.content)

        failed, addresses = await call("customers")
        assert not failed
        assert addresses.split("\n") == ["[REDACTED_EMAIL_ADDRESS_1]", "[REDACTED_EMAIL_ADDRESS_2]"]
        assert await call("name_of", address="[REDACTED_EMAIL_ADDRESS_2]") == (False, "Alan Turing")
        assert await call("page", path="/weather") == (False, "It will rain.")
        refused = "The result must not pass: a scanner refused it."
        assert await call("page", path="/recipes") == (True, refused)
        refused = "The arguments must not pass: a scanner refused it."
        assert await call("name_of", address="x'; DROP TABLE customers") == (True, refused)
