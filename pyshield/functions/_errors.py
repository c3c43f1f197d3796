"""The exception of a failed call, made of what the runtime says of it."""

from __future__ import annotations

from pyshield import errors

_KINDS: dict[str, type[errors.FunctionError]] = {
    kind.kind: kind
    for kind in (
        errors.FunctionRaised,
        errors.FunctionFailed,
        errors.FunctionTimeout,
        errors.FunctionSerializationError,
        errors.FunctionModuleNotFound,
        errors.FunctionNotFound,
        errors.FunctionConversionError,
        errors.InterpreterBusy,
        errors.FunctionsNotRunning,
    )
}


class Refused(Exception):  # noqa: N818  # a word of what runs functions, not of a function
    """Why a call is refused, on its way to the runtime, which knows the class by its name.

    Args:
        pyshield_kind: One of the kinds of `FunctionError`.
        message: What is wrong.
    """

    def __init__(self, pyshield_kind: str, message: str) -> None:
        super().__init__(message)
        self.pyshield_kind = pyshield_kind
        self.message = message


def made(kind: str, function: str, message: str, cause: BaseException | None) -> errors.FunctionError:
    """The exception of a call, with its cause."""
    error = _KINDS[kind](f"{function}: {message}", function)
    error.__cause__ = cause
    return error
