"""Answers that come as a whole: one JSON document, its texts put back scanned, or cut off as a stream is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pyshield._texts import DEEPEST
from pyshield.dialects.base import read, written
from pyshield.dialects.flow import Flow
from pyshield.dialects.sse import TooLongError
from pyshield.dialects.texts import SETTINGS, anywhere, forget_logprobs, is_name, members, placed
from pyshield.errors import TextError
from pyshield_clients.errors import AnswerRefused, NotGuardable

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from pyshield.dialects.outputs import Outputs
    from pyshield.dialects.texts import Place

__all__ = ["WholeFlow"]

_TOO_DEEP = f"the answer is nested more than {DEEPEST} levels deep, so that it cannot be scanned"

_NO_END = "the answer was refused, and its kind cannot be cut off"

_NO_ANSWERS = frozenset({"embedding", "model", "file", "file.deleted", "upload", "upload.part", "batch"})
"""Objects that no model has written; of others, those too whose shape nobody knows are scanned."""


class WholeFlow(Flow):
    """A JSON body: collected, scanned at its end."""

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
            document, more = read(body.decode(json.detect_encoding(body), "surrogatepass"))
        except (json.JSONDecodeError, UnicodeDecodeError):
            return await self._words(body)
        except (ValueError, RecursionError):  # JSON, but for a number of thousands of digits, or its depth
            raise NotGuardable("the answer's body cannot be read, so it cannot be scanned") from None
        whole, held = _Whole(self._outputs), [document]
        changed = await (whole.document(document) if isinstance(document, dict) else whole.strange(held))
        return written(held[0]).encode() if changed or more else body

    async def _words(self, body: bytes) -> bytes:
        """What passes of a body that is no JSON: an answer that breaks off, or words of a proxy."""
        text = body.decode("utf-8", "replace")
        passed = await self._outputs.whole(text)
        if self._outputs.blocked:
            raise AnswerRefused(_NO_END)
        return body if passed == text else passed.encode()


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
        kind = document.get("object")
        if isinstance(kind, str) and kind in _NO_ANSWERS:
            return False
        if isinstance(document.get("data"), list):  # answers that the provider kept
            return await self._list(document, depth)
        return await self.strange([document])

    async def _list(self, document: dict[str, Any], depth: int) -> bool:
        data = document["data"]
        others = {name: value for name, value in document.items() if name != "data"}
        changed = await self.strange([others])
        document |= others
        for index, one in enumerate(data):
            if isinstance(one, dict):
                changed |= await self.document(one, depth + 1)
            else:
                held = [one]
                changed |= await self.strange(held)
                data[index] = held[0]
        return changed

    async def strange(self, held: list[Any]) -> bool:
        """Scans every string of documents of no known shape, a transcript, say; whether one is now another.

        Raises:
            AnswerRefused: If one is refused.
        """
        changed = await self._outputs.put(((), *place) for place in anywhere(held))
        if self._outputs.blocked:
            raise AnswerRefused(_NO_END)
        if changed:
            forget_logprobs(held)
        return changed

    async def _beside(self, document: dict[str, Any], but: Container[str]) -> bool:
        """Scans what stands beside the parts of an answer; what is refused of it goes."""
        if not self._outputs.blocked:
            changed = await self._outputs.put(members(document, but))
            if not self._outputs.blocked:
                return changed
        for name in [name for name in document if name not in but and not is_name(name)]:
            if isinstance(document[name], str | list | dict):
                del document[name]
        return True

    async def _chat(self, document: dict[str, Any]) -> bool:
        changed = False
        for index, choice in enumerate(document["choices"]):
            if not isinstance(choice, dict):
                changed |= await self._outputs.put(placed(document["choices"], index))
                continue
            rewritten = False
            for place in _said(choice):
                rewritten |= await self._outputs.put([place])
                if self._outputs.blocked:
                    _cut_choice(choice)
                    rewritten = True
                    break
            if rewritten:
                forget_logprobs(choice)
                if choice.get("logprobs") is not None:
                    choice["logprobs"] = None  # they spell the text out once more
            changed |= rewritten
        return await self._beside(document, ("choices",)) or changed

    async def _response(self, document: dict[str, Any]) -> bool:
        changed, kept = await self._parts(document["output"])
        changed |= await self._beside(document, SETTINGS | {"output"})
        if self._outputs.blocked:
            document["output"] = kept
            document["status"] = "incomplete"
            document["incomplete_details"] = {"reason": "content_filter"}
        return changed

    async def _message(self, document: dict[str, Any]) -> bool:
        changed, kept = await self._parts(document["content"])
        changed |= await self._beside(document, ("content",))
        if self._outputs.blocked:
            document["content"] = kept
            document["stop_reason"], document["stop_sequence"] = "refusal", None
        return changed

    async def _parts(self, parts: list[Any]) -> tuple[bool, list[Any]]:
        """Scans items or blocks; whether they are now others, and those that may stay if one is refused."""
        changed = False
        for position, part in enumerate(parts):
            for place in placed(parts, position):
                changed |= await self._outputs.put([place])
                if self._outputs.blocked:
                    return True, [*parts[:position], *_begun(part, place)]
            if changed:
                forget_logprobs(part)
        return changed, parts


def _said(choice: dict[str, Any]) -> Iterator[Place]:
    """The texts of a choice: what is said first, then what stands beside it."""
    for name in ("text", "message"):
        holder = choice.get(name)
        if isinstance(holder, dict):
            if "content" in holder:
                yield from placed(holder, "content")
            yield from members(holder, ("content",))
        elif name in choice:
            yield from placed(choice, name)
    yield from members(choice, ("text", "message"))


def _cut_choice(choice: dict[str, Any]) -> None:
    """Ends a choice as the provider's own filter does; what was passed of its content stays."""
    message, text = choice.get("message"), choice.get("text")
    for name in [name for name in choice if not is_name(name)]:
        del choice[name]
    if isinstance(text, str):
        choice["text"] = text
    if isinstance(message, dict):
        content = message.get("content")
        role = {"role": message["role"]} if "role" in message else {}
        said = content if isinstance(content, str) and content else None
        choice["message"] = {**role, "content": said, "refusal": None}
    choice["finish_reason"] = "content_filter"


def _begun(part: Any, refused: Place) -> list[Any]:  # noqa: ANN401  # any JSON value
    """What may stay of a part whose text was refused: a message, up to where it was."""
    _, holder, name = refused
    if not isinstance(part, dict):
        return []
    if part is holder:
        return [_only(part, name)] if part.get("type") == "text" and name == "text" and part["text"] else []
    content = part.get("content")
    if part.get("type") != "message" or not isinstance(content, list):
        return []
    at = next((index for index, one in enumerate(content) if one is holder), None)
    if at is None:
        return []
    kept = content[:at]
    forget_logprobs(kept)
    if name == "text" and holder["text"]:
        kept.append(_only(holder, name))
    return [{**_only(part), "content": kept, "status": "incomplete"}] if kept else []


def _only(part: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    """A part with no text, or with no other: what follows in it was not looked at."""
    return {name: value for name, value in part.items() if name == text or is_name(name)}
