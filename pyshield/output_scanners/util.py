"""Output scanners by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyshield._declarations.registry import scanner_by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyshield._declarations.declaration import OutputScanner

__all__ = ["get_scanner_by_name"]


def get_scanner_by_name(scanner_name: str, scanner_config: Mapping[str, Any] | None = None) -> OutputScanner:
    """Builds an output scanner.

    Args:
        scanner_name: The class name.
        scanner_config: The constructor's arguments, by name.

    Raises:
        ConfigError: For an unknown name (`Unknown scanner name: …`), an unknown argument, or one the
            scanner refuses. It is a `ValueError`.
    """
    scanner: OutputScanner = scanner_by_name("output_scanners", scanner_name, scanner_config or {})
    return scanner
