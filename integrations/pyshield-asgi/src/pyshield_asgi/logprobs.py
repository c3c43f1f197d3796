"""Log probabilities: they spell a text out once more, so they go where it was changed."""

from __future__ import annotations

import json

from pyshield.dialects.base import written
from pyshield.dialects.texts import forget_logprobs
from pyshield_asgi.problem import TOO_DEEP, RejectedError

__all__ = ["without_logprobs"]


def without_logprobs(text: str) -> str:
    """A JSON document without log probabilities; itself if it has none.

    Raises:
        RejectedError: If it has some and cannot be read.
    """
    if '"logprobs"' not in text:
        return text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, say
        raise RejectedError(TOO_DEEP) from None
    forget_logprobs(document)
    return written(document)
