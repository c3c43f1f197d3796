"""Native shields around the runtime's probe, and both kinds of event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from pyshield._runtime import Shield

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
MakeShield = Callable[..., Shield]


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_factory(request: pytest.FixtureRequest) -> LoopFactory:
    """What makes the loop: everything here must hold on both."""
    return uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop


@pytest.fixture
def runner(loop_factory: LoopFactory) -> Any:
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        yield runner


@pytest.fixture
def probe() -> MakeShield:
    """Makes a shield of one probe: `probe("busy", 0.1, max_in_flight=1)`. Everything goes to the actors."""

    def make(
        behaviour: str = "pass", seconds: float = 0.0, *, on_error: str = "block", **limits: Any
    ) -> Shield:
        spec = {
            "prompt": [{"type": "Probe", "behaviour": behaviour, "seconds": seconds}],
            "output": [],
            "on_error": on_error,
            "limits": {
                "max_in_flight": 20_000,
                "policy": "reject",
                "deadline": None,
                "max_text_bytes": 1 << 20,
                "inline_budget_us": 0.0,
            }
            | limits,
            "cache": None,
        }
        return Shield(json.dumps(spec))

    return make
