"""What every dialect does."""

from __future__ import annotations

import json
import re
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["Dialect", "Document", "Held", "name_of", "read", "written"]

Document = dict[str, Any]


class Held(NamedTuple):
    """A document with what was held of a text.

    Attributes:
        document: The document.
        name: The name of the events that the text comes in, if they have one.
    """

    document: Any
    name: str | None


_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_HALF = re.compile("[\ud800-\udfff]")
_LARGEST = sys.float_info.max


class _TwiceError(ValueError):
    """An object has a key twice."""


def _finite(digits: str) -> float:
    """A number of a document, which is put where a larger one cannot be written in JSON again."""
    return max(-_LARGEST, min(float(digits), _LARGEST))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _TwiceError
    return made


_read = json.JSONDecoder(parse_float=_finite, object_pairs_hook=_once).decode
_read_anyway = json.JSONDecoder(parse_float=_finite).decode


def read(data: str) -> tuple[Any, bool]:
    """A document, and whether its text says more than that: a key that it has twice.

    Which of the two counts is for each reader to say, so such a text does not go on as it is.

    Raises:
        ValueError: If it is no JSON.
        RecursionError: If it is nested too deeply.
    """
    try:
        return _read(data), False
    except _TwiceError:
        return _read_anyway(data), True


def written(document: Any) -> str:  # noqa: ANN401  # any JSON value
    """A document as JSON in characters that can be encoded: half of a surrogate pair stays an escape."""
    text = _write(document)
    return text if text.isascii() else _HALF.sub(lambda half: f"\\u{ord(half.group()):04x}", text)


def name_of(value: Any) -> str | int | None:  # noqa: ANN401  # any JSON value
    """What a text is told apart by, where it should be a number or a name, and may be anything."""
    return value if value is None or isinstance(value, str | int) else json.dumps(value)


class Dialect(ABC):
    """The documents of one response.

    Args:
        outputs: Where the texts go through.

    Attributes:
        done: What follows the last document of a response that was cut off; `None` if nothing does.
        typed: Whether a document's `type` is the name of its event.
    """

    __slots__ = ("outputs",)

    done: ClassVar[str | None] = None
    typed: ClassVar[bool] = False

    def __init__(self, outputs: Outputs) -> None:
        self.outputs = outputs

    def blocked(self) -> bool:
        """Whether a text must not go on, as any call of `outputs` may show."""
        return self.outputs.blocked

    @staticmethod
    @abstractmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether a document is one of this dialect."""

    @abstractmethod
    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """The documents to send in place of this one; `None` if it is to be sent as it is."""

    @abstractmethod
    async def rest(self) -> list[Any]:
        """Documents with what is still held when no more come."""

    @abstractmethod
    def cut(self) -> list[Any]:
        """The documents that end the response where it was cut off."""

    def failed(self) -> list[Any]:
        """The documents that end the response where something went wrong."""
        return [{"error": {"message": "The response was interrupted.", "type": "server_error", "code": None}}]
