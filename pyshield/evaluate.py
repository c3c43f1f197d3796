"""llm-guard's two calls, and their awaitable twins.

Scanners run one after another, each on the text the one before left. `Shield` runs them all at once on the
original text; these are for programs that rely on llm-guard's order and tuples.
"""

from __future__ import annotations

from inspect import iscoroutine
from typing import TYPE_CHECKING, Any

from pyshield._await import awaited
from pyshield._check import string
from pyshield.errors import ScannerError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Results", "ascan_output", "ascan_prompt", "scan_output", "scan_prompt"]

Results = tuple[str, dict[str, bool], dict[str, float]]
"""The text after all scanners; whether it passes, and its risk, by scanner class name."""


def scan_prompt(scanners: Sequence[Any], prompt: str, fail_fast: bool = False) -> Results:
    """Runs input scanners over a prompt.

    Args:
        scanners: Objects with `scan(prompt)`, built-in or your own.
        prompt: The prompt.
        fail_fast: Whether to stop at the first scanner that refuses.

    Returns:
        The prompt after all scanners; whether it passes, and its risk, by scanner class name. Of two scanners
        of one class the later counts. Without scanners, or for a blank prompt, both dicts are empty.

    Raises:
        ScannerError: If the `scan` of one of your own is asynchronous; others' exceptions come as they are.
    """
    valid: dict[str, bool] = {}
    risk: dict[str, float] = {}
    if not scanners or not string("prompt", prompt).strip():
        return prompt, valid, risk
    for scanner in scanners:
        name = type(scanner).__name__
        prompt, valid[name], risk[name] = _said(scanner.scan(prompt), name, "ascan_prompt")
        if fail_fast and not valid[name]:
            break
    return prompt, valid, risk


def scan_output(
    scanners: Sequence[Any],
    prompt: str,
    output: str,
    fail_fast: bool = False,
) -> Results:
    """Runs output scanners over a model's output.

    Args:
        scanners: Objects with `scan(prompt, output)`, built-in or your own.
        prompt: The prompt that was answered.
        output: The output.
        fail_fast: Whether to stop at the first scanner that refuses.

    Returns:
        As `scan_prompt`, for the output.
    """
    valid: dict[str, bool] = {}
    risk: dict[str, float] = {}
    if not scanners or not string("output", output).strip():
        return output, valid, risk
    for scanner in scanners:
        name = type(scanner).__name__
        output, valid[name], risk[name] = _said(scanner.scan(prompt, output), name, "ascan_output")
        if fail_fast and not valid[name]:
            break
    return output, valid, risk


def _said(verdict: Any, name: str, instead: str) -> Any:  # noqa: ANN401  # whatever a scanner returns
    """What a scanner says, unless it has yet to be awaited."""
    if iscoroutine(verdict):
        verdict.close()
        raise ScannerError(f"{name}: its `scan` is asynchronous; use {instead}", name, "failed")
    return verdict


async def ascan_prompt(
    scanners: Sequence[Any],
    prompt: str,
    fail_fast: bool = False,
) -> Results:
    """As `scan_prompt`, without holding up the event loop.

    A scanner's `ascan` is awaited if it has one, else its `scan` if that is a coroutine function; any other
    `scan` runs in a thread, with the caller's context variables.
    """
    valid: dict[str, bool] = {}
    risk: dict[str, float] = {}
    if not scanners or not string("prompt", prompt).strip():
        return prompt, valid, risk
    for scanner in scanners:
        name = type(scanner).__name__
        prompt, valid[name], risk[name] = await awaited(scanner, prompt)
        if fail_fast and not valid[name]:
            break
    return prompt, valid, risk


async def ascan_output(
    scanners: Sequence[Any],
    prompt: str,
    output: str,
    fail_fast: bool = False,
) -> Results:
    """As `scan_output`, without holding up the event loop; see `ascan_prompt`."""
    valid: dict[str, bool] = {}
    risk: dict[str, float] = {}
    if not scanners or not string("output", output).strip():
        return output, valid, risk
    for scanner in scanners:
        name = type(scanner).__name__
        output, valid[name], risk[name] = await awaited(scanner, prompt, output)
        if fail_fast and not valid[name]:
            break
    return output, valid, risk
