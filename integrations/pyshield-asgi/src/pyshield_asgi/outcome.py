"""What the scans of a request's body said, for the application to read in `scope["pyshield"]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield_asgi.path import pointer

if TYPE_CHECKING:
    from pyshield._runtime import ScannedDocument
    from pyshield.results import Finding, ScanResult
    from pyshield_asgi.path import Path

__all__ = ["ScannedBody", "ScannedField", "fields_of"]


class ScannedField(NamedTuple):
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


class ScannedBody:
    """The outcome of a request.

    Args:
        fields: The scanned fields, as far as they are told one by one.
        guards: Who scanned.
        document: A scanned document whose fields follow those; they are told when they are asked for.

    Attributes:
        guards: Who scanned, so that a middleware that is entered twice scans once.
    """

    __slots__ = ("_document", "_fields", "guards")

    def __init__(
        self,
        fields: tuple[ScannedField, ...] = (),
        guards: tuple[Any, ...] = (),
        document: ScannedDocument | None = None,
    ) -> None:
        self._fields = fields
        self._document = document
        self.guards = guards

    @property
    def fields(self) -> tuple[ScannedField, ...]:
        """The scanned fields in the order of the document; nothing for an empty body."""
        if self._document is not None:
            self._fields += fields_of(self._document)
            self._document = None
        return self._fields

    @property
    def rewritten(self) -> bool:
        """Whether the application is given something else than the client sent."""
        return any(field.rewritten for field in self.fields)

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Every finding with the JSON pointer of its field; positions are those in the text as sent."""
        return [(field.pointer, finding) for field in self.fields for finding in field.result.findings]

    def __repr__(self) -> str:
        return f"<ScannedBody of {len(self.fields)} fields>"


def fields_of(document: ScannedDocument) -> tuple[ScannedField, ...]:
    """The fields of a scanned document, one by one."""
    return tuple(
        [ScannedField(field.path, result, result.text != field.text) for field, result in document.fields()]
    )
