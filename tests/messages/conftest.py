"""One conversation, scanned in all three ways there are."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from pyshield import BlockingShield, Shield
from pyshield import input_scanners as i
from pyshield import output_scanners as o


@pytest.fixture(scope="module")
def shield():
    """Prompts may not name the mole, outputs not the heron; both are redacted."""
    return BlockingShield(
        prompt=[i.BanSubstrings(["mole"], redact=True)], output=[o.BanSubstrings(["heron"], redact=True)]
    )


@pytest.fixture(params=["asyncio", "uvloop", "blocking"])
def scanned(request):
    """Scans messages with a shield of the given declaration, on either event loop and without one."""

    def scan(conversation, prompt=(), output=(), *, since=0, deadline=None, **options):
        if request.param == "blocking":
            with BlockingShield(prompt, output, **options) as shield:
                return shield.scan_messages(conversation, since=since, deadline=deadline)

        async def main():
            async with Shield(prompt, output, **options) as shield:
                return await shield.scan_messages(conversation, since=since, deadline=deadline)

        factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main())

    return scan
