"""The moment by which a request must be done, shared by all that it waits for."""

from __future__ import annotations

from math import isnan
from time import monotonic

from pyshield.errors import ConfigError, DeadlineExceeded

__all__ = ["remaining", "until_of"]


def until_of(deadline: float | None, default: float | None) -> float | None:
    """The monotonic time at which a request that starts now must be done.

    Raises:
        ConfigError: For a deadline that is no number.
    """
    seconds = default if deadline is None else _seconds(deadline)
    return None if seconds is None else monotonic() + seconds


def _seconds(deadline: object) -> float:
    """The deadline of a call, checked as the runtime does."""
    given = f"a {type(deadline).__name__}"
    # What `float` reads from a string is no number yet.
    if hasattr(deadline, "__float__") and not isinstance(deadline, bool):
        try:
            seconds = float(deadline)
        except (TypeError, ValueError, OverflowError):
            pass
        else:
            if not isnan(seconds):
                return seconds
            given = "nan"
    raise ConfigError(f"deadline: expected a number of seconds, got {given}", None, "deadline")


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
