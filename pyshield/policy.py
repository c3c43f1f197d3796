"""When a text is refused, and when it goes on redacted: what the integrations decide by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyshield.results import ScanResult

__all__ = ["always", "failed", "incomplete", "refused_by", "told", "unless_redacted"]

_CUTS = frozenset({"TokenLimit"})
"""Scanners whose change takes away what was meant, instead of hiding a part: they refuse."""


def failed(result: ScanResult) -> list[str]:
    """The scanners that refused the text: class names, with `#2` for the second of a class."""
    return [name for name, verdict in result.verdicts.items() if not verdict.is_valid]


def refused_by(
    results: Iterable[ScanResult], refuses: Callable[[ScanResult], bool]
) -> tuple[str, ...] | None:
    """The scanners that refused texts that stand together; `None` if they pass.

    A policy of one's own may refuse what no scanner did: then nobody is named.

    Args:
        results: What came of the texts.
        refuses: Whether a result means that its text must not pass.
    """
    refusing = [result for result in results if refuses(result)]
    if not refusing:
        return None
    return tuple(dict.fromkeys(name for result in refusing for name in failed(result)))


def always(result: ScanResult) -> bool:
    """Refuses whatever a scanner refused, redacted or not."""
    return not result.is_valid


def incomplete(result: ScanResult) -> bool:
    """Whether the result's text is not what the scanners make of a text.

    A scanner failed, was not asked since another one had refused, found more than can be listed, or cut the
    text off.
    """
    if result.omitted_findings or result.errors or "short_circuit" in result.skipped.values():
        return True
    return any(name.partition("#")[0] in _CUTS for name in failed(result))


def unless_redacted(result: ScanResult) -> bool:
    """Refuses unless everything the refusing scanners found has been replaced in the text.

    A scanner that failed, one that names no place, one that left a finding as it is, and one that cut the
    text off all refuse; so does a result that could not hold all findings.
    """
    if result.is_valid:
        return False
    if incomplete(result):
        return True
    replaced: dict[str, bool] = {}
    for finding in result.findings:
        replaced[finding.scanner] = replaced.get(finding.scanner, True) and finding.replacement is not None
    return not all(replaced.get(name, False) for name in failed(result))


def told(scanners: Iterable[str], errors: Iterable[Exception] = ()) -> str:
    """Why a text was refused, for a log: by which scanners, and what kind of thing went wrong in them."""
    names = ", ".join(dict.fromkeys(scanners))
    kinds = ", ".join(dict.fromkeys(type(error).__name__ for error in errors))
    if kinds:
        return f"{names or 'a scanner'} failed with {kinds}"
    return f"{names or 'the policy'} refused it"
