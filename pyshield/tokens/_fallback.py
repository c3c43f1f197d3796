"""Token counts without the extension: with tiktoken if it works, else an estimate from the length.

tiktoken downloads its vocabularies when they are first used and keeps them in a cache folder. Where it
can do neither, counting still has to return: it says so once and estimates.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pyshield.errors import EncodingError, InvalidInput
from pyshield.tokens._extension import LOGGER
from pyshield.tokens._models import model_of

if TYPE_CHECKING:
    from pyshield.tokens._models import Model

__all__ = ["count", "truncate"]

_CHARACTERS_PER_TOKEN = 4
"""OpenAI's and Google's rule of thumb for English text."""


@functools.cache
def _encoding(name: str) -> Any | None:  # noqa: ANN401  # tiktoken is optional, so its type is too
    """The tiktoken encoding of that name, `None` if it cannot be had; decided once for the process."""
    try:
        import tiktoken
    except ImportError:
        return None
    try:
        return tiktoken.get_encoding(name)
    except Exception as error:  # noqa: BLE001  # whatever the download and the cache can raise
        LOGGER.warning("tiktoken has no %s here (%s), estimating tokens", name, type(error).__name__)
        return None


def _check(text: str) -> None:
    """Refuses what the extension refuses."""
    if not isinstance(text, str):
        raise TypeError(f"text must be str, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("Invalid input: the text holds lone surrogates") from None


def _tokens(encoding: Any, text: str) -> list[int]:  # noqa: ANN401
    """The tokens, control tokens read as the characters they are written with."""
    try:
        tokens: list[int] = encoding.encode_ordinary(text)
    except Exception as error:  # noqa: BLE001  # tiktoken documents none
        raise EncodingError(f"Encoding error: tiktoken raised {type(error).__name__}") from None
    return tokens


def count(text: str, model: str) -> tuple[int, bool]:
    """The number of tokens, and whether it is exact."""
    how = model_of(model)
    _check(text)
    encoding = _encoding(how.encoding)
    if encoding is None:
        return len(text) // _CHARACTERS_PER_TOKEN, False
    return how.rate(len(_tokens(encoding, text))), how.percent is None


def truncate(text: str, max_tokens: int, model: str) -> str:
    """The first part of the text that has no more than `max_tokens` tokens."""
    how = model_of(model)
    _check(text)
    encoding = _encoding(how.encoding)
    if encoding is None:
        return text[: max_tokens * _CHARACTERS_PER_TOKEN]
    return _cut(encoding, text, max_tokens, how)


def _cut(encoding: Any, text: str, max_tokens: int, how: Model) -> str:  # noqa: ANN401
    tokens = _tokens(encoding, text)
    budget = how.budget(max_tokens)
    if len(tokens) <= budget:
        return text
    keep, dropped = budget, 1
    while True:
        # A character whose bytes are split over two tokens is left out; "ignore" drops nothing else.
        kept = str(encoding.decode_bytes(tokens[:keep]).decode("utf-8", "ignore"))
        if not kept or len(_tokens(encoding, kept)) <= budget:
            return kept
        keep, dropped = max(0, budget - dropped), dropped * 2
