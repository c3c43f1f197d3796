"""Every error pyshield raises.

All of them descend from `ShieldError`, so one `except` catches what is pyshield's and nothing else. Each
also is the standard exception it resembles (`ValueError`, `TimeoutError`, …). No message ever quotes text
that was scanned; every error pickles, so it crosses process boundaries whole.
"""

from __future__ import annotations

from typing import Any, ClassVar

__all__ = [
    "Closed",
    "ConfigError",
    "DeadlineExceeded",
    "EncodingError",
    "FunctionConversionError",
    "FunctionError",
    "FunctionFailed",
    "FunctionModuleNotFound",
    "FunctionNotFound",
    "FunctionRaised",
    "FunctionSerializationError",
    "FunctionTimeout",
    "FunctionsNotRunning",
    "InterpreterBusy",
    "InvalidInput",
    "LLMGuardValidationError",
    "MessageError",
    "ModelError",
    "NetworkError",
    "Overloaded",
    "ScannerError",
    "ShieldError",
    "TextError",
    "TokenizerError",
    "UnknownModel",
    "VaultError",
]


class ShieldError(Exception):
    """The base of every pyshield error.

    Args:
        message: What went wrong and what would be right.
    """

    # Constructor arguments after the message, by attribute name; equality of copies and pickles rests on it.
    _details: ClassVar[tuple[str, ...]] = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """What went wrong and what would be right."""
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, *(getattr(self, name) for name in self._details))


class ConfigError(ShieldError, ValueError):
    """A declaration that cannot work: a wrong type or value, an unknown scanner, a bad configuration file.

    Args:
        message: What is wrong and what would be right.
        scanner: The scanner at fault by class name, `None` when none is.
        field: The parameter at fault, with an index where it is a list (`patterns[3]`).
        file: The configuration file at fault, `None` for one that has no name.
        line: The line in it, from 1.
    """

    _details = ("scanner", "field", "file", "line")

    def __init__(
        self,
        message: str,
        scanner: str | None = None,
        field: str | None = None,
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.scanner = scanner
        self.field = field
        self.file = file
        self.line = line


class TextError(ShieldError, ValueError):
    """A text that cannot be scanned: it holds lone surrogates, or is over `Limits.max_text_bytes`."""


class MessageError(TextError):
    """A conversation that cannot be scanned.

    Args:
        message: What is wrong, without a word of the conversation.
        index: The message at fault.
        reason: `"shape"` (no role, or nothing that can be read or rewritten), `"limit"` (more than the policy
            allows) or `"text"` (half of a surrogate pair).
    """

    _details = ("index", "reason")

    def __init__(self, message: str, index: int | None = None, reason: str = "shape") -> None:
        super().__init__(message)
        self.index = index
        self.reason = reason


class ScannerError(ShieldError):
    """A scanner that came to no verdict.

    Args:
        message: What happened, without a word of the text.
        scanner: The scanner by class name.
        reason: `"panicked"` (a bug, caught), `"limit"` (the text needs more steps or edits than allowed),
            `"raised"` (a custom scanner's exception), `"degraded"` (the second stage of a `Cascade` did not
            answer) or `"failed"` (anything else).
    """

    _details = ("scanner", "reason")

    def __init__(self, message: str, scanner: str | None = None, reason: str = "failed") -> None:
        super().__init__(message)
        self.scanner = scanner
        self.reason = reason


class ModelError(ShieldError):
    """A model that cannot be used.

    Args:
        message: What is wrong and what would be right, without a word of a text.
        model: The model as declared: its path or name.
        kind: What is wrong: `"library"` (ONNX Runtime itself), `"missing"`, `"unreadable"`, `"shape"` (the
            graph does not fit its configuration), `"labels"`, `"provider"`, `"run"`, `"panicked"`,
            `"closed"`, `"budget"`, `"download"` (the hub), `"checksum"`.
        scanner: The scanner that reads it, if the error came of a scan.
    """

    _details = ("model", "kind", "scanner")

    def __init__(
        self, message: str, model: str | None = None, kind: str = "run", scanner: str | None = None
    ) -> None:
        super().__init__(message)
        self.model = model
        self.kind = kind
        self.scanner = scanner


class Overloaded(ShieldError):  # noqa: N818  # the name of the outcome, as in `DeadlineExceeded`
    """All permits are taken and the policy is to refuse.

    Args:
        message: How many requests are in flight and how many may be.
        retry_after: Seconds after which a new attempt is worth making.
    """

    _details = ("retry_after",)

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeadlineExceeded(ShieldError, TimeoutError):  # noqa: N818
    """The deadline passed before the scan was finished."""


class Closed(ShieldError, RuntimeError):  # noqa: N818
    """The shield takes no more work.

    It was closed, the interpreter is shutting down, or a forked child uses its parent's handle.
    """


class VaultError(ShieldError):
    """A vault that cannot do what was asked.

    Args:
        message: What happened, without a word of what the vault holds.
        reason: `"full"` (a limit would be passed), `"unavailable"` (its store cannot be reached), `"refused"`
            (its store said no), `"sealed"` (what is stored was sealed with another key, or altered), `"lost"`
            (given up after a failure inside), `"timed_out"` (its store did not answer a scanner in time),
            `"closed"` (the runtime has shut down), `"evicted"`, `"expired"` or `"removed"` (it
            is no more, see `Sessions`) or `"failed"` (a failure inside; nothing was changed).
        scanner: The scanner that works with it, if the error came of a scan.
    """

    _details = ("reason", "scanner")

    def __init__(self, message: str, reason: str = "failed", scanner: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.scanner = scanner


class NetworkError(ShieldError):
    """A request that pyshield itself had to make could not be made."""


class FunctionError(ShieldError):
    """The base of what can go wrong when a function of `pyshield.functions` is called.

    Args:
        message: What went wrong, without a word of arguments or result.
        function: The function by name.
    """

    kind: ClassVar[str] = ""
    """What happened, as metrics name it."""

    _details = ("function",)

    def __init__(self, message: str, function: str | None = None) -> None:
        super().__init__(message)
        self.function = function


class FunctionRaised(FunctionError):  # noqa: N818
    """The function raised; what it raised is the `__cause__`."""

    kind = "python"


class FunctionFailed(FunctionError, RuntimeError):  # noqa: N818
    """The call could not be run: too many are in flight or abandoned, or a worker process died."""

    kind = "runtime"


class FunctionTimeout(FunctionError, TimeoutError):  # noqa: N818
    """The function started and did not finish in time; it was cancelled, killed or abandoned."""

    kind = "timeout"


class FunctionSerializationError(FunctionError, ValueError):
    """Arguments or result are not what the function's schema, or its signature, wants."""

    kind = "serialization"


class FunctionModuleNotFound(FunctionError, ImportError):  # noqa: N818
    """The module that is to hold the function cannot be imported."""

    kind = "module_not_found"


class FunctionNotFound(FunctionError, LookupError):  # noqa: N818
    """No function has that name: none is registered, or the module has no such attribute."""

    kind = "function_not_found"


class FunctionConversionError(FunctionError, TypeError):
    """An argument or a result has no JSON form."""

    kind = "type_conversion"


class InterpreterBusy(FunctionError, TimeoutError):  # noqa: N818
    """The time ran out before the function started: the interpreter, or the event loop, was not free."""

    kind = "gil_failed"


class FunctionsNotRunning(FunctionError, RuntimeError):  # noqa: N818
    """Nothing can run functions: the interpreter is shutting down, or the event loop is gone."""

    kind = "context_not_initialized"


class TokenizerError(ShieldError, ValueError):
    """The base of what can go wrong when tokens are counted."""

    code: ClassVar[str] = "INT_ERR_TOKENIZER"
    """A stable code for logs and for callers in other languages."""

    field: ClassVar[str | None] = None
    """The argument at fault, where there is one."""


class UnknownModel(TokenizerError):  # noqa: N818
    """No tokenizer is known for the model or the encoding of that name."""

    code = "DOM_VAL_INVALID_MODEL"
    field = "model"


class InvalidInput(TokenizerError):  # noqa: N818
    """An argument that cannot be tokenized or counted."""

    code = "DOM_VAL_INVALID_INPUT"


class EncodingError(TokenizerError):
    """The tokenizer itself failed."""


class LLMGuardValidationError(ShieldError, ValueError):
    """A value llm-guard would refuse under this name; it stays a `ValueError`."""
