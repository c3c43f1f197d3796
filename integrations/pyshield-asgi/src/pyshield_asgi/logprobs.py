"""Log probabilities: they spell a text out once more, so they go where it was changed."""

from __future__ import annotations

import json
from typing import Any

from pyshield.dialects.base import written
from pyshield_asgi.problem import TOO_DEEP, RejectedError

__all__ = ["without_logprobs"]

_NAME = "logprobs"


def without_logprobs(text: str) -> str:
    """A JSON document without log probabilities; itself if it has none.

    Raises:
        RejectedError: If it has some and cannot be read.
    """
    if f'"{_NAME}"' not in text:
        return text
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # a number of thousands of digits, say
        raise RejectedError(TOO_DEEP) from None
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get(_NAME):
                value[_NAME] = [] if isinstance(value[_NAME], list) else None
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return written(document)
