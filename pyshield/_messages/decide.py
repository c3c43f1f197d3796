"""What the scanners' verdicts on a text amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._messages.policy import Decision

if TYPE_CHECKING:
    from pyshield._messages.policy import Decisions
    from pyshield._runtime import ScanResult

__all__ = ["decided", "decided_split", "kind_of"]


def kind_of(scanner: str) -> str:
    """The class name of a scanner, of its key in `ScanResult.verdicts`."""
    return scanner.partition("#")[0]


def decided(decisions: Decisions, result: ScanResult, *, changed: bool, fixed: bool) -> Decision:
    """The decision on one text.

    Args:
        decisions: What verdicts amount to.
        result: What the scanners said.
        changed: Whether they left another text.
        fixed: Whether it cannot be replaced where it stands.
    """
    if result.is_valid:
        return Decision.ALLOW
    replaced: dict[str, bool] = {}
    for finding in result.findings:
        kept = finding.replacement is None
        replaced[finding.scanner] = replaced.get(finding.scanner, True) and not kept
    strictest = Decision.ALLOW
    for name, verdict in result.verdicts.items():
        if verdict.is_valid:
            continue
        if verdict.error is not None:
            strictest = max(strictest, decisions.failed)
            continue
        # A scanner of one's own says what it changed with the text alone.
        gone = replaced.get(name, False) and not result.omitted_findings
        own = name not in replaced and changed and decisions.scanners.get(kind_of(name)) is Decision.REDACT
        decision = _of(
            decisions, name, verdict.risk, gone=(gone or own) and not fixed, else_=decisions.refused
        )
        strictest = max(strictest, decision)
    return strictest


def decided_split(decisions: Decisions, scanner: str, risk: float) -> Decision:
    """The decision on something that a scanner finds only in several texts put together."""
    return _of(decisions, scanner, risk, gone=False, else_=decisions.split)


def _of(decisions: Decisions, scanner: str, risk: float, *, gone: bool, else_: Decision) -> Decision:
    chosen = decisions.scanners.get(kind_of(scanner))
    if chosen is not None and (gone or chosen is not Decision.REDACT):
        return chosen
    if gone:
        return decisions.redacted
    unsure = decisions.ask_below is not None and risk < decisions.ask_below
    return min(else_, Decision.ASK) if unsure else else_
