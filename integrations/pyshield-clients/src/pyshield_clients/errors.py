"""What a guarded client raises beside what its SDK raises.

An SDK repeats a request whose transport failed, and hides what failed behind a connection error of its own,
unless what was raised is one of its own errors. So everything that leaves a guard is both: pyshield's error
and the SDK's base error, made by `of_sdk`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from pyshield.errors import ShieldError

__all__ = ["AnswerRefused", "NotGuardable", "PromptRefused", "Refused", "of_sdk"]


class Refused(NamedTuple):
    """A text that must not pass.

    Attributes:
        pointer: Where it is in the request, as a JSON pointer (RFC 6901).
        scanners: The scanners that say so, by their keys in `ScanResult.verdicts`.
    """

    pointer: str
    scanners: tuple[str, ...]


class PromptRefused(ShieldError):  # noqa: N818  # the name of the outcome
    """A scanner refused a part of the request; nothing of it was sent.

    Args:
        message: How many texts were refused, without a word of them.
        refused: Which, and by which scanners.
    """

    _details = ("refused",)

    def __init__(self, message: str, refused: tuple[Refused, ...] = ()) -> None:
        super().__init__(message)
        self.refused = refused


class AnswerRefused(ShieldError):  # noqa: N818
    """A scanner refused the answer; raised if `on_refusal` is `"raise"`.

    Args:
        message: What happened, without a word of the answer.
        scanners: The scanners that refused it.
    """

    _details = ("scanners",)

    def __init__(self, message: str, scanners: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.scanners = scanners


class NotGuardable(ShieldError):  # noqa: N818
    """A request or an answer in a form that cannot be guarded, and so does not pass."""


def of_sdk(error: ShieldError, base: type[Exception] | None) -> ShieldError:
    """The same error, which is one of an SDK's errors as well.

    Args:
        error: The error.
        base: The base of the SDK's errors; `None` if it is not known.
    """
    if base is None or isinstance(error, base):
        return error
    kind, arguments = _parts(error)
    return _both(kind, base)(*arguments)


def _parts(error: ShieldError) -> tuple[type[ShieldError], tuple[Any, ...]]:
    """An error's class, and what it is made of."""
    kind, arguments = ShieldError.__reduce__(error)
    return kind, arguments


_MADE: dict[tuple[type[ShieldError], type[Exception]], type[ShieldError]] = {}


def _both(kind: type[ShieldError], base: type[Exception]) -> type[ShieldError]:
    """The class that is both, the same one each time."""
    made = _MADE.get((kind, base))
    if made is not None:
        return made

    def reduce(error: ShieldError) -> tuple[Any, ...]:
        return _again, (kind, base, _parts(error)[1])

    # It shows itself under the name of pyshield's error, which is what it is caught as.
    members = {"__module__": kind.__module__, "__doc__": kind.__doc__, "__reduce__": reduce}
    return _MADE.setdefault((kind, base), type(kind.__name__, (kind, base), members))


def _again(kind: type[ShieldError], base: type[Exception], arguments: tuple[Any, ...]) -> ShieldError:
    return _both(kind, base)(*arguments)
