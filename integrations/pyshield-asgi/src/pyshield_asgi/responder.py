"""Responder: the state of one request on its way to the application, or to a refusal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pyshield.errors import ShieldError
from pyshield_asgi.body import UnreadableError, parse
from pyshield_asgi.channel import Channel, DisconnectedError
from pyshield_asgi.content import Content, Media, rewritten_headers
from pyshield_asgi.conversation import judge_conversations
from pyshield_asgi.exchange import Exchange, unoffered
from pyshield_asgi.judge import SCOPE_KEY, mark, refuse, refused, scanned
from pyshield_asgi.outcome import fields_of
from pyshield_asgi.problem import ENCODED, UNSUPPORTED, RejectedError, of_error, too_large
from pyshield_asgi.prompt import OFFLOADED, Prompt

if TYPE_CHECKING:
    from pyshield._runtime import ScannedDocument
    from pyshield_asgi._types import ASGIApp, Message, Receive, Scope, Send
    from pyshield_asgi.body import Body
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.outcome import ScannedField
    from pyshield_asgi.problem import Problem

__all__ = ["Responder"]

_UTF_8 = (None, "utf-8")


class Responder:
    """One request.

    Args:
        app: The application.
        guard: Who guards it.
        scope: The request's scope.
        receive: The server's `receive`.
        send: The server's `send`.
    """

    __slots__ = (
        "_app",
        "_channel",
        "_document",
        "_guard",
        "_prompt",
        "_read",
        "_receive",
        "_scope",
        "_send",
        "_tried",
    )

    def __init__(self, app: ASGIApp, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._guard = guard
        self._scope = scope
        self._receive = receive
        self._send = send
        self._channel = Channel(receive)
        # What an answer is compared with, where one is.
        self._prompt = Prompt(guard, scope) if guard.compares else None
        # Whether the body was read to its end: the connection can go on only then.
        self._read = False
        # Whether the body was to be scanned in one call, and what came of it if it could be.
        self._tried = False
        self._document: ScannedDocument | None = None

    def begun(self, first: Message, document: ScannedDocument | None, *, tried: bool) -> Responder:
        """The request of which something was received already.

        Args:
            first: That.
            document: What came of reading and scanning it in one call, if that was tried and could be.
            tried: Whether it was.
        """
        self._channel.unread(first)
        self._document, self._tried = document, tried
        return self

    async def respond(self) -> None:
        """Hands the request to the application, or answers in its place."""
        try:
            try:
                await self._enter()
            except RejectedError as rejected:
                await self.reject(rejected.problem)
                return
            except DisconnectedError:
                return
            receive = self._channel.receive if self._read else self._receive
            if self._guard.answers and self._scope.get("method") != "HEAD":
                unoffered(self._scope)
                answering = Exchange(self._guard, self._prompt, receive, self._send)
                await answering.run(self._app, self._scope)
            else:
                await self._app(self._scope, receive, self._send)
        finally:
            self._channel.close()

    async def _enter(self) -> None:
        """Reads, scans and rewrites the body, or leaves it to the application."""
        guard = self._guard
        content = Content.of(self._scope["headers"])
        if content.media is Media.OTHER and guard.other_types == "pass":
            return
        if content.media is not Media.OTHER and content.encoded and guard.encoded == "pass":
            return
        if content.length:
            # What its headers alone show to be refused is, before the client sends it.
            self._check(content)
            if content.length > guard.max_body_bytes:
                raise RejectedError(too_large(guard.max_body_bytes))
        data = await self._channel.read(guard.max_body_bytes)
        self._read = True
        if not data:
            mark(self._scope, guard, (), self._scope.get(SCOPE_KEY))
            return
        self._check(content)
        document = self._document if self._tried else self._tried_now(data, content)
        if document is not None and document.clean:
            mark(self._scope, guard, (), self._scope.get(SCOPE_KEY), document)
            if self._prompt is not None:
                self._prompt.of(Media.JSON, data.decode())
            return
        if document is not None:
            body = parse(data, Media.JSON, content.charset, guard.choice, guard.max_fields)
            await self._settle(body, fields_of(document))
            return
        # A short body is read here, a long one would hold the event loop up.
        read = (
            self._parsed(data, content)
            if len(data) < OFFLOADED
            else await asyncio.to_thread(self._parsed, data, content)
        )
        if read is not None:
            fields = await scanned(guard, read.fields, self._channel.unless_disconnected)
            await self._settle(read, fields)

    def _at_once(self, data: bytes) -> ScannedDocument | None:
        """A short document, read and scanned in one call; `None` if that is not done."""
        direct = self._guard.direct
        try:
            return None if direct is None else direct.scan(data)
        except ShieldError as error:
            raise RejectedError(of_error(error)) from error

    def _tried_now(self, data: bytes, content: Content) -> ScannedDocument | None:
        """The same of a body that its headers did not say all of, or that came in pieces."""
        if content.media is Media.TEXT or content.charset not in _UTF_8:
            return None
        return self._at_once(data)

    def _check(self, content: Content) -> None:
        """Refuses a body that cannot be scanned, and must not pass unscanned."""
        if content.media is Media.OTHER:
            raise RejectedError(UNSUPPORTED)
        if content.encoded:
            raise RejectedError(ENCODED)

    def _parsed(self, data: bytes, content: Content) -> Body | None:
        """The body, or `None` if it cannot be read and may pass all the same."""
        guard = self._guard
        named = content.media is not Media.UNNAMED
        media = content.media if named else Media.JSON
        try:
            return parse(data, media, content.charset, guard.choice, guard.max_fields)
        except UnreadableError:
            if not named and guard.other_types == "refuse":
                raise RejectedError(UNSUPPORTED) from None
            if not named or guard.unreadable == "pass":
                return None
            raise

    async def _settle(self, body: Body, fields: tuple[ScannedField, ...]) -> None:
        """Refuses the request, or rewrites it."""
        guard, scope = self._guard, self._scope
        outcome = mark(scope, guard, fields, scope.get(SCOPE_KEY))
        if refusing := refused(guard, fields):
            await refuse(guard, scope, outcome, refusing)
        text = body.text
        if any([field.rewritten for field in fields]):  # noqa: C419  # a list is quicker for a few
            texts = [field.result.text for field in fields]
            long = len(text) >= OFFLOADED
            text = await asyncio.to_thread(body.changed, texts) if long else body.changed(texts)
            data, charset = body.encoded(text)
            self._channel.replay(data)
            scope["headers"] = rewritten_headers(scope["headers"], len(data), charset)
        if guard.shield.messages is not None and body.media is Media.JSON:
            judged = judge_conversations(guard, scope, outcome, text)
            await self._channel.unless_disconnected(judged)
        if self._prompt is not None:
            self._prompt.of(body.media, text)

    async def reject(self, problem: Problem) -> None:
        """Answers in the application's place."""
        body = problem.encoded()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *problem.headers,
        ]
        if not self._read and self._scope.get("http_version", "1.1").startswith("1"):
            # What the client still sends would be taken for its next request.
            headers.append((b"connection", b"close"))
        try:
            await self._send({"type": "http.response.start", "status": problem.status, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
        except OSError:
            # The client went away: nobody is left to be told.
            return
