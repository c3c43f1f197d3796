"""OpenAI's chat completions (and the older text completions), as many other servers write them too.

Chunks hold `choices[].delta.content` and its like; a choice ends with its `finish_reason`, which is
`content_filter` where it was cut off, and the stream with `[DONE]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield._texts import DEEPEST
from pyshield.dialects.base import Dialect, Document, name_of
from pyshield.dialects.texts import HANDED, is_name, placed, says
from pyshield.errors import TextError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.dialects.outputs import Outputs

__all__ = ["Chat"]

_Key: TypeAlias = "tuple[Any, ...]"
"""A text: its choice, and the steps to it. One into a list is what tells its item from others: `_Item`."""

_Item: TypeAlias = "tuple[str | int | None, Any, Any]"
"""An item of a list: its number, its type, and which of those that had the number."""

_Places: TypeAlias = "dict[_Key, tuple[Any, str | int]]"
"""Where the pieces of a chunk stand."""

_WHOLES = ("annotations", "citations")
"""Members of deltas that are no pieces."""

_CALLS = "tool_calls"


class Chat(Dialect):
    """See the module."""

    __slots__ = ("_changed", "_choices", "_envelope", "_legacy")

    done = "[DONE]"

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The members that all chunks have, of the last one.
        self._envelope: Document = {}
        # The choices that have begun and not ended, and of each the call under way with each number.
        self._choices: dict[Any, dict[Any, Any]] = {}
        self._legacy = False
        # Whether the present chunk is not what it was.
        self._changed = False

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        return isinstance(document, dict) and isinstance(document.get("choices"), list)

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not self.speaks(document):
            return None
        choices = [choice for choice in document["choices"] if isinstance(choice, dict)]
        self._changed = False
        await self._beside(document, len(choices) == len(document["choices"]))
        if self.blocked():
            return self.cut()
        before: list[Document] = []
        wrote, said = False, not choices
        for choice in choices:
            places = await self._choice(choice, before)
            wrote = wrote or bool(places)
            said = said or any(holder[member] for holder, member in places.values())
        said = said or not wrote or _says(document, choices)
        if self.blocked():
            for choice in choices:
                choice["finish_reason"] = None
            said = said and _says(document, choices)
            return [*before, *([document] if said else []), *self.cut()]
        if not said:
            return before
        return [*before, document] if before or self._changed else None

    async def _beside(self, document: Document, known: bool) -> None:
        """Scans what a chunk says beside its choices, and keeps what all chunks have."""
        self._envelope = {}
        for name, value in document.items():
            if name in ("choices", "usage"):
                continue
            if is_name(name):
                self._envelope[name] = value
            elif value and isinstance(value, str | list | dict):
                self._changed |= await self.outputs.put(placed(document, name))
        if known:
            return
        choices = document["choices"]
        for index, choice in enumerate(choices):
            if not isinstance(choice, dict):
                self._changed |= await self.outputs.put(placed(choices, index))

    async def _choice(self, choice: Document, before: list[Document]) -> _Places:
        """Passes the pieces of a choice through; where there were any."""
        index = name_of(choice.get("index", 0))
        ends = choice.get("finish_reason") is not None
        calls = self._choices.setdefault(index, {})
        places: _Places = {}
        await self._message(choice)
        for key, holder, member in _pieces(index, choice, calls):
            if holder is None:  # a call that another one has followed
                await self._finish(key, places, before)
                continue
            text = holder[member]
            holder[member] = passed = await (
                self.outputs.whole(text) if key is None else self.outputs.feed(key, text)
            )
            self._changed |= passed != text
            if key is not None:
                places[key] = holder, member
        if choice.get("logprobs") is not None:
            choice["logprobs"] = None  # they spell the text out once more
            self._changed = True
        if ends:
            await self._finish((index,), places, before)
            if not self.blocked():
                self._choices.pop(index, None)
        self._legacy |= "text" in choice
        return places

    async def _finish(self, begin: _Key, places: _Places, before: list[Document]) -> None:
        """Ends the texts whose keys begin so: what is held of them goes to their places, or before."""
        for key in self.outputs.open:
            if not isinstance(key, tuple) or key[: len(begin)] != begin:
                continue
            held = await self.outputs.finish(key)
            if key in places and held:
                holder, member = places[key]
                holder[member] += held
                self._changed = True
            elif held:
                before.append(self._chunk(key, held))

    async def _message(self, choice: Document) -> None:
        """Scans what a choice says as a whole, as one that is no chunk does."""
        if isinstance(choice.get("message"), dict):
            self._changed |= await self.outputs.put(placed(choice, "message"))
            if self.blocked():
                choice.pop("message")

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents = []
        for key in self.outputs.open:
            if not isinstance(key, tuple):  # data that is no JSON
                continue
            held = await self.outputs.finish(key)
            if held:
                documents.append(self._chunk(key, held))
            if self.blocked():
                return documents + self.cut()
        return documents

    def cut(self) -> list[Any]:
        """See `Dialect`."""
        choices, self._choices = list(self._choices), {}
        body: Document = {"text": ""} if self._legacy else {"delta": {}}
        return [
            {
                **self._envelope,
                "choices": [{"index": index, **body, "logprobs": None, "finish_reason": "content_filter"}],
            }
            for index in choices
        ]

    def _chunk(self, key: _Key, text: str) -> Document:
        """A chunk with a piece of the text `key`."""
        body: Any = text
        for step in reversed(key[1:]):
            if isinstance(step, str):
                body = {step: body}
                continue
            number, kind, _ = step
            item = {} if kind is None else {"type": kind}
            if number is not None:
                item["index"] = number
            body = [{**item, **body} if isinstance(body, dict) else body]
        choice = {"index": key[0], **body, "logprobs": None, "finish_reason": None}
        return {**self._envelope, "choices": [choice]}


def _pieces(index: Any, choice: Document, calls: dict[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:  # noqa: ANN401
    """The pieces of text in a choice: which text (`None`: one that is whole), and where the piece stands.

    Where nothing holds it, the key is what the keys of texts that have ended begin with.
    """
    for name, value in choice.items():
        if name == "message" or is_name(name):
            continue
        if isinstance(value, str):
            if value:
                yield (index, name), choice, name
        elif isinstance(value, dict | list):
            yield from _inside(value, (index, name), calls)


def _inside(value: Any, key: _Key, calls: dict[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:  # noqa: ANN401
    """As `_pieces`, of what stands at a key."""
    if len(key) > DEEPEST:
        raise TextError(f"a chunk is nested more than {DEEPEST} levels deep, so that it cannot be scanned")
    if isinstance(value, list):
        for position, one in enumerate(value):
            item = _item(position, one, key, calls)
            if key[-1] == _CALLS:
                yield from _followed(key, item, calls)
            if not isinstance(one, str):
                yield from _inside(one, (*key, item), calls)
            elif one:
                yield (*key, item), value, position
    elif isinstance(value, dict):
        kind = value.get("type")
        for name, one in value.items():
            if one and isinstance(one, str | dict | list) and not is_name(name, kind):
                yield from _member(value, name, (*key, name), calls)


def _followed(key: _Key, item: _Item, calls: dict[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """The call that another one follows here, if one does."""
    number, _, call = item
    before = calls.setdefault(number, call)
    if before != call:
        calls[number] = call
        yield (*key, (number, None, before)), None, None


def _member(holder: Document, name: str, key: _Key, calls: dict[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    """As `_pieces`, of one member of an object."""
    if isinstance(holder[name], str):
        yield key, holder, name
    elif name in HANDED or name in _WHOLES:
        for _, inner, member in placed(holder, name, handed=name in HANDED):
            yield None, inner, member
    else:
        yield from _inside(holder[name], key, calls)


def _item(position: int, one: Any, key: _Key, calls: dict[Any, Any]) -> _Item:  # noqa: ANN401
    """What tells an item of a list from others.

    Calls go by their numbers, and by their ids where several have the same, or none has one: a new id begins
    a new call. Other items without a number go on with those of their type.
    """
    if not isinstance(one, dict):
        return None, None, None
    number = name_of(one.get("index"))
    if key[-1] != _CALLS:
        return number, name_of(one.get("type")), None
    named = one.get("id")
    named = named if isinstance(named, str) and named else None
    if number is None and named is None and None not in calls:
        number = position
    return number, None, calls.get(number) if named is None else named


def _says(document: Document, choices: list[Document]) -> bool:
    """Whether a chunk still says something when what is held back is taken out of it."""
    if document.get("usage") or not choices:
        return True
    return any(
        says(value)
        for choice in choices
        for name, value in choice.items()
        if name not in ("index", "logprobs")
    )
