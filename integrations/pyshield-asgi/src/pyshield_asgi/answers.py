"""What is text in JSON that an application answers, where nobody says which fields are.

Every string is, but for those under names that nobody would call a text (`id`, `role`, `created_at`, …). In
an answer in the shape of a provider's API, what that shape keeps for itself is none either, as in streams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyshield.dialects.texts import HANDED, NAMES, SETTINGS, is_name
from pyshield_asgi.body import parse, value_of
from pyshield_asgi.content import Media
from pyshield_asgi.document import MalformedError, TooDeepError
from pyshield_asgi.fields import EVERY_STRING, Fields
from pyshield_asgi.problem import TOO_DEEP, RejectedError, too_many

if TYPE_CHECKING:
    from pyshield_asgi.body import Body, Choice
    from pyshield_asgi.path import Path

__all__ = ["TEXTS", "Answer"]

TEXTS = Fields(EVERY_STRING, but=NAMES)
"""Every string, but for those under names that no text has, whatever the shape."""

_STRINGS_PER_TEXT = 8
"""Strings that an answer may have for each text that it may."""


class Answer(NamedTuple):
    """An answer and its texts.

    Attributes:
        body: The answer; its fields are its texts.
        kept: Of each string of `TEXTS` whether it is a text.
    """

    body: Body
    kept: list[bool]

    @classmethod
    def of(cls, data: bytes, charset: str | None, choice: Choice | None, most: int) -> Answer:
        """Reads an answer; raises as `parse` does.

        Args:
            data: The body.
            charset: The charset its headers name.
            choice: Which fields to find; its texts if `None`.
            most: How many there may be.
        """
        if choice is not None:
            body = parse(data, Media.JSON, charset, choice, most)
            return cls(body, [True] * len(body.fields))
        body = parse(data, Media.JSON, charset, TEXTS, most * _STRINGS_PER_TEXT)
        try:
            document = value_of(body.text)
        except (MalformedError, TooDeepError):
            raise RejectedError(TOO_DEEP) from None
        shape = _shape(document)
        kept = [_is_text(document, _steps(field.path), shape) for field in body.fields]
        fields = [field for field, keep in zip(body.fields, kept, strict=True) if keep]
        if len(fields) > most:
            raise RejectedError(too_many(most))
        return cls(body._replace(fields=fields), kept)


def _shape(document: Any) -> str | None:  # noqa: ANN401  # any JSON value
    """Whose shape an answer has; `None` if it is of no provider's that is known."""
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("choices"), list):
        return "chat"
    if document.get("object") == "response" and isinstance(document.get("output"), list):
        return "response"
    if document.get("type") == "message" and isinstance(document.get("content"), list):
        return "message"
    return None


def _is_text(document: Any, steps: list[str | int], shape: str | None) -> bool:  # noqa: ANN401
    """Whether the string at the end of these steps is a text."""
    if shape is None:
        # Sound has no other name; its words have.
        return steps[-1:] != ["audio"] and steps[-2:] != ["audio", "data"]
    if shape == "response" and steps[0] in SETTINGS:
        return False
    value = document
    for step in steps:
        if step in HANDED:
            return True
        if isinstance(step, str) and is_name(step, value.get("type") if isinstance(value, dict) else None):
            return False
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):  # of two equal keys, the one that does not count
            value = None
    return True


def _steps(path: Path) -> list[str | int]:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    steps.reverse()
    return steps
