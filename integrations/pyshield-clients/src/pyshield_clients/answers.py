"""Answers that come as a whole: one JSON document, its texts put back scanned, or cut off as a stream is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyshield._texts import DEEPEST, Text, strings
from pyshield.dialects.base import written
from pyshield.dialects.flow import Flow
from pyshield.dialects.sse import TooLongError
from pyshield.errors import TextError
from pyshield_clients.errors import AnswerRefused, NotGuardable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyshield.dialects.outputs import Outputs

__all__ = ["WholeFlow"]

_TOO_DEEP = f"the answer is nested more than {DEEPEST} levels deep, so that it cannot be scanned"

_SPOKEN = ("content", "refusal", "reasoning_content", "reasoning")
"""Members of a chat message that are text."""

_WRITTEN = frozenset({"text", "refusal", "arguments", "input", "code", "transcript", "thinking"})
"""Members of items, parts and blocks that are text."""


class WholeFlow(Flow):
    """A JSON body: collected, scanned at its end. One that holds no answer stays as it is."""

    __slots__ = ("_body",)

    def __init__(self, outputs: Outputs, most: int) -> None:
        super().__init__(outputs, most)
        self._body = bytearray()

    async def feed(self, data: bytes) -> bytes:
        """See `Flow`."""
        self._body += data
        if len(self._body) > self._most:
            raise TooLongError
        return b""

    async def finish(self) -> bytes:
        """See `Flow`."""
        body, self._body = bytes(self._body), bytearray()
        try:
            document = json.loads(body)
        except (json.JSONDecodeError, UnicodeDecodeError):
            return body
        except (ValueError, RecursionError):  # JSON, but for a number of thousands of digits, or its depth
            raise NotGuardable("the answer's body cannot be read, so it cannot be scanned") from None
        if not await _Whole(self._outputs).document(document):
            return body
        return written(document).encode()


class _Whole:
    """One document on its way through the shield."""

    __slots__ = ("_outputs",)

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    async def document(self, document: Any, depth: int = 0) -> bool:  # noqa: ANN401  # any JSON value
        """Scans its texts; whether it is now another."""
        if depth > DEEPEST:
            raise TextError(_TOO_DEEP)
        if not isinstance(document, dict):
            return False
        if isinstance(document.get("choices"), list):
            return await self._chat(document)
        if document.get("object") == "response" and isinstance(document.get("output"), list):
            return await self._response(document)
        if document.get("type") == "message" and isinstance(document.get("content"), list):
            return await self._message(document)
        if isinstance(document.get("data"), list):  # answers that the provider kept
            changed = [await self.document(one, depth + 1) for one in document["data"]]
            return any(changed)
        if isinstance(document.get("text"), str):  # a transcript
            changed_text = await self._text(Text(document, "text"))
            if self._outputs.blocked:
                raise AnswerRefused("the answer was refused, and its kind cannot be cut off")
            return changed_text
        return False

    async def _text(self, text: Text) -> bool:
        passed = await self._outputs.whole(text.text)
        if passed == text.text:
            return False
        text.put(passed)
        return True

    async def _chat(self, document: dict[str, Any]) -> bool:
        changed = False
        for choice in document["choices"]:
            if not isinstance(choice, dict):
                continue
            rewritten = False
            for text in _said(choice):
                rewritten |= await self._text(text)
                if self._outputs.blocked:
                    _cut_choice(choice)
                    rewritten = True
                    break
            if rewritten and choice.get("logprobs") is not None:
                choice["logprobs"] = None  # they spell the text out once more
            changed |= rewritten
        return changed

    async def _response(self, document: dict[str, Any]) -> bool:
        changed, kept = await self._parts(document["output"])
        if self._outputs.blocked:
            document["output"] = kept
            document["status"] = "incomplete"
            document["incomplete_details"] = {"reason": "content_filter"}
        return changed

    async def _message(self, document: dict[str, Any]) -> bool:
        changed, kept = await self._parts(document["content"])
        if self._outputs.blocked:
            document["content"] = kept
            document["stop_reason"], document["stop_sequence"] = "refusal", None
        return changed

    async def _parts(self, parts: list[Any]) -> tuple[bool, list[Any]]:
        """Scans items or blocks; whether they are now others, and those that may stay if one is refused."""
        changed = False
        for position, part in enumerate(parts):
            for text in _written(part):
                changed |= await self._text(text)
                if self._outputs.blocked:
                    return True, [*parts[:position], *_begun(part, text)]
            if changed:
                _forget(part)
        return changed, parts


def _said(choice: dict[str, Any]) -> Iterator[Text]:
    """The texts of a choice: what is said first, then what tools are called with."""
    if isinstance(choice.get("text"), str):
        yield Text(choice, "text")
    message = choice.get("message")
    if not isinstance(message, dict):
        return
    for name in _SPOKEN:
        if isinstance(message.get(name), str):
            yield Text(message, name)
    content = message.get("content")
    for part in content if isinstance(content, list) else ():
        yield from _members(part, ("text", "refusal", "thinking"))
        thoughts = part.get("thinking") if isinstance(part, dict) else None
        for thought in thoughts if isinstance(thoughts, list) else ():
            yield from _members(thought, ("text",))
    yield from _members(message.get("audio"), ("transcript",))
    yield from _members(message.get("function_call"), ("arguments",))
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict):
            yield from _members(call.get("function"), ("arguments",))
            yield from _members(call.get("custom"), ("input",))


def _members(holder: Any, names: tuple[str, ...]) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    for name in names if isinstance(holder, dict) else ():
        if isinstance(holder.get(name), str):
            yield Text(holder, name)


def _cut_choice(choice: dict[str, Any]) -> None:
    """Ends a choice as the provider's own filter does; what was passed of its content stays."""
    choice["finish_reason"] = "content_filter"
    message = choice.get("message")
    if not isinstance(message, dict):
        return
    content = message.get("content")
    for name in ("tool_calls", "function_call", "audio", "reasoning", "reasoning_content"):
        message.pop(name, None)
    message["content"] = content if isinstance(content, str) and content else None
    message["refusal"] = None


def _written(value: Any, depth: int = 0) -> Iterator[Text]:  # noqa: ANN401  # any JSON value
    """The texts of an item, a part or a block, in order."""
    if depth > DEEPEST:
        raise TextError(_TOO_DEEP)
    keys: Any = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        member = value[key]
        if isinstance(member, str):
            if key in _WRITTEN:
                yield Text(value, key)
        elif key == "input":  # what a tool is called with
            yield from strings(value, key, depth + 1)
        else:
            yield from _written(member, depth + 1)


def _begun(part: Any, refused: Text) -> list[Any]:  # noqa: ANN401  # any JSON value
    """What may stay of a part whose text was refused: a message, up to where it was."""
    if not isinstance(part, dict):
        return []
    if part is refused.holder:
        return [part] if part.get("type") == "text" and refused.text else []
    content = part.get("content")
    if part.get("type") != "message" or not isinstance(content, list):
        return []
    at = next((index for index, one in enumerate(content) if one is refused.holder), None)
    if at is None:
        return []
    _forget(part)
    kept = content[: at + 1] if refused.text else content[:at]
    return [{**part, "content": kept, "status": "incomplete"}] if kept else []


def _forget(part: Any) -> None:  # noqa: ANN401  # any JSON value
    """Log probabilities spell a text out once more."""
    for one in (part, *(part.get("content") or ())) if isinstance(part, dict) else ():
        if isinstance(one, dict) and one.get("logprobs"):
            one["logprobs"] = []
