"""Where in a JSON record the text is: a key, or a JSON pointer (RFC 6901)."""

from __future__ import annotations

import json
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield._runtime import FieldTable, Located

__all__ = ["Pointer", "record_of"]


def record_of(line: str) -> Any:  # noqa: ANN401  # JSON is untyped
    """What a line of JSON Lines holds, and of its objects which keys they have twice.

    Raises:
        ValueError: If it is not JSON; the message can quote it.
        RecursionError: If it is nested too deep.
    """
    return json.loads(line, object_pairs_hook=_object)


class _Doubled(dict[str, Any]):
    """An object with keys that it has twice: some read the first of them, some the last."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.keys_met_twice = {key for key, count in Counter(key for key, _ in pairs).items() if count > 1}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(pairs)


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

    def text_in(self, record: Any) -> str:  # noqa: ANN401
        """The string at this place.

        Args:
            record: What `record_of` gave.

        Raises:
            LookupError: If there is none, or more than one; the message does not quote the record.
        """
        value = record
        for step in self._steps:
            if isinstance(value, _Doubled) and step in value.keys_met_twice:
                raise LookupError(f"more than one {self.written}")
            value = _step(value, step)
        if not isinstance(value, str):
            found = "no" if value is _ABSENT else "no string at"
            raise LookupError(f"{found} {self.written}")  # noqa: TRY004  # one error for "not there"
        return value

    def located(self, line: str) -> Located:
        """Where in its line the string stands that `text_in` found.

        Raises:
            LookupError: If it is no text, but has half of a surrogate pair.
            RecursionError: If the record is nested too deep to be written again.
        """
        from pyshield._runtime import DocumentFault

        found = self._table.locate(line, 1)
        if not isinstance(found, DocumentFault):
            return found[0]
        if found.kind == "half":
            raise LookupError(f"half of a surrogate pair at {self.written}")
        raise RecursionError if found.kind == "deep" else ValueError(found.kind)

    def replaced(self, line: str, text: str) -> str:
        """The record that `line` is with `text` in this place, and every other byte as it was.

        Args:
            line: A record in which `located` finds a string.
            text: What takes its place.

        Returns:
            The line, with its end.
        """
        place = self.located(line)
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
