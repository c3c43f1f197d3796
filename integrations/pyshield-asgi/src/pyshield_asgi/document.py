"""Where the fields of a JSON document are in its text.

The runtime walks the document once. Nothing is rebuilt from parsed values: a document changes only where a
string is put in place of another, so numbers, key order, duplicate keys and white space stay what they were,
byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._runtime import DocumentFault, Located

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

    from pyshield_asgi.fields import Fields
    from pyshield_asgi.path import Path

__all__ = [
    "HalfAPairError",
    "Located",
    "MalformedError",
    "TooDeepError",
    "TooManyError",
    "locate",
    "splice",
]


class MalformedError(ValueError):
    """The text is not JSON.

    Attributes:
        at: Where it stops being JSON, in code points.
    """

    def __init__(self, at: int) -> None:
        super().__init__(f"not JSON at character {at}")
        self.at = at


class TooDeepError(ValueError):
    """The document is nested more deeply than can be followed."""


class TooManyError(ValueError):
    """The document has more fields than are allowed."""


class HalfAPairError(ValueError):
    """A field holds half of a surrogate pair, so it is no text.

    Attributes:
        path: Which field.
    """

    def __init__(self, path: Path) -> None:
        super().__init__("half of a surrogate pair")
        self.path = path


def splice(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The text with each `(start, end, replacement)`, in order and apart from each other, put in."""
    parts: list[str] = []
    done = 0
    for start, end, replacement in changes:
        parts += (text[done:start], replacement)
        done = end
    parts.append(text[done:])
    return "".join(parts)


def locate(text: str, fields: Fields, most: int) -> list[Located]:
    """Checks that the text is one JSON document and finds its fields.

    Args:
        text: The document.
        fields: The compiled patterns.
        most: How many fields there may be.

    Raises:
        MalformedError: If it is not JSON.
        TooDeepError: If it is nested too deeply: 200 levels on the way to a field, 512 elsewhere.
        TooManyError: If there are more fields than `most`.
        HalfAPairError: If a field is no text.
    """
    found = fields.table.locate(text, most)
    if isinstance(found, DocumentFault):
        _raise(found)
    return found


def _raise(fault: DocumentFault) -> NoReturn:
    match fault.kind:
        case "malformed":
            raise MalformedError(fault.at)
        case "deep":
            raise TooDeepError("nested too deeply")
        case "many":
            raise TooManyError("too many fields")
        case _:
            raise HalfAPairError(fault.path)
