"""Charsets in which texts may be written."""

from __future__ import annotations

import codecs
import re

__all__ = ["charset_of"]

_KNOWN = re.compile(
    r"utf-?8|utf-?16(?:-?[lb]e)?|utf-?32(?:-?[lb]e)?|(?:us-)?ascii|latin-?1|iso-?8859-?\d{1,2}"
    r"|(?:windows|cp)-?125\d",
    re.IGNORECASE,
)
"""Charsets that are decoded. Python knows more codecs, some of them no charsets or slow on purpose."""


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
