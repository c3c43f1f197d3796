"""The pieces of an output that is still being written, as they are given and as the runtime takes them."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from pyshield._check import string
from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Held", "Pieces", "no_text", "numbered"]


def no_text(pieces: object) -> None:
    """Refuses an output that is given whole: it would pass letter by letter."""
    if isinstance(pieces, str | bytes):
        raise TypeError(f"pieces: expected an iterable of strings, got one {type(pieces).__name__}")


def numbered(at: int, piece: object) -> str:
    """The piece number `at` of those that were given together."""
    return piece if isinstance(piece, str) else string(f"pieces[{at}]", piece)


class Pieces:
    """The pieces of an output as the runtime takes them: whole characters, no more than one call scans."""

    __slots__ = ("_half", "part")

    def __init__(self, part: int) -> None:
        self.part = part
        # The first half of a surrogate pair whose second half is in the next piece.
        self._half = ""

    def of(self, piece: str) -> Iterator[str]:
        piece = self._half + string("piece", piece)
        self._half = ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        if not piece.isascii():
            piece = _paired(piece)
        if len(piece) <= self.part:
            return iter((piece,) if piece else ())
        return (piece[at : at + self.part] for at in range(0, len(piece), self.part))

    def end(self) -> None:
        """Raises `TextError` if half of a pair is left."""
        if self._half:
            self._half = ""
            raise TextError("the output ends with half of a surrogate pair")


def _paired(piece: str) -> str:
    """The piece with halves of surrogate pairs put together; one that is alone the runtime refuses."""
    try:
        piece.encode()
    except UnicodeEncodeError:
        try:
            return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            return piece
    return piece


class Held:
    """An output that has to be scanned as a whole."""

    __slots__ = ("_bytes", "_most", "_text")

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        # Not a list: of short pieces their objects would take many times what they say.
        self._text = StringIO()

    def feed(self, piece: str) -> None:
        string("piece", piece)
        self._bytes += len(piece) if piece.isascii() else len(piece.encode("utf-8", "surrogatepass"))
        if self._bytes > self._most:
            self._text = StringIO()
            raise TextError(
                f"the output has more than the {self._most} bytes that may be held (limits.max_text_bytes)"
            )
        self._text.write(piece)

    def take(self) -> str:
        text, self._text = self._text.getvalue(), StringIO()
        return text if text.isascii() else _paired(text)
