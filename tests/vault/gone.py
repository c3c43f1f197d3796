"""What is said of a server that is gone."""

from __future__ import annotations

from pyshield.errors import DeadlineExceeded, VaultError


def refused(operation) -> VaultError:
    """The error of an operation.

    It is tried until its time is up; on a busy machine that may come in the midst of an attempt, which is
    another error, and then it is made again.
    """
    for _ in range(10):
        try:
            operation()
        except VaultError as error:
            return error
        except DeadlineExceeded:
            continue
        raise AssertionError("the server is there")
    raise AssertionError("it was out of time each time")
