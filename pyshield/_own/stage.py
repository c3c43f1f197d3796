"""Built-in scanners as stages of a cascade in a shield: they read as the shield's other scanners do.

A scanner alone reads the text as it is, with the model as it is declared. In a shield it has views, and what
`ml` says of models.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyshield._own.judged import Staged, staged

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield._declarations.declaration import Declaration
    from pyshield._limits import Limits, Views
    from pyshield._runtime import ScanResult
    from pyshield._runtime import Shield as NativeShield

__all__ = ["Absent", "Stage", "stage_of"]


class Stage:
    """One built-in scanner, compiled as the runtime's shield of its own.

    Args:
        native: That shield.
        scanner: The scanner.
        output: Whether it scans outputs.
    """

    __slots__ = ("_native", "_output", "_scanner", "reads_views")

    def __init__(self, native: NativeShield, scanner: Declaration, *, output: bool) -> None:
        self._native = native
        self._scanner = scanner
        self._output = output
        self.reads_views: bool = native.reads_views()

    async def ascan(self, *texts: str) -> Staged:
        """Scans a prompt, or a prompt and an output, without holding up the event loop."""
        scan: Any = self._native.scan_output if self._output else self._native.scan_prompt
        return _said(await scan(*texts))

    def scan(self, *texts: str) -> Staged:
        """Scans on the calling thread."""
        return self.within(None, *texts)

    def within(self, seconds: float | None, *texts: str) -> Staged:
        """As `scan`, for so many seconds at most."""
        native = self._native
        scan: Any = native.scan_output_blocking if self._output else native.scan_prompt_blocking
        return _said(scan(*texts, seconds))

    def __repr__(self) -> str:
        return repr(self._scanner)


class Absent:
    """A stage that the shield's `ml` leaves out: it lets every text pass, and nobody takes its word."""

    __slots__ = ()

    async def ascan(self, *texts: str) -> Staged:
        """Says nothing."""
        return self.scan(*texts)

    def scan(self, *texts: str) -> Staged:
        """Says nothing."""
        return Staged((texts[-1], True, 0.0))


def _said(result: ScanResult) -> Staged:
    return staged(result, result.text)


def stage_of(
    scanner: Declaration,
    specified: Callable[[Declaration], dict[str, Any]],
    limits: Limits,
    views: Views | None,
    *,
    output: bool,
) -> Stage | Absent:
    """The scanner as a stage of a cascade in a shield.

    Args:
        scanner: The scanner; one without a vault.
        specified: What makes it what the runtime reads.
        limits: The shield's.
        views: The shield's.
        output: Whether it scans outputs.

    Raises:
        ConfigError: If it cannot work.
        ModelError: If it cannot have its model, and nothing may stand in for it.
    """
    from pyshield._runtime import Shield as NativeShield

    spec = specified(scanner)
    if "skipped" in spec:
        return Absent()
    # Whoever asks it has been admitted by the shield, which also knows the deadline.
    bounds = limits.to_config() | {"policy": "wait", "deadline": None}
    whole = {
        "prompt": [] if output else [spec],
        "output": [spec] if output else [],
        "limits": bounds,
        "views": None if views is None else views.to_config(),
        "cache": None,
        "on_error": "raise",
    }
    return Stage(NativeShield(json.dumps(whole)), scanner, output=output)
