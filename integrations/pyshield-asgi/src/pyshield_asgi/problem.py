"""Refusals as problem details (RFC 9457)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, Any

from pyshield.errors import Closed, DeadlineExceeded, Overloaded, TextError
from pyshield_asgi.path import clipped_pointer
from pyshield_asgi.policy import failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyshield.errors import ShieldError
    from pyshield_asgi.outcome import ScannedBody, ScannedField

__all__ = [
    "ENCODED",
    "HALF_A_PAIR",
    "OUTPUT_REFUSED",
    "TOO_DEEP",
    "UNSUPPORTED",
    "Problem",
    "RejectedError",
    "of_error",
    "of_output_error",
    "of_refusal",
    "too_large",
    "too_many",
]

_MOST = 100
"""Findings and fields that one answer lists."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that is given in the application's place.

    Attributes:
        status: The HTTP status.
        code: The end of `type`, `urn:pyshield:problem:<code>`: what a client switches on.
        title: The problem in a few words, the same for every occurrence.
        detail: This occurrence, without a word of the text.
        headers: Headers beside type and length.
        members: Members beside those of RFC 9457.
    """

    status: int
    code: str
    title: str
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    members: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The members of the problem."""
        return {
            "type": f"urn:pyshield:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }

    def encoded(self) -> bytes:
        """The problem as `application/problem+json`."""
        return json.dumps(self.document()).encode()


class RejectedError(Exception):
    """The request ends here, with `problem` for an answer; the log is told why, if there is more to tell."""

    def __init__(self, problem: Problem, why: str = "") -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.why = why or problem.title


UNSUPPORTED = Problem(
    415,
    "unsupported-media-type",
    "An unsupported media type",
    "Bodies of this media type are not scanned, and not let through unscanned.",
)
ENCODED = Problem(
    415,
    "encoded",
    "An encoded body",
    "The body has a content-encoding, so it cannot be scanned; send it as it is.",
    ((b"accept-encoding", b"identity"),),
)


OUTPUT_REFUSED = Problem(
    502,
    "output-refused",
    "The answer was refused",
    "The answer must not pass, or could not be scanned; nothing of it is sent.",
)


def of_output_error(error: ShieldError) -> Problem:
    """The problem that an error of the shield is when the answer could not be scanned."""
    problem = of_error(error)
    if problem.status == 503:
        # The application has run: what it did is not undone, so nobody is told to send the request again.
        return replace(problem, detail="The request was processed; its answer was not scanned, and not sent.")
    return Problem(500, "scan-failed", "The scan failed", "The answer could not be scanned; it is not sent.")


TOO_DEEP = Problem(400, "too-deep", "The body is nested too deeply", "The body is nested too deeply.")
HALF_A_PAIR = Problem(
    400, "not-text", "A string is not text", "A string of the body holds half of a surrogate pair."
)


def too_many(most: int) -> Problem:
    """The problem of a document with more than `most` texts."""
    return Problem(
        413, "too-many-texts", "The body has too many texts", f"The body has more than {most} texts."
    )


def too_large(most: int) -> Problem:
    """The problem of a body with more than `most` bytes."""
    detail = f"The body is larger than the {most} bytes that are scanned."
    return Problem(413, "too-large", "The body is too large", detail)


def of_error(error: ShieldError) -> Problem:
    """The problem that an error of the shield is to a client."""
    if isinstance(error, Overloaded):
        return Problem(
            503,
            "overloaded",
            "Too many requests are being scanned",
            "The request was not scanned and not processed; try again later.",
            _retry_after(error.retry_after),
        )
    if isinstance(error, DeadlineExceeded):
        return Problem(
            503,
            "deadline-exceeded",
            "The scan took too long",
            "The request was not processed; try again later.",
            _retry_after(1.0),
        )
    if isinstance(error, Closed):
        return Problem(
            503,
            "closed",
            "The service is shutting down",
            "The request was not scanned and not processed; try again later.",
            _retry_after(1.0),
        )
    if isinstance(error, TextError):
        # Lone surrogates were refused before: what is left is `Limits.max_text_bytes`.
        return Problem(413, "text-too-long", "A text is too long", "A text is longer than is scanned.")
    return Problem(500, "scan-failed", "The scan failed", "The request was not processed.")


REFUSED = Problem(
    422,
    "refused",
    "The content was refused",
    "A scanner refused a part of the request; nothing of it was processed.",
)


def of_refusal(body: ScannedBody, refused: Iterable[ScannedField], *, disclose: bool) -> Problem:
    """The problem of a request with fields that are refused.

    Args:
        body: What was scanned.
        refused: The fields that are not let through.
        disclose: Whether the client is told which scanners refused what, and where.
    """
    members: dict[str, Any] = {}
    if disclose:
        members["refused"] = [
            {"pointer": clipped_pointer(part.path), "scanners": failed(part.result)}
            for _, part in zip(range(_MOST), refused, strict=False)
        ]
        members["findings"], members["omitted_findings"] = _findings(body)
    return replace(REFUSED, members=members)


def _findings(body: ScannedBody) -> tuple[list[dict[str, Any]], int]:
    """Findings as a client sees them, and how many there are beyond those."""
    listed: list[dict[str, Any]] = []
    omitted = 0
    for part in body.fields:
        findings = part.result.findings
        room = _MOST - len(listed)
        omitted += max(0, len(findings) - room) + part.result.omitted_findings
        where = clipped_pointer(part.path) if findings and room else ""
        listed += (
            {
                "pointer": where,
                "scanner": finding.scanner,
                "label": finding.label,
                "start": finding.start,
                "end": finding.end,
            }
            for finding in findings[:room]
        )
    return listed, omitted


def _retry_after(seconds: float) -> tuple[tuple[bytes, bytes], ...]:
    """The header, in whole seconds; at least one, because zero invites a storm."""
    return ((b"retry-after", b"%d" % max(1, ceil(seconds))),)
