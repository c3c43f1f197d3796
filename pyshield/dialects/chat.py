"""OpenAI's chat completions (and the older text completions), as many other servers write them too.

Chunks hold `choices[].delta.content` and its like; a choice ends with its `finish_reason`, which is
`content_filter` where it was cut off, and the stream with `[DONE]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from pyshield._texts import strings
from pyshield.dialects.base import Dialect, Document, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.dialects.outputs import Outputs

__all__ = ["Chat"]

_Key: TypeAlias = "tuple[Any, ...]"

_MEMBERS = ("content", "refusal", "reasoning_content", "reasoning")
"""Members of a delta that are text."""

_SAID = frozenset({*_MEMBERS, "text", "thinking", "transcript", "arguments", "input"})
"""Members of a message, and of what is in it, that are text."""


class Chat(Dialect):
    """See the module."""

    __slots__ = ("_choices", "_envelope", "_legacy")

    done = "[DONE]"

    def __init__(self, outputs: Outputs) -> None:
        super().__init__(outputs)
        # The members that all chunks have, of the last one.
        self._envelope: Document = {}
        # The choices that have begun and not ended.
        self._choices: dict[Any, None] = {}
        self._legacy = False

    @staticmethod
    def speaks(document: Any) -> bool:  # noqa: ANN401  # any JSON value
        """Whether it is one of these."""
        return isinstance(document, dict) and isinstance(document.get("choices"), list)

    async def document(self, document: Any) -> list[Any] | None:  # noqa: ANN401  # any JSON value
        """See `Dialect`."""
        if not self.speaks(document):
            return None
        self._envelope = {name: value for name, value in document.items() if name not in ("choices", "usage")}
        choices = [choice for choice in document["choices"] if isinstance(choice, dict)]
        before: list[Document] = []
        wrote = False
        for choice in choices:
            wrote |= await self._choice(choice, before)
        if self.outputs.blocked:
            for choice in choices:
                choice["finish_reason"] = None
            return [*before, *([document] if _says(document, choices) else []), *self.cut()]
        if wrote and not _says(document, choices):
            return before
        return [*before, document]

    async def _choice(self, choice: Document, before: list[Document]) -> bool:
        """Passes the pieces of a choice through; whether there were any."""
        index = name_of(choice.get("index", 0))
        ends = choice.get("finish_reason") is not None
        self._choices[index] = None
        places: dict[_Key, tuple[Document, str]] = {}
        for key, holder, member in _pieces(index, choice):
            holder[member] = await self.outputs.feed(key, holder[member])
            places[key] = (holder, member)
        said = await self._message(choice)
        if (places or said) and choice.get("logprobs") is not None:
            choice["logprobs"] = None  # they spell the text out once more
        if ends:
            for key in [key for key in self.outputs.open if isinstance(key, tuple) and key[0] == index]:
                held = await self.outputs.finish(key)
                if key in places:
                    holder, member = places[key]
                    holder[member] += held
                elif held:
                    before.append(self._chunk(index, key, held))
            if not self.outputs.blocked:
                self._choices.pop(index, None)
        self._legacy |= "text" in choice
        return bool(places)

    async def _message(self, choice: Document) -> bool:
        """Scans what a choice says as a whole, as one that is no chunk does; whether it says something."""
        if not isinstance(choice.get("message"), dict):
            return False
        said = False
        for text in strings(choice, "message"):
            if text.key in _SAID:
                said = True
                text.put(await self.outputs.whole(text.text))
        if self.outputs.blocked:
            choice.pop("message")
        return said

    async def rest(self) -> list[Any]:
        """See `Dialect`."""
        documents = []
        for key in self.outputs.open:
            if not isinstance(key, tuple):  # data that is no JSON
                continue
            held = await self.outputs.finish(key)
            if held:
                documents.append(self._chunk(key[0], key, held))
            if self.outputs.blocked:
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

    def _chunk(self, index: Any, key: _Key, text: str) -> Document:  # noqa: ANN401  # as the server numbers
        """A chunk with a piece of the text `key`."""
        match key[1:]:
            case ("tool", number):
                call = {"index": number, "function": {"arguments": text}}
                body: Document = {"delta": {"tool_calls": [call]}}
            case ("custom", number):
                body = {"delta": {"tool_calls": [{"index": number, "custom": {"input": text}}]}}
            case ("audio",):
                body = {"delta": {"audio": {"transcript": text}}}
            case ("function_call",):
                body = {"delta": {"function_call": {"arguments": text}}}
            case ("text",):
                body = {"text": text}
            case ("part",):
                body = {"delta": {"content": [{"type": "text", "text": text}]}}
            case ("thought",):
                thought = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
                body = {"delta": {"content": [thought]}}
            case (member, *_):
                body = {"delta": {member: text}}
            case _:
                body = {"delta": {"content": text}}
        choice = {"index": index, **body, "logprobs": None, "finish_reason": None}
        return {**self._envelope, "choices": [choice]}


def _pieces(index: Any, choice: Document) -> Iterator[tuple[_Key, Document, str]]:  # noqa: ANN401
    """The pieces of text in a choice: which text, and where the piece stands."""
    if isinstance(choice.get("text"), str):
        yield (index, "text"), choice, "text"
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        return
    for member in _MEMBERS:
        if isinstance(delta.get(member), str):
            yield (index, member), delta, member
    content = delta.get("content")
    for part in content if isinstance(content, list) else ():
        yield from _parts(index, part)
    yield from _calls(index, delta)


def _calls(index: Any, delta: Document) -> Iterator[tuple[_Key, Document, str]]:  # noqa: ANN401
    """Those beside what is said: what tools are called with, and what sound says."""
    calls = delta.get("tool_calls")
    for position, call in enumerate(calls if isinstance(calls, list) else ()):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield (index, "tool", name_of(call.get("index", position))), function, "arguments"
        custom = call.get("custom") if isinstance(call, dict) else None
        if isinstance(custom, dict) and isinstance(custom.get("input"), str):
            yield (index, "custom", name_of(call.get("index", position))), custom, "input"
    audio = delta.get("audio")
    if isinstance(audio, dict) and isinstance(audio.get("transcript"), str):
        yield (index, "audio"), audio, "transcript"
    function = delta.get("function_call")
    if isinstance(function, dict) and isinstance(function.get("arguments"), str):
        yield (index, "function_call"), function, "arguments"


def _parts(index: Any, part: Any) -> Iterator[tuple[_Key, Document, str]]:  # noqa: ANN401  # any JSON value
    """The pieces of text in a part of a content that has parts, as Mistral's has."""
    if not isinstance(part, dict):
        return
    if isinstance(part.get("text"), str):
        yield (index, "part"), part, "text"
    thoughts = part.get("thinking")
    if isinstance(thoughts, str):
        yield (index, "thought"), part, "thinking"
    for thought in thoughts if isinstance(thoughts, list) else ():
        if isinstance(thought, dict) and isinstance(thought.get("text"), str):
            yield (index, "thought"), thought, "text"


def _says(document: Document, choices: list[Document]) -> bool:
    """Whether a chunk still says something when what is held back is taken out of it."""
    if document.get("usage") or not choices:
        return True
    for choice in choices:
        if choice.get("finish_reason") is not None or choice.get("text"):
            return True
        delta = choice.get("delta")
        if isinstance(delta, dict) and any(value for name, value in delta.items() if name != "tool_calls"):
            return True
        calls = delta.get("tool_calls") if isinstance(delta, dict) else None
        for call in calls if isinstance(calls, list) else ():
            function = call.get("function") if isinstance(call, dict) else None
            if not isinstance(function, dict) or call.get("id") or any(function.values()):
                return True
    return False
