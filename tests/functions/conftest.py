"""Functions that are forgotten after each test, and both kinds of event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from pyshield import functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Iterator[Callable[[Any], Any]]:
    """Runs a coroutine on a fresh loop; everything here must hold on both kinds."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        yield runner.run


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    before = {info.name for info in functions.list()}
    yield
    for info in functions.list():
        if info.name not in before:
            functions.unregister(info.name)
