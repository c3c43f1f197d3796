"""Awaiting any scanner, whichever of its two methods it has."""

from __future__ import annotations

from typing import Any

from pyshield._declarations.declaration import is_native
from pyshield._own.scanners import Own
from pyshield._own.stage import Absent, Stage


async def awaited(scanner: Any, *texts: str) -> Any:  # noqa: ANN401  # any object with `scan`
    """What the scanner says of the texts, without holding up the event loop; see `Own.verdict`."""
    if is_native(scanner) or isinstance(scanner, Absent | Stage):
        return await scanner.ascan(*texts)
    return await Own(scanner).verdict(None, *texts)
