"""Awaiting any scanner, whichever of its two methods it has."""

from __future__ import annotations

from typing import Any

from pyshield._declaration import OutputScanner, PairScanner, PromptScanner, is_native

_BUILT_IN = (PromptScanner.ascan, OutputScanner.ascan, PairScanner.ascan)


async def awaited(scanner: Any, *texts: str) -> Any:  # noqa: ANN401  # any object with `scan`
    """What the scanner says of the texts, without holding up the event loop.

    `ascan` is awaited if there is one, else `scan` if it is a coroutine function; any other `scan` runs in a
    thread, with the caller's context variables, and what it returns is awaited if it is awaitable.
    """
    from inspect import isawaitable, iscoroutinefunction

    ascan = getattr(scanner, "ascan", None)
    if ascan is not None and not _bypassed(scanner):
        return await ascan(*texts)
    if iscoroutinefunction(scanner.scan):
        return await scanner.scan(*texts)

    from asyncio import to_thread

    verdict = await to_thread(scanner.scan, *texts)
    return await verdict if isawaitable(verdict) else verdict


def _bypassed(scanner: object) -> bool:
    """Whether the built-in `ascan` would pass over a `scan` of the scanner's own."""
    return (
        isinstance(scanner, PromptScanner | OutputScanner)
        and not is_native(scanner)
        and type(scanner).ascan in _BUILT_IN
    )
