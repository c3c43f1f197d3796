"""The moment by which a request must be done, shared by all that it waits for."""

from __future__ import annotations

from time import monotonic

from pyshield.errors import DeadlineExceeded

__all__ = ["remaining", "until_of"]


def until_of(deadline: float | None, default: float | None) -> float | None:
    """The monotonic time at which a request that starts now must be done."""
    seconds = default if deadline is None else deadline
    return None if seconds is None else monotonic() + seconds


def remaining(until: float | None) -> float | None:
    """Seconds left until the monotonic time `until`.

    Raises:
        DeadlineExceeded: If there are none.
    """
    if until is None:
        return None
    left = until - monotonic()
    if left <= 0:
        raise DeadlineExceeded("the deadline passed while your own scanners ran")
    return left
