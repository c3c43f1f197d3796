"""Responder: the state of one request on its way to the application, or to a refusal."""

from __future__ import annotations

import asyncio
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from pyshield.errors import ShieldError
from pyshield_asgi.body import Body, UnreadableError, parse
from pyshield_asgi.channel import Channel, DisconnectedError
from pyshield_asgi.content import Content, Media, rewritten_headers
from pyshield_asgi.outcome import ScannedBody, ScannedField
from pyshield_asgi.problem import ENCODED, UNSUPPORTED, RejectedError, of_error, of_refusal, too_large
from pyshield_asgi.response import ResponseGuard

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyshield.results import ScanResult
    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send
    from pyshield_asgi.problem import Problem
    from pyshield_asgi.settings import Settings

__all__ = ["SCOPE_KEY", "Responder"]

T = TypeVar("T")

SCOPE_KEY = "pyshield"
"""Where the `ScannedBody` stands in the scope and in the request's state."""

_OFFLOADED = 64 * 1024
"""Bytes of a body from which on it is parsed in a thread: about half a millisecond's work."""


class Responder:
    """One request.

    Args:
        app: The application.
        settings: The middleware's settings.
        scope: The request's scope.
        receive: The server's `receive`.
        send: The server's `send`.
    """

    __slots__ = ("_app", "_channel", "_content", "_read", "_receive", "_scope", "_send", "_settings")

    def __init__(self, app: ASGIApp, settings: Settings, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._settings = settings
        self._scope = scope
        self._receive = receive
        self._send = send
        self._channel = Channel(receive)
        self._content = Content(Media.OTHER)
        # Whether the body was read to its end: the connection can go on only then.
        self._read = False

    async def respond(self) -> None:
        """Hands the request to the application, or answers in its place."""
        try:
            try:
                await self._guard()
            except RejectedError as rejected:
                await self._reject(rejected.problem)
                return
            except DisconnectedError:
                return
            receive = self._channel.receive if self._read else self._receive
            if self._settings.responses and self._scope.get("method") != "HEAD":
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
        guard = ResponseGuard(self._settings, self._send)
        try:
            await self._app(self._scope, receive, guard.send)
        except Exception:
            if guard.ended:
                return  # the application was told that its client had gone
            await guard.fail()
            raise
        finally:
            guard.close()

    async def _guard(self) -> None:
        """Reads, scans and rewrites the body, or leaves it to the application."""
        settings = self._settings
        self._content = content = Content.of(self._scope["headers"])
        if content.media is Media.OTHER and settings.other_types == "pass":
            return
        if content.media is not Media.OTHER and content.encoded and settings.encoded == "pass":
            return
        self._check_unread()
        data = await self._channel.read(settings.max_body_bytes)
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
        content, most = self._content, self._settings.max_body_bytes
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
        settings, content = self._settings, self._content
        named = content.media is not Media.UNNAMED
        media = content.media if named else Media.JSON
        try:
            return await _bounded(
                len(data), parse, data, media, content.charset, settings.fields, settings.max_fields
            )
        except UnreadableError:
            if not named and settings.other_types == "refuse":
                raise RejectedError(UNSUPPORTED) from None
            if not named or settings.unreadable == "pass":
                return None
            raise

    async def _scan(self, body: Body) -> None:
        texts = [field.text for field in body.fields]
        try:
            results = await self._channel.unless_disconnected(self._results(texts)) if texts else []
        except ShieldError as error:
            raise RejectedError(of_error(error)) from error
        fields = tuple(
            ScannedField(field.path, result, result.text != field.text)
            for field, result in zip(body.fields, results, strict=True)
        )
        outcome = self._mark(fields)
        refused = [field for field in fields if self._settings.refuses(field.result)]
        if refused:
            if self._settings.on_refused is not None:
                told = self._settings.on_refused(self._scope, outcome)
                if isawaitable(told):
                    await told
            raise RejectedError(of_refusal(outcome, refused, disclose=self._settings.disclose))
        if any(field.rewritten for field in fields):
            data, charset = await _bounded(
                len(body.text), body.rewritten, [result.text for result in results]
            )
            self._channel.replay(data)
            self._scope["headers"] = rewritten_headers(self._scope["headers"], len(data), charset)

    async def _results(self, texts: list[str]) -> list[ScanResult]:
        shield, deadline = self._settings.shield, self._settings.deadline
        if len(texts) == 1:
            return [await shield.scan_prompt(texts[0], deadline=deadline)]
        return await shield.scan_prompts(texts, deadline=deadline)

    def _mark(self, fields: tuple[ScannedField, ...]) -> ScannedBody:
        """Puts the outcome where the application finds it, beside that of a guard further out."""
        scope = self._scope
        before = scope.get(SCOPE_KEY) or ScannedBody()
        outcome = ScannedBody(before.fields + fields, (*before.guards, self._settings.guard))
        scope[SCOPE_KEY] = outcome
        # Frameworks show this as `request.state.pyshield`.
        scope.setdefault("state", {})[SCOPE_KEY] = outcome
        return outcome

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
    return work(*args) if size < _OFFLOADED else await asyncio.to_thread(work, *args)
