"""Bodies whose media type nobody names: text, if they begin as text does."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from pyshield.dialects.flow import Flow, TextFlow

if TYPE_CHECKING:
    from pyshield.dialects.outputs import Outputs

__all__ = ["NotTextError", "UnnamedFlow"]


class NotTextError(ValueError):
    """A body that is no text, and must not pass as another one."""


class UnnamedFlow(Flow):
    """A body of no media type: what a model writes is text in UTF-8, pictures and archives are not.

    Args:
        outputs: As for `Flow`.
        most: As for `Flow`.
        refuses: Whether one that is no text must not pass.
    """

    __slots__ = ("_refuses", "_text")

    def __init__(self, outputs: Outputs, most: int, *, refuses: bool) -> None:
        super().__init__(outputs, most)
        self._refuses = refuses
        # How it is read, once its first bytes have come; `None` before, and where it is not.
        self._text: TextFlow | bool | None = None

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`.

        Raises:
            NotTextError: If it is no text, and must not pass.
        """
        if self._text is None and data:
            self._text = TextFlow(self._outputs, self._most) if _is_text(data) else False
            if self._text is False and self._refuses:
                raise NotTextError("a body without a media type is no text")
        return await self._text.feed(data) if isinstance(self._text, TextFlow) else data

    async def finish(self) -> bytes:
        """See `Flow`."""
        return await self._text.finish() if isinstance(self._text, TextFlow) else b""


def _is_text(data: bytes) -> bool:
    """Whether bytes are UTF-8, as far as they go, and say nothing that texts do not."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
