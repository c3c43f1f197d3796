"""ResponseGuard: the response's `send`, with everything that a model wrote scanned on the way."""

from __future__ import annotations

import asyncio
import logging
from itertools import compress
from typing import TYPE_CHECKING, NoReturn

from pyshield.dialects.flow import LINES, EventFlow, LineFlow, TextFlow
from pyshield.dialects.outputs import TooManyOutputsError
from pyshield.dialects.sse import TooLongError
from pyshield.errors import ShieldError
from pyshield_asgi.answers import Answer
from pyshield_asgi.content import Content, Media, rewritten_headers, streamed_headers
from pyshield_asgi.judge import answered, passed
from pyshield_asgi.logprobs import without_logprobs
from pyshield_asgi.problem import (
    ENCODED,
    OUTPUT_REFUSED,
    UNSUPPORTED,
    Problem,
    RejectedError,
    of_output_error,
)
from pyshield_asgi.prompt import OFFLOADED
from pyshield_asgi.unnamed import NotTextError, UnnamedFlow

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from pyshield._runtime import ScannedDocument
    from pyshield.dialects.flow import Flow
    from pyshield.dialects.outputs import Outputs
    from pyshield_asgi._types import Message, Send
    from pyshield_asgi.body import Body
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.prompt import Prompt

__all__ = ["UNUSUAL", "CutOffError", "ResponseGuard"]

_LOGGER = logging.getLogger("pyshield_asgi")


_BODILESS = (204, 304)
"""Statuses of responses that have no body."""

_PART = 206
"""The status of a part of a body, which cannot be told from what stands around it."""

_STREAMED = LINES | {"text/event-stream"}
"""Media types of bodies that come piece by piece, beside those of text."""

UNUSUAL = (*_BODILESS, _PART)
"""Statuses of responses whose bodies are not what their headers say of them."""


class CutOffError(OSError):
    """Tells the application that its response has ended: to it, as if the client had gone."""


class ResponseGuard:
    """One response.

    Args:
        guard: Who guards it.
        prompt: What it answers; `None` if no scanner wants to know.
        send: The server's `send`.

    Attributes:
        ended: Whether the response ended before the application was done with it.
    """

    __slots__ = ("_body", "_charset", "_flow", "_guard", "_outputs", "_prompt", "_send", "_start", "ended")

    def __init__(self, guard: Guard, prompt: Prompt | None, send: Send) -> None:
        self._guard = guard
        self._prompt = prompt
        self._send = send
        # Where the texts of a body that comes piece by piece go through, and how they are got out of it.
        self._outputs: Outputs | None = None
        self._flow: Flow | None = None
        # The start of a response whose body is scanned as a whole, the charset it names, and what has come
        # of it.
        self._start: Message | None = None
        self._charset: str | None = None
        self._body: bytearray | None = None
        self.ended = False

    def send(self, message: Message) -> Awaitable[None]:
        """The application's `send`."""
        if self.ended:
            raise CutOffError("the response was cut off")
        kind = message["type"]
        if kind == "http.response.start":
            return self._begin(message)
        if kind == "http.response.body":
            if self._flow is not None and self._outputs is not None:
                return self._stream(self._flow, self._outputs, message)
            if self._start is not None:
                return self._collect(self._start, message)
        return self._pass(message)

    async def fail(self) -> None:
        """Ends a response whose application failed, so that the client gets a whole one."""
        if self._flow is not None and not self.ended:
            self.ended = True
            await self._send({"type": "http.response.body", "body": self._flow.failed(), "more_body": False})

    def close(self) -> None:
        """Frees what is held."""
        if self._outputs is not None:
            self._outputs.close()
        self._body = None

    async def _begin(self, message: Message) -> None:
        headers = message.get("headers", ())
        if not isinstance(headers, list | tuple):  # looked at more than once
            headers = list(headers)
            message = {**message, "headers": headers}
        self._flow = None
        try:
            content = Content.of(headers, answer=True)
        except RejectedError as rejected:
            await self._unreadable(rejected)
        essence, status = content.essence, message["status"]
        streamed = essence in _STREAMED or content.media in (Media.TEXT, Media.UNNAMED)
        if status in _BODILESS or essence == "application/problem+json":
            pass
        elif content.media is not Media.JSON and not streamed:
            if self._guard.other_types == "refuse":
                await self._unreadable(RejectedError(UNSUPPORTED))
        elif content.encoded or status == _PART:
            if self._guard.encoded == "refuse":
                await self._unreadable(RejectedError(ENCODED))
        elif streamed:
            self._flow = await self._opened(content)
            message = {**message, "headers": streamed_headers(headers)}
        else:
            self._start, self._charset = message, content.charset
            return
        await self._send(message)

    async def _opened(self, content: Content) -> Flow:
        """The way of a body that comes piece by piece."""
        guard = self._guard
        most = guard.max_body_bytes
        prompt = "" if self._prompt is None else await self._prompt.text()
        self._outputs = outputs = guard.outputs(prompt)
        if content.essence == "text/event-stream":
            return EventFlow(outputs, most)
        if content.essence in LINES:
            return LineFlow(outputs, most)
        if content.media is Media.UNNAMED:
            return UnnamedFlow(outputs, most, refuses=guard.other_types == "refuse")
        return TextFlow(outputs, most, content.charset or "utf-8")

    async def _stream(self, flow: Flow, outputs: Outputs, message: Message) -> None:
        more = message.get("more_body", False)
        try:
            data = await flow.feed(message.get("body", b""))
            if not more and not outputs.blocked:
                data += await flow.finish()
        except (ShieldError, TooLongError, TooManyOutputsError, NotTextError) as error:
            # Its words name no text; where it went wrong is for the log, not for the client.
            _LOGGER.error("a streamed response was cut off: %s: %s", type(error).__name__, error)  # noqa: TRY400
            self.ended = True
            await self._send({"type": "http.response.body", "body": flow.failed(), "more_body": False})
            raise CutOffError("the response was cut off") from error
        if outputs.blocked:
            self.ended = more
            _LOGGER.warning("a streamed response was cut off: %s", outputs.why)
            await self._send({"type": "http.response.body", "body": data, "more_body": False})
            if more:
                raise CutOffError("the response was cut off")
            return
        if data or not more:
            await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _collect(self, start: Message, message: Message) -> None:
        """Collects a JSON body, and sends what passes of it when it is there."""
        piece: bytes = message.get("body", b"")
        body = self._body
        if (0 if body is None else len(body)) + len(piece) > self._guard.max_body_bytes:
            _LOGGER.error("a response was refused: it has more than max_body_bytes")
            await self._refuse(OUTPUT_REFUSED)
        if message.get("more_body", False):
            self._body = bytearray(piece) if body is None else body
            if body is not None:
                body += piece
            return
        whole = bytes(body + piece) if body else piece
        try:
            document = self._at_once(whole)
        except ShieldError as error:
            await self.unscanned(error)
        await self.settle(start, message, whole, self._charset, document)

    async def settle(
        self,
        start: Message,
        last: Message,
        whole: bytes,
        charset: str | None,
        document: ScannedDocument | None,
    ) -> None:
        """Sends what passes of a JSON body that is there.

        Args:
            start: The start of the response.
            last: The message that ended it.
            whole: The body.
            charset: The charset that is named.
            document: What came of reading and scanning the body in one call; `None` if that was not done.
        """
        data, changed = whole, None
        if document is None or not document.clean:
            try:
                data, changed = await self._scanned(whole, charset, document)
            except RejectedError as rejected:
                await self._unreadable(rejected)
            except ShieldError as error:
                await self.unscanned(error)
        self._start = None
        if data is last.get("body", b""):
            await self._send(start)
            await self._send(last)
            return
        if data is not whole:
            start = {**start, "headers": rewritten_headers(start.get("headers", ()), len(data), changed)}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    def _at_once(self, data: bytes) -> ScannedDocument | None:
        """A short body, read and scanned in one call; `None` if that is not done."""
        direct = self._guard.direct_answers
        if direct is None or self._charset not in (None, "utf-8") or self._prompt is not None or not data:
            return None
        return direct.scan(data)

    async def _scanned(
        self, data: bytes, charset: str | None, document: ScannedDocument | None
    ) -> tuple[bytes, str | None]:
        """What passes of a body in a charset, itself if it is all, and the charset if that had to change."""
        if not data:
            return data, None
        guard = self._guard
        arguments = data, charset, guard.answer_choice, guard.max_fields
        long = len(data) >= OFFLOADED
        body, kept = await asyncio.to_thread(Answer.of, *arguments) if long else Answer.of(*arguments)
        if not body.fields:
            return data, None
        if document is None:
            prompt = "" if self._prompt is None else await self._prompt.text()
            texts = await answered(guard, prompt, body.fields)
        else:
            results = [result for _, result in document.fields()]
            texts = passed(guard, body.fields, list(compress(results, kept)))
        if texts is None:
            return data, None
        return await asyncio.to_thread(_rewritten, body, texts) if long else _rewritten(body, texts)

    async def unscanned(self, error: ShieldError) -> NoReturn:
        """Refuses a response that the shield could not scan."""
        _LOGGER.error("a response was not scanned: %s: %s", type(error).__name__, error)
        await self._refuse(of_output_error(error))

    async def _unreadable(self, rejected: RejectedError) -> NoReturn:
        """Refuses a response for what would be the client's fault in a request: here it is not."""
        _LOGGER.error("a response was refused: %s", rejected.why)
        await self._refuse(OUTPUT_REFUSED)

    async def _refuse(self, problem: Problem) -> NoReturn:
        """Answers in the application's place, and tells it that the response has ended."""
        self._start = None
        self.ended = True
        body = problem.encoded()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *(header for header in problem.headers if header[0] != b"accept-encoding"),
        ]
        await self._send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
        raise CutOffError("the response was refused")

    async def _pass(self, message: Message) -> None:
        """Sends what is not looked at, and what was held before it."""
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start)
        await self._send(message)


def _rewritten(body: Body, texts: list[str]) -> tuple[bytes, str | None]:
    """The body of an answer with other texts, and the charset if it had to change."""
    return body.encoded(without_logprobs(body.changed(texts)))
