"""What the scans of a request's body said, for the application to read in `scope["pyshield"]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyshield_asgi.path import pointer

if TYPE_CHECKING:
    from pyshield.results import Finding, ScanResult
    from pyshield_asgi.path import Path

__all__ = ["ScannedBody", "ScannedField"]


@dataclass(frozen=True, slots=True)
class ScannedField:
    """One scanned text of a body.

    Attributes:
        path: Where it is, as the middleware walked there; `pointer` is the readable form.
        result: What the shield said; `result.text` is what the application is given.
        rewritten: Whether that differs from what the client sent.
    """

    path: Path
    result: ScanResult
    rewritten: bool

    @property
    def pointer(self) -> str:
        """The JSON pointer of the field; `""` for the whole of a text body."""
        return pointer(self.path)


@dataclass(frozen=True, slots=True)
class ScannedBody:
    """The outcome of a request.

    Attributes:
        fields: The scanned fields in the order of the document; nothing for an empty body.
        guards: Who scanned, so that a middleware that is entered twice scans once.
    """

    fields: tuple[ScannedField, ...] = ()
    guards: tuple[Any, ...] = ()

    @property
    def rewritten(self) -> bool:
        """Whether the application is given something else than the client sent."""
        return any(field.rewritten for field in self.fields)

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Every finding with the JSON pointer of its field; positions are those in the text as sent."""
        return [(field.pointer, finding) for field in self.fields for finding in field.result.findings]
