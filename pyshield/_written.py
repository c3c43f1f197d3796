"""One ASCII word in the writings that a model is asked for to get it past a filter."""

from __future__ import annotations

import codecs
from base64 import b32encode, b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["written"]

_SEPARATORS = (" ", "-", "_", ".", ",", ", ", "\n", " - ", "/", "|", "*")


def written(word: str) -> list[str]:
    """The word and its other writings, each once; of capitals and small letters only one form.

    Args:
        word: ASCII letters and digits, some eight at least.
    """
    codes = word.encode("ascii")
    forms = [word, word[::-1], codecs.encode(word, "rot13")]
    forms += (separator.join(word) for separator in _SEPARATORS)
    digits = [f"{code:02x}" for code in codes]
    forms += (joint.join(digits) for joint in ("", " ", ":", "-", ", ", "%", "\\x", " 0x", ", 0x", "\\u00"))
    forms += ("".join(f"&#{code};" for code in codes), "".join(f"&#x{code:x};" for code in codes))
    forms += (joint.join(map(str, codes)) for joint in (" ", ",", ", ", "-"))
    forms += (joint.join(f"{code:08b}" for code in codes) for joint in ("", " "))
    forms += (joint.join(f"{code:o}" for code in codes) for joint in (" ", "\\"))
    forms += _within(codes, 3, b64encode)
    forms += _within(codes, 5, b32encode)
    return list(dict.fromkeys(form.lower() for form in forms))


def _within(codes: bytes, block: int, encode: Callable[[bytes], bytes]) -> list[str]:
    """What the word is within anything longer that is encoded: wherever it begins in a block."""
    forms = []
    for before in range(block):
        # A block that the word shares with what stands beside it is left out.
        first = (block - before) % block
        inner = codes[first : first + (len(codes) - first) // block * block]
        forms.append(encode(inner).decode("ascii"))
    return forms
