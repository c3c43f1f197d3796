"""Prompt: what the answers of one request, or one connection, answer."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from pyshield_asgi.content import Media

if TYPE_CHECKING:
    from pyshield_asgi._types import Scope
    from pyshield_asgi.guard import Guard

__all__ = ["OFFLOADED", "Prompt"]

OFFLOADED = 64 * 1024
"""Bytes of a body from which on it is parsed in a thread: about half a millisecond's work."""


class Prompt:
    """What was asked, found when the first answer has to know.

    Args:
        guard: Whose `prompt` tells.
        scope: The scope.
    """

    __slots__ = ("_asked", "_guard", "_media", "_scope", "_text")

    def __init__(self, guard: Guard, scope: Scope) -> None:
        self._guard = guard
        self._scope = scope
        # The document that asks, until it has been looked at.
        self._media = Media.OTHER
        self._text = ""
        self._asked: str | None = None

    def of(self, media: Media, text: str) -> None:
        """Takes the document that asks, as the application is given it."""
        self._media = media
        self._text = text
        self._asked = None

    async def text(self) -> str:
        """What was asked."""
        if self._asked is None:
            long = self._media is Media.JSON and len(self._text) >= OFFLOADED
            document = await asyncio.to_thread(self._document) if long else self._document()
            self._asked = _whole(self._guard.prompt(self._scope, document))
            self._text = ""
        return self._asked

    def _document(self) -> Any:  # noqa: ANN401  # any JSON value
        if self._media is Media.TEXT:
            return self._text
        if self._media is not Media.JSON:
            return None
        try:
            return json.loads(self._text)
        except (ValueError, RecursionError):  # thousands of digits, say
            return None


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, of which no scanner has seen those outside the fields."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()
