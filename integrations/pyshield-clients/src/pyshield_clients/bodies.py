"""Bodies: what a request holds as JSON documents, and how it is written again once they are others."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from pyshield.dialects.base import written
from pyshield.errors import TextError
from pyshield_clients.errors import NotGuardable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Body", "Json", "is_json", "load", "media_of", "too_many"]


class Body(ABC):
    """The body of a request.

    Attributes:
        documents: What it holds; texts in it may be put in the place of others.
    """

    __slots__ = ("documents",)

    documents: list[Any]

    @property
    def streams(self) -> bool:
        """Whether it asks for a stream, in a form by a word."""
        asked = [one.get("stream") for one in self.documents if isinstance(one, dict)]
        return any(one is True or one == "true" for one in asked)

    @abstractmethod
    def written(self) -> bytes:
        """The body with its documents as they are now."""


class Json(Body):
    """A body that is one JSON document.

    Raises:
        NotGuardable: If it cannot be read.
    """

    __slots__ = ()

    def __init__(self, body: bytes) -> None:
        self.documents = [load(body)]

    def written(self) -> bytes:
        """See `Body`."""
        return written(self.documents[0]).encode()


def load(data: bytes) -> Any:  # noqa: ANN401  # any JSON value
    """Reads JSON.

    Raises:
        NotGuardable: If it cannot be read.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise NotGuardable("the request's body cannot be read as JSON, so it cannot be scanned") from None


def media_of(headers: Mapping[str, str]) -> tuple[str, str]:
    """The media type that headers name, and its parameters."""
    essence, _, parameters = headers.get("content-type", "").partition(";")
    return essence.strip().lower(), parameters


def is_json(essence: str) -> bool:
    """Whether a media type says that a body is JSON."""
    return essence == "application/json" or essence.endswith("+json")


def too_many(most: int) -> TextError:
    """The error for a request with more texts than are scanned."""
    return TextError(f"the request has more than the {most} texts that are scanned (max_texts)")
