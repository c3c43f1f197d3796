"""Long lists of texts: handed over in slices, so that the event loop gets its turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pyshield._until import remaining
from pyshield.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield._runtime import ScanResult

__all__ = ["SLICE", "in_slices", "listed"]


def listed(name: str, texts: Sequence[Any]) -> list[Any]:
    """The texts as the list the runtime takes; a string is no list of letters, a mapping none of its keys."""
    if isinstance(texts, str | bytes | Mapping):
        raise TypeError(f"{name}: expected a list, got one {type(texts).__name__}")
    if not isinstance(texts, Iterable):
        raise TypeError(f"{name}: expected a list, got {type(texts).__name__}")
    return texts if type(texts) is list else list(texts)


SLICE = 2_048
"""Texts that are handed over in one go: each takes the event loop's thread some tenths of a microsecond."""
_FIRST = 256
"""Texts in the first slice, doubled from one to the next: nothing is scanned before it is handed over."""
_AHEAD = 2
"""Slices that are handed over while one is scanned, so that no core waits for the event loop's thread."""


async def in_slices(scan: Callable[..., Any], texts: list[Any], until: float | None) -> list[ScanResult]:
    """The results of a long list, handed over slice by slice so that the loop gets its turns.

    If there is no room for the slices ahead, they are handed over again when the ones before them are done.
    """
    results: list[ScanResult] = []
    ahead: deque[Any] = deque()
    following, size = 0, _FIRST
    try:
        while following < len(texts) or ahead:
            while following < len(texts) and len(ahead) <= _AHEAD:
                ahead.append(scan(texts[following : following + size], remaining(until), following))
                following, size = following + size, min(2 * size, SLICE)
            try:
                results += await ahead.popleft()
            except Overloaded:
                if not results:
                    raise
                # Those behind it may have taken the place that this one needs first.
                while ahead:
                    ahead.popleft().close()
                begin, following = len(results), len(results) + size
                results += await scan(texts[begin:following], remaining(until), begin)
    finally:
        for slice_ahead in ahead:
            slice_ahead.close()
    return results
