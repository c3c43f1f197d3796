"""Where in a JSON record the text is: a key, or a JSON pointer (RFC 6901)."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield._runtime import FieldTable

__all__ = ["Pointer"]


class Pointer:
    """A place in a JSON value.

    Args:
        written: A top-level key (`prompt`), or a pointer when it begins with a slash (`/messages/0/content`).
    """

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

    def replaced(self, line: str, text: str) -> str:
        """The record that `line` is with `text` in this place, and every other byte as it was.

        Args:
            line: A record in which `text_in` finds a string.
            text: What takes its place.

        Returns:
            The line, with its end. A record that names the place twice is written anew: of what stands there
            twice only the last was read, so only that may go on.
        """
        from pyshield._runtime import DocumentFault

        found = self._table.locate(line, 2)
        if isinstance(found, DocumentFault) or len(found) != 1:
            record = json.loads(line)
            self.replace_in(record, text)
            return json.dumps(record, ensure_ascii=line.isascii()) + "\n"
        place = found[0]
        if place.text != text:
            literal = json.dumps(text, ensure_ascii=line.isascii())
            line = line[: place.start] + literal + line[place.end :]
        return line if line.endswith("\n") else line + "\n"

    @cached_property
    def _table(self) -> FieldTable:
        from pyshield._runtime import FieldTable

        below = [(False, [(step, number)], None) for number, step in enumerate(self._steps, 1)]
        return FieldTable([*below, (True, [], None)], 0)


_ABSENT = object()


def _step(value: Any, step: str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    # RFC 6901: digits without a leading zero. `isdecimal` alone would take other scripts' digits.
    is_index = step.isascii() and step.isdecimal() and len(step) < 10 and (step == "0" or step[0] != "0")
    if isinstance(value, list) and is_index and int(step) < len(value):
        return value[int(step)]
    return _ABSENT
