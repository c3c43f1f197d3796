"""What every built-in scanner is: a small immutable declaration, compiled by the runtime when first used.

A declaration copies its arguments, compares and hashes by them, prints itself as the call that makes it,
pickles, and turns into configuration. Nothing here looks at a text; the runtime does.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, final, runtime_checkable

from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from pyshield._private.declared import NativeVault
    from pyshield._runtime import Scanner as NativeScanner
    from pyshield._runtime import ScanResult

__all__ = ["Declaration", "OutputScanner", "PairScanner", "PromptScanner", "is_native"]


@runtime_checkable
class Configurable(Protocol):
    """A parameter that is more than a number, a string or a list."""

    def to_config(self) -> dict[str, Any]:
        """As a configuration file holds it."""
        ...


def _plain(value: object) -> Any:  # noqa: ANN401  # JSON is untyped
    """A parameter as JSON and YAML hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Configurable):
        return value.to_config()
    return list(value) if isinstance(value, tuple) else value


class Declaration:
    """The common part of input and output scanners."""

    # `_native` stays unset until it is first needed; `__getattr__` then has it compiled. So the common
    # call pays one slot look-up and no test.
    __slots__ = ("_native", "_params")

    _type: ClassVar[str]
    """llm-guard's class name, which is the key in results, metrics and configuration."""

    _params: Mapping[str, Any]
    if TYPE_CHECKING:
        _native: NativeScanner
    else:

        def __getattr__(self, name: str) -> NativeScanner:
            if name != "_native" or not hasattr(self, "_params"):
                raise AttributeError(
                    f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self
                )
            return self._first_used()

    def _declare(self, **params: object) -> None:
        """Takes the checked parameters; called once, by the constructor."""
        self._params = params

    def _first_used(self) -> NativeScanner:
        """The native scanner, when the first text comes to it outside of a shield."""
        return self._compile()

    @final
    def _compile(self) -> NativeScanner:
        """Builds the native scanner; raises the runtime's `ConfigError` if it cannot be built."""
        import json

        from pyshield._runtime import Scanner as NativeScanner

        vaults: list[NativeVault] = []
        self._native = NativeScanner(json.dumps(self._spec_with(vaults)), vaults)
        return self._native

    def _vaults(self) -> tuple[NativeVault, ...]:
        """The vault it works with, if it has one."""
        return ()

    @final
    def _spec_with(self, vaults: list[NativeVault]) -> dict[str, Any]:
        """As `_spec`; its vault is added to `vaults` and named by its index there."""
        spec = self._spec()
        for vault in self._vaults():
            spec["vault"] = len(vaults)
            vaults.append(vault)
        return spec

    def _spec(self) -> dict[str, Any]:
        """The declaration as the runtime reads it."""
        return {"type": self._type} | {name: _plain(value) for name, value in self._params.items()}

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters in force, by keyword; read-only."""
        return MappingProxyType(dict(self._params))

    def to_config(self) -> dict[str, Any]:
        """The declaration as a configuration file holds it: `{"type": …, "params": {…}}`, defaults spelt out.

        Raises:
            ConfigError: For a class of your own that derives from a built-in one; a file cannot name it.
        """
        if type(self).__module__.partition(".")[0] != "pyshield":
            raise ConfigError(
                f"{type(self).__name__}: only pyshield's own scanners can be written as configuration"
            )
        return {"type": self._type, "params": {name: _plain(value) for name, value in self._params.items()}}

    def __repr__(self) -> str:
        defaults: Mapping[str, object] = getattr(type(self).__init__, "__kwdefaults__", None) or {}
        given = (
            f"{name}={_plain(value)!r}"
            for name, value in self._params.items()
            if name not in defaults or defaults[name] != value
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other) or not isinstance(other, Declaration):
            return NotImplemented
        return self._params == other._params

    def __hash__(self) -> int:
        return hash((type(self), *self._params.items()))

    def __getstate__(self) -> dict[str, Any]:
        # The compiled form stays behind; what a class of your own added in `__dict__` comes along.
        return {"params": self._params, "own": getattr(self, "__dict__", {})}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._params = state["params"]
        for name, value in state["own"].items():
            setattr(self, name, value)


class PromptScanner(Declaration):
    """A scanner of what goes in."""

    __slots__ = ()

    def scan(self, prompt: str) -> tuple[str, bool, float]:
        """Scans on the calling thread.

        Args:
            prompt: The text to judge.

        Returns:
            The text, redacted if the scanner redacts; whether it passes; its risk, from -1 (none) to 1.

        Raises:
            TextError: If the text holds lone surrogates.
            ScannerError: If the scanner came to no verdict.
        """
        return self._native.scan(prompt)

    def ascan(self, prompt: str) -> Coroutine[Any, Any, tuple[str, bool, float]]:
        """Scans without holding up the event loop; otherwise as `scan`."""
        return self._native.ascan(prompt)

    def report(self, prompt: str) -> ScanResult:
        """Scans on the calling thread and returns all that was found, positions included."""
        return self._native.report(prompt)


class OutputScanner(Declaration):
    """A scanner of what a model answers.

    Those here judge the answer alone; the prompt is taken because llm-guard's protocol has it.
    """

    __slots__ = ()

    def scan(self, prompt: str, output: str) -> tuple[str, bool, float]:  # noqa: ARG002
        """Scans on the calling thread.

        Args:
            prompt: The prompt that was answered.
            output: The text to judge.

        Returns:
            The output, redacted or repaired if the scanner does so; whether it passes; its risk, from -1
            (none) to 1.

        Raises:
            TextError: If the output holds lone surrogates.
            ScannerError: If the scanner came to no verdict.
        """
        return self._native.scan(output)

    def ascan(self, prompt: str, output: str) -> Coroutine[Any, Any, tuple[str, bool, float]]:  # noqa: ARG002
        """Scans without holding up the event loop; otherwise as `scan`."""
        return self._native.ascan(output)

    def report(self, prompt: str, output: str) -> ScanResult:  # noqa: ARG002
        """Scans on the calling thread and returns all that was found, positions included."""
        return self._native.report(output)


class PairScanner(OutputScanner):
    """A scanner of what a model answers that also reads what it was asked."""

    __slots__ = ()

    def scan(self, prompt: str, output: str) -> tuple[str, bool, float]:
        """Scans on the calling thread; otherwise as `OutputScanner.scan`."""
        return self._native.scan(output, prompt)

    def ascan(self, prompt: str, output: str) -> Coroutine[Any, Any, tuple[str, bool, float]]:
        """Scans without holding up the event loop; otherwise as `scan`."""
        return self._native.ascan(output, prompt)

    def report(self, prompt: str, output: str) -> ScanResult:
        """Scans on the calling thread and returns all that was found, positions included."""
        return self._native.report(output, prompt)


def is_native(scanner: object) -> bool:
    """Whether the runtime alone can run it.

    So it is with every built-in scanner, and with a class derived from one that leaves `scan` as it is.
    """
    if isinstance(scanner, PromptScanner):
        return type(scanner).scan is PromptScanner.scan
    if isinstance(scanner, PairScanner):
        return type(scanner).scan is PairScanner.scan
    return isinstance(scanner, OutputScanner) and type(scanner).scan is OutputScanner.scan
