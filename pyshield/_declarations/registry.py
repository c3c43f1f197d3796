"""Scanners and their parameters, looked up by name: for `get_scanner_by_name` and configuration files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyshield._check import shown, suggestion
from pyshield.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


_BESIDE = {("input_scanners", "Spotlighting"): "pyshield.spotlighting"}
"""Scanners that a configuration may name and llm-guard has none of, by package, and their modules."""


def scanner_class(package: str, name: object) -> type[Any]:
    """The class `name` of `input_scanners` or `output_scanners`.

    Raises:
        ConfigError: If there is none.
    """
    module = import_module(f"pyshield.{package}")
    if isinstance(name, str) and (package, name) in _BESIDE:
        beside: type[Any] = getattr(import_module(_BESIDE[package, name]), name)
        return beside
    if not isinstance(name, str) or name not in module.SCANNERS:
        hint = suggestion(name, module.SCANNERS)
        if not hint and isinstance(name, str):
            other = "output_scanners" if package == "input_scanners" else "input_scanners"
            if name in import_module(f"pyshield.{other}").SCANNERS:
                hint = f"; it is one of the {other.replace('_', ' ')}"
        written = name if isinstance(name, str) and len(name) <= 64 else shown(name)
        raise ConfigError(f"Unknown scanner name: {written}{hint}", field="type")
    found: type[Any] = getattr(module, name)
    return found


def parameters(scanner: type[Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The constructor's parameters by name: all of them, and those without a default."""
    code = scanner.__init__.__code__
    names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    defaults: Mapping[str, object] = scanner.__init__.__kwdefaults__ or {}
    return names, tuple(name for name in names if name not in defaults)


def scanner_by_name(package: str, name: object, params: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Builds the scanner `name` with `params`.

    Raises:
        ConfigError: For an unknown name or parameter, a missing one, or one the scanner refuses.
    """
    scanner = scanner_class(package, name)
    known, required = parameters(scanner)
    for key in params:
        if key not in known:
            hint = suggestion(key, known)
            raise ConfigError(f"{name}: {shown(key)}: unknown parameter{hint}", str(name), str(key)[:64])
    for key in required:
        if key not in params:
            raise ConfigError(f"{name}: {key}: missing", str(name), key)
    return scanner(**params)
