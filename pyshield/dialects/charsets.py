"""Charsets in which texts may be written, and what JSON begins with in any of them."""

from __future__ import annotations

import codecs
import re

__all__ = ["OPENINGS", "charset_of", "opening_of"]

_KNOWN = re.compile(
    r"utf-?8|utf-?16(?:-?[lb]e)?|utf-?32(?:-?[lb]e)?|(?:us-)?ascii|latin-?1|iso-?8859-?\d{1,2}"
    r"|(?:windows|cp)-?125\d",
    re.IGNORECASE,
)
"""Charsets that are decoded. Python knows more codecs, some of them no charsets or slow on purpose."""

OPENINGS = (b"{", b"[", b'"')
"""What JSON begins with that holds text."""

_BEFORE = b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"
"""Bytes before that, in every encoding: of byte order marks and white space."""


def opening_of(data: bytes) -> bytes:
    """The first byte of a document, if there is one, behind byte order marks and white space.

    Args:
        data: The document, or its beginning, in UTF-8, UTF-16 or UTF-32.
    """
    return data.lstrip(_BEFORE)[:1]


def charset_of(name: str) -> str:
    """A charset as Python spells it.

    Args:
        name: As a header names it.

    Raises:
        LookupError: If it is none that is decoded.
    """
    if not _KNOWN.fullmatch(name):
        raise LookupError("no charset that is decoded")
    return codecs.lookup(name).name
