"""ResponseGuard: the response's `send`, with everything that a model wrote scanned on the way."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NoReturn

from pyshield.dialects.flow import EventFlow, LineFlow, TextFlow
from pyshield.dialects.outputs import Outputs, TooManyOutputsError
from pyshield.dialects.sse import TooLongError
from pyshield.errors import ShieldError
from pyshield_asgi.body import parse
from pyshield_asgi.content import Content, Media, rewritten_headers, streamed_headers
from pyshield_asgi.guard import ANSWERS
from pyshield_asgi.judge import answered
from pyshield_asgi.problem import OUTPUT_REFUSED, Problem, RejectedError, of_output_error

if TYPE_CHECKING:
    from pyshield.dialects.flow import Flow
    from pyshield_asgi._types import Message, Send
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.prompt import Prompt

__all__ = ["CutOffError", "ResponseGuard"]

_LOGGER = logging.getLogger("pyshield_asgi")

_LINES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"}
)


class CutOffError(OSError):
    """Tells the application that its response has ended: to it, as if the client had gone."""


class ResponseGuard:
    """One response.

    Args:
        guard: Who guards it.
        prompt: What it answers.
        send: The server's `send`.

    Attributes:
        ended: Whether the response ended before the application was done with it.
    """

    __slots__ = ("_body", "_flow", "_guard", "_outputs", "_prompt", "_send", "_start", "ended")

    def __init__(self, guard: Guard, prompt: Prompt, send: Send) -> None:
        self._guard = guard
        self._prompt = prompt
        self._send = send
        self._outputs = Outputs(guard.shield, "", guard.max_fields)
        # The start of a response whose body is scanned as a whole, and what has come of that.
        self._start: Message | None = None
        self._body = bytearray()
        self._flow: Flow | None = None
        self.ended = False

    async def send(self, message: Message) -> None:
        """The application's `send`."""
        if self.ended:
            raise CutOffError("the response was cut off")
        kind = message["type"]
        if kind == "http.response.start":
            await self._begin(message)
        elif kind == "http.response.body" and self._flow is not None:
            await self._stream(self._flow, message)
        elif kind == "http.response.body" and self._start is not None:
            await self._collect(self._start, message)
        else:
            await self._pass_start()
            await self._send(message)

    async def fail(self) -> None:
        """Ends a response whose application failed, so that the client gets a whole one."""
        if self._flow is not None and not self.ended:
            self.ended = True
            await self._send({"type": "http.response.body", "body": self._flow.failed(), "more_body": False})

    def close(self) -> None:
        """Frees what is held."""
        self._outputs.close()
        self._body.clear()

    async def _begin(self, message: Message) -> None:
        headers = list(message.get("headers", ()))
        self._flow = None
        try:
            content = Content.of(headers)
        except RejectedError as rejected:
            await self._unreadable(rejected)
        if content.encoded or message["status"] in (204, 206, 304):
            await self._send(message)
            return
        essence = _essence(headers)
        if content.media is Media.JSON and essence not in _LINES and essence != "application/problem+json":
            self._start = message
            return
        if essence == "text/event-stream" or essence in _LINES or content.media is Media.TEXT:
            self._flow = await self._opened(essence, content.charset)
            message = {**message, "headers": streamed_headers(headers)}
        await self._send(message)

    async def _opened(self, essence: str, charset: str | None) -> Flow:
        """The way of a body that comes piece by piece."""
        guard = self._guard
        most = guard.max_body_bytes
        self._outputs = outputs = Outputs(guard.shield, await self._prompt.text(), guard.max_fields)
        if essence == "text/event-stream":
            return EventFlow(outputs, most)
        return LineFlow(outputs, most) if essence in _LINES else TextFlow(outputs, most, charset or "utf-8")

    async def _stream(self, flow: Flow, message: Message) -> None:
        more = message.get("more_body", False)
        try:
            data = await flow.feed(message.get("body", b""))
            if not more and not self._outputs.blocked:
                data += await flow.finish()
        except (ShieldError, TooLongError, TooManyOutputsError) as error:
            # Its words name no text; where it went wrong is for the log, not for the client.
            _LOGGER.error("a streamed response was cut off: %s: %s", type(error).__name__, error)  # noqa: TRY400
            self.ended = True
            await self._send({"type": "http.response.body", "body": flow.failed(), "more_body": False})
            raise CutOffError("the response was cut off") from error
        if self._outputs.blocked:
            self.ended = more
            _LOGGER.warning("a streamed response was cut off: a scanner refused it")
            await self._send({"type": "http.response.body", "body": data, "more_body": False})
            if more:
                raise CutOffError("the response was cut off")
            return
        if data or not more:
            await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _collect(self, start: Message, message: Message) -> None:
        """Collects a JSON body, and sends what passes of it when it is there."""
        self._body += message.get("body", b"")
        if len(self._body) > self._guard.max_body_bytes:
            _LOGGER.error("a response was refused: it has more than max_body_bytes")
            await self._refuse(OUTPUT_REFUSED)
        if message.get("more_body", False):
            return
        data, charset = bytes(self._body), None
        headers = list(start.get("headers", ()))
        try:
            data, charset = await self._scanned(data, Content.of(headers).charset)
        except RejectedError as rejected:
            await self._unreadable(rejected)
        except ShieldError as error:
            _LOGGER.error("a response was not scanned: %s: %s", type(error).__name__, error)  # noqa: TRY400
            await self._refuse(of_output_error(error))
        if data != self._body:
            start = {**start, "headers": rewritten_headers(headers, len(data), charset)}
        self._start = None
        await self._send(start)
        await self._send({"type": "http.response.body", "body": data, "more_body": False})

    async def _scanned(self, data: bytes, charset: str | None) -> tuple[bytes, str | None]:
        guard = self._guard
        if not data:
            return data, None
        choice = ANSWERS if guard.answer_choice is None else guard.answer_choice
        body = parse(data, Media.JSON, charset, choice, guard.max_fields)
        if not body.fields:
            return data, None
        texts = await answered(guard, await self._prompt.text(), body.fields)
        return (data, None) if texts is None else body.rewritten(texts)

    async def _unreadable(self, rejected: RejectedError) -> NoReturn:
        """Refuses a response for what would be the client's fault in a request: here it is not."""
        _LOGGER.error("a response was refused: %s", rejected.problem.title)
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
        ]
        await self._send({"type": "http.response.start", "status": problem.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})
        raise CutOffError("the response was refused")

    async def _pass_start(self) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start)


def _essence(headers: list[Any]) -> str:
    """The media type of a response, without its parameters."""
    named = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    essence: str = named.decode("latin-1").partition(";")[0]
    return essence.strip().lower()
