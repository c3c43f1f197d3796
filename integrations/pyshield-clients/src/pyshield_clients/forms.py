"""Forms: bodies of the type `multipart/form-data`, in which files are sent with prompts beside them.

They are read as strictly as the HTTP libraries write them (RFC 7578). What two readers could take for two
different forms is refused, since the provider would then read texts that were not scanned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield.dialects.base import written
from pyshield_clients.bodies import Body, load, too_many
from pyshield_clients.errors import NotGuardable
from pyshield_clients.prompts import holds_prompts

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FORM", "Form"]

FORM = "multipart/form-data"

_TYPE = re.compile(
    r"""multipart/form-data[ \t]*;[ \t]*boundary=("?)([0-9A-Za-z'()+_,\-./:=?]{1,70})\1""", re.IGNORECASE
)
_LONGEST_HEAD = 16 * 1024
_HEADER = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*+([^\x00-\x08\x0a-\x1a\x1c-\x1f]*)")
# Some readers take `\"` for a quotation mark, others for the end of the value, so there is none.
_DISPOSITION = re.compile(
    rb'form-data; ?name="((?:[^"\\]|\\[^"])*)"(?:; ?filename="((?:[^"\\]|\\[^"])*)")?', re.IGNORECASE
)
_PLAIN = frozenset({b"7bit", b"8bit", b"binary"})
_TEXT = re.compile(rb'[^;]*+(?:;[ \t]*charset="?(?:utf-?8|us-ascii)"?)?[ \t]*', re.IGNORECASE)
_JSON = re.compile(rb"application/(?:json|[^;,]*\+json)[ \t]*(?:;.*)?", re.IGNORECASE)
_NAME = re.compile(r"[^\[\]]+(?:\[[^\[\]]*\])*")
_SEGMENT = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")


@dataclass(slots=True)
class _Field:
    """A part that is no file and stands where prompts do.

    Attributes:
        start: Where its value begins in the body.
        end: Where that ends.
        is_json: Whether it is JSON.
        value: What it is.
        holder: What holds it in its document.
        key: Where it does.
    """

    start: int
    end: int
    is_json: bool
    value: Any
    holder: Any = None
    key: str | int = ""


class Form(Body):
    """A form.

    Args:
        media: Its media type, with the boundary.
        body: Its bytes.
        most: How many parts it may have.

    Raises:
        NotGuardable: If it is not written as strictly as it has to be.
        TextError: If it has more parts.
    """

    __slots__ = ("_body", "_fields", "_mark")

    def __init__(self, media: str, body: bytes, most: int) -> None:
        named = _TYPE.fullmatch(media.strip())
        if named is None:
            _unreadable()
        self._mark = b"--" + named[2].encode()
        self._body = body
        self._fields: list[_Field] = []
        self.documents = []
        fields: dict[str, list[_Field]] = {}
        for count, (head, start, end) in enumerate(self._parts(), 1):
            if count > most:
                raise too_many(most)
            headers = _headers(head)
            name = _name(headers)
            if name is not None and (holds_prompts(name.partition("[")[0]) or name == "stream"):
                field = _field(headers, body[start:end], start, end)
                fields.setdefault(name, []).append(field)
                self._fields.append(field)
        for name, of_name in fields.items():
            self.documents.append(_document(name, of_name))

    def _parts(self) -> Iterator[tuple[bytes, int, int]]:
        """The head of each part, and where its value begins and ends."""
        body, mark = self._body, self._mark
        if not body.startswith(mark):
            _unreadable()
        at = len(mark)
        while body[at : at + 2] == b"\r\n":
            begin, after = at + 2, body.find(mark, at + 2)
            end = after - 2
            # No value has the boundary in it, not even where it delimits nothing.
            if after < 0 or body[end:after] != b"\r\n":
                _unreadable()
            start = body.find(b"\r\n\r\n", begin, min(end, begin + _LONGEST_HEAD)) + 4
            if start < begin + 4:
                _unreadable()
            yield body[begin : start - 4], start, end
            at = after + len(mark)
        if body[at:] not in (b"--\r\n", b"--"):
            _unreadable()

    def written(self) -> bytes:
        """See `Body`; everything but the texts that are now others stays byte for byte."""
        pieces, last = [], 0
        for field in self._fields:
            value = field.holder[field.key]
            if not field.is_json and value == field.value:
                continue
            data = (written(value) if field.is_json else value).encode()
            if self._mark in data:
                raise NotGuardable("a text of the form holds the form's boundary now")
            pieces += [self._body[last : field.start], data]
            last = field.end
        return b"".join([*pieces, self._body[last:]])


def _headers(head: bytes) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None or header[1].lower() in headers:
            _unreadable()
        headers[header[1].lower()] = header[2]
    return headers


def _name(headers: dict[bytes, bytes]) -> str | None:
    """The name of a part that is no file."""
    disposition = _DISPOSITION.fullmatch(headers.get(b"content-disposition", b"").rstrip(b" \t"))
    if disposition is None:
        _unreadable()
    if disposition[2]:
        return None
    try:
        return disposition[1].decode()
    except UnicodeDecodeError:
        _unreadable()


def _field(headers: dict[bytes, bytes], data: bytes, start: int, end: int) -> _Field:
    media = headers.get(b"content-type", b"")
    if headers.get(b"content-transfer-encoding", b"binary").lower() not in _PLAIN:
        raise NotGuardable("a text of the form is encoded, so it cannot be scanned")
    if _JSON.fullmatch(media):
        return _Field(start, end, True, load(data))
    try:
        text = data.decode() if _TEXT.fullmatch(media) else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        raise NotGuardable("a text of the form is not in UTF-8, so it cannot be scanned")
    return _Field(start, end, False, text)


def _document(name: str, fields: list[_Field]) -> Any:  # noqa: ANN401  # an object
    """The document that a name stands for: `a[b]` is a member of an object, `a[]` one of a list."""
    if not _NAME.fullmatch(name):
        _unreadable()
    path = _SEGMENT.findall(name)
    if len(fields) > 1 and not _is_index(path[-1]):
        path.append("")
    *above, last = path
    values = [field.value for field in fields]
    holder = values if _is_index(last) else {last: values[0]}
    for index, field in enumerate(fields):
        field.holder, field.key = holder, index if _is_index(last) else last
    document: Any = holder
    for segment in reversed(above):
        document = [document] if _is_index(segment) else {segment: document}
    return document


def _is_index(segment: str) -> bool:
    return not segment or segment.isdecimal()


def _unreadable() -> NoReturn:
    raise NotGuardable("the request's form cannot be read, so it cannot be scanned")
