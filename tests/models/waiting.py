"""Waiting for what happens on other threads."""

from __future__ import annotations

import asyncio
from time import monotonic


async def until(condition, seconds: float = 60.0) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline
        await asyncio.sleep(0.01)
