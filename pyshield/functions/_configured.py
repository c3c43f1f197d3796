"""What settings say of functions: they hold where a registration says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["apply", "option", "timeout"]

_USUAL_TIMEOUT = 30.0
_options: dict[str, Mapping[str, Any]] = {}
_timeout = _USUAL_TIMEOUT


def apply(options: Mapping[str, Mapping[str, Any]], default_timeout: float) -> None:
    """Puts options in force: for functions registered from now on, and those of pyshield's own."""
    global _timeout  # noqa: PLW0603
    _options.clear()
    _options.update(options)
    _timeout = default_timeout

    from pyshield.functions import _built_in

    _built_in.register_again()


def option(name: str, key: str) -> Any:  # noqa: ANN401  # of the key's type
    """What the settings say; `None` if nothing."""
    return _options.get(name, {}).get(key)


def timeout(name: str, otherwise: float | None = None) -> float:
    """Seconds a call of the function may take."""
    found = option(name, "timeout")
    return float(found) if found is not None else otherwise or _timeout
