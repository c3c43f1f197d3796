"""Where in a JSON record the text is: a key, or a JSON pointer (RFC 6901)."""

from __future__ import annotations

from typing import Any

__all__ = ["Pointer"]


class Pointer:
    """A place in a JSON value.

    Args:
        written: A top-level key (`prompt`), or a pointer when it begins with a slash (`/messages/0/content`).
    """

    __slots__ = ("_steps", "written")

    def __init__(self, written: str) -> None:
        self.written = written
        steps = written[1:].split("/") if written.startswith("/") else [written]
        if written.startswith("/"):
            steps = [step.replace("~1", "/").replace("~0", "~") for step in steps]
        self._steps = tuple(steps)

    def text_in(self, record: Any) -> str:  # noqa: ANN401  # JSON is untyped
        """The string at this place.

        Raises:
            LookupError: If there is none; the message does not quote the record.
        """
        value = record
        for step in self._steps:
            value = _step(value, step)
        if not isinstance(value, str):
            found = "no" if value is _ABSENT else "no string at"
            raise LookupError(f"{found} {self.written}")  # noqa: TRY004  # one error for "not there"
        return value

    def replace_in(self, record: Any, text: str) -> None:  # noqa: ANN401
        """Puts `text` in the place of the string that `text_in` found."""
        for step in self._steps[:-1]:
            record = _step(record, step)
        last = self._steps[-1]
        record[int(last) if isinstance(record, list) else last] = text


_ABSENT = object()


def _step(value: Any, step: str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    # RFC 6901: digits without a leading zero. `isdecimal` alone would take other scripts' digits.
    is_index = step.isascii() and step.isdecimal() and len(step) < 10 and (step == "0" or step[0] != "0")
    if isinstance(value, list) and is_index and int(step) < len(value):
        return value[int(step)]
    return _ABSENT
