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
from pyshield_asgi.fields import ANSWER_FIELDS, Fields
from pyshield_asgi.problem import OUTPUT_REFUSED, Problem, RejectedError, of_output_error

if TYPE_CHECKING:
    from pyshield.dialects.flow import Flow
    from pyshield_asgi._types import Message, Send
    from pyshield_asgi.settings import Settings

__all__ = ["CutOffError", "ResponseGuard"]

_LOGGER = logging.getLogger("pyshield_asgi")

_FIELDS = Fields(ANSWER_FIELDS)

_LINES = frozenset(
    {"application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"}
)


class CutOffError(OSError):
    """Tells the application that its response has ended: to it, as if the client had gone."""


class ResponseGuard:
    """One response.

    Args:
        settings: The middleware's settings.
        send: The server's `send`.

    Attributes:
        ended: Whether the response ended before the application was done with it.
    """

    __slots__ = ("_body", "_flow", "_outputs", "_send", "_settings", "_start", "ended")

    def __init__(self, settings: Settings, send: Send) -> None:
        self._settings = settings
        self._send = send
        self._outputs = Outputs(settings.shield, "", settings.max_fields)
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
        most = self._settings.max_body_bytes
        if essence == "text/event-stream":
            self._flow = EventFlow(self._outputs, most)
        elif essence in _LINES:
            self._flow = LineFlow(self._outputs, most)
        elif content.media is Media.TEXT:
            self._flow = TextFlow(self._outputs, most, content.charset or "utf-8")
        elif content.media is Media.JSON and essence != "application/problem+json":
            self._start = message
            return
        if self._flow is not None:
            message = {**message, "headers": streamed_headers(headers)}
        await self._send(message)

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
        if len(self._body) > self._settings.max_body_bytes:
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
        settings = self._settings
        if not data:
            return data, None
        body = parse(data, Media.JSON, charset, _FIELDS, settings.max_fields)
        pairs = [("", field.text) for field in body.fields]
        results = await settings.shield.scan_outputs(pairs, deadline=settings.deadline) if pairs else []
        if any(settings.refuses(result) for result in results):
            raise RejectedError(OUTPUT_REFUSED)
        texts = [result.text for result in results]
        if all(text == field.text for text, field in zip(texts, body.fields, strict=True)):
            return data, None
        return body.rewritten(texts)

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
