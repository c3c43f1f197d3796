"""Responder: the state of one request on its way to the application, or to a refusal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from pyshield_asgi.body import Body, UnreadableError, parse
from pyshield_asgi.channel import Channel, DisconnectedError
from pyshield_asgi.content import Content, Media, rewritten_headers
from pyshield_asgi.judge import SCOPE_KEY, judge, mark, scanned
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.problem import ENCODED, UNSUPPORTED, RejectedError, too_large
from pyshield_asgi.prompt import OFFLOADED, Prompt
from pyshield_asgi.response import ResponseGuard

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send
    from pyshield_asgi.guard import Guard
    from pyshield_asgi.problem import Problem

__all__ = ["Responder"]

T = TypeVar("T")


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
        "_content",
        "_guard",
        "_prompt",
        "_read",
        "_receive",
        "_scope",
        "_send",
    )

    def __init__(self, app: ASGIApp, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._guard = guard
        self._scope = scope
        self._receive = receive
        self._send = send
        self._channel = Channel(receive)
        self._content = Content(Media.OTHER)
        self._prompt = Prompt(guard, scope)
        # Whether the body was read to its end: the connection can go on only then.
        self._read = False

    async def respond(self) -> None:
        """Hands the request to the application, or answers in its place."""
        try:
            try:
                await self._enter()
            except RejectedError as rejected:
                await self._reject(rejected.problem)
                return
            except DisconnectedError:
                return
            receive = self._channel.receive if self._read else self._receive
            if self._guard.answers and self._scope.get("method") != "HEAD":
                await self._answer(receive)
            else:
                await self._app(self._scope, receive, self._send)
        finally:
            self._channel.close()

    async def _answer(self, receive: Receive) -> None:
        """Runs the application with its response guarded."""
        # Bodies that the server would read from a file are not seen here, so they are not offered.
        extensions = dict(self._scope.get("extensions") or {})
        if extensions.pop("http.response.pathsend", None) is not None:
            self._scope["extensions"] = extensions
        answer = ResponseGuard(self._guard, self._prompt, self._send)
        try:
            await self._app(self._scope, receive, answer.send)
        except Exception:
            if answer.ended:
                return  # the application was told that its client had gone
            await answer.fail()
            raise
        finally:
            answer.close()

    async def _enter(self) -> None:
        """Reads, scans and rewrites the body, or leaves it to the application."""
        guard = self._guard
        self._content = content = Content.of(self._scope["headers"])
        if content.media is Media.OTHER and guard.other_types == "pass":
            return
        if content.media is not Media.OTHER and content.encoded and guard.encoded == "pass":
            return
        self._check_unread()
        data = await self._channel.read(guard.max_body_bytes)
        self._read = True
        self._channel.replay(data)
        if not data:
            self._mark(())
            return
        if content.media is Media.OTHER:
            raise RejectedError(UNSUPPORTED)
        if content.encoded:
            raise RejectedError(ENCODED)
        body = await self._parsed(data)
        if body is not None:
            await self._scan(body)

    def _check_unread(self) -> None:
        """Refuses what its headers alone show to be refused, before the client sends it."""
        content, most = self._content, self._guard.max_body_bytes
        if not content.length:
            return
        if content.media is Media.OTHER:
            raise RejectedError(UNSUPPORTED)
        if content.encoded:
            raise RejectedError(ENCODED)
        if content.length > most:
            raise RejectedError(too_large(most))

    async def _parsed(self, data: bytes) -> Body | None:
        """The body, or `None` if it cannot be read and may pass all the same."""
        guard, content = self._guard, self._content
        named = content.media is not Media.UNNAMED
        media = content.media if named else Media.JSON
        try:
            return await _bounded(
                len(data), parse, data, media, content.charset, guard.choice, guard.max_fields
            )
        except UnreadableError:
            if not named and guard.other_types == "refuse":
                raise RejectedError(UNSUPPORTED) from None
            if not named or guard.unreadable == "pass":
                return None
            raise

    async def _scan(self, body: Body) -> None:
        guard = self._guard
        fields = await scanned(guard, body.fields, self._channel.unless_disconnected)
        await judge(guard, self._scope, self._mark(fields), fields)
        if any(field.rewritten for field in fields):
            texts = [field.result.text for field in fields]
            text = await _bounded(len(body.text), body.changed, texts)
            data, charset = body.encoded(text)
            self._channel.replay(data)
            self._scope["headers"] = rewritten_headers(self._scope["headers"], len(data), charset)
            self._prompt.of(body.media, text)
        else:
            self._prompt.of(body.media, body.text)

    def _mark(self, fields: tuple[ScannedField, ...]) -> ScannedBody:
        return mark(self._scope, self._guard, fields, self._scope.get(SCOPE_KEY) or ScannedBody())

    async def _reject(self, problem: Problem) -> None:
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


async def _bounded(size: int, work: Callable[..., T], *args: Any) -> T:  # noqa: ANN401  # those of `work`
    """Runs `work` here if it is a short one, and in a thread if it would hold the event loop up."""
    return work(*args) if size < OFFLOADED else await asyncio.to_thread(work, *args)
