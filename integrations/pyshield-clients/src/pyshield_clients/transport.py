"""Transports: what an SDK's HTTP client sends and receives, with an exchange in between.

They send through the HTTP client that the SDK's client was made with, so its proxies, certificates, limits,
hooks and connections stay in use.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from pyshield.errors import ShieldError
from pyshield_clients.bodies import is_json, media_of
from pyshield_clients.errors import NotGuardable
from pyshield_clients.exchange import Exchange
from pyshield_clients.forms import FORM
from pyshield_clients.waiting import Waiting, at_once

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import ModuleType, TracebackType

    from pyshield_clients.settings import Settings

__all__ = ["AsyncTransport", "Transport"]

_STALE = frozenset({"content-length", "content-encoding", "content-md5", "digest", "etag"})
"""Headers that are not true of an answer that was decoded and rewritten."""


class _Transport:
    """What both kinds share.

    Args:
        library: `httpx2` or `httpx`, whichever the HTTP client is of.
        inner: The HTTP client to send through.
        settings: The guard's settings.
    """

    def __init__(self, library: ModuleType, inner: Any, settings: Settings) -> None:  # noqa: ANN401
        self._library: Any = library
        self._inner = inner
        self._settings = settings

    def _exchange(self) -> Exchange:
        return Exchange(self._settings, Waiting(self._settings.shield(), self._settings.deadline))

    def _guards(self, exchange: Exchange, request: Any, response: Any) -> bool:  # noqa: ANN401
        """Whether the body of a response is to be scanned."""
        return exchange.answer(response.status_code, response.headers, request.headers.get("accept", ""))

    def _request(self, request: Any, body: bytes) -> Any:  # noqa: ANN401  # the library's request
        """The request with another body."""
        headers = [(name, value) for name, value in request.headers.raw if name.lower() not in _LENGTH]
        return self._library.Request(
            request.method, request.url, headers=headers, content=body, extensions=request.extensions
        )

    def _scans(self, request: Any) -> bool:  # noqa: ANN401
        """Whether the body of a request is scanned.

        Raises:
            NotGuardable: If it would have to be, and says itself that it is too long.
        """
        essence, _ = media_of(request.headers)
        length = request.headers.get("content-length", "")
        if essence == FORM and length.isdecimal():
            self._fits(int(length))
        return essence == FORM or is_json(essence)

    def _fits(self, size: int) -> None:
        most = self._settings.max_form_bytes
        if size > most:
            raise NotGuardable(
                f"the form has more than {most} bytes (max_form_bytes), so it cannot be scanned"
            )

    def _response(self, response: Any, stream: Any) -> Any:  # noqa: ANN401  # the library's response
        """The response with another body."""
        headers = [
            (name, value) for name, value in response.headers.multi_items() if name.lower() not in _STALE
        ]
        return self._library.Response(
            response.status_code, headers=headers, stream=stream, extensions=response.extensions
        )


_LENGTH = frozenset({b"content-length", b"transfer-encoding"})


class Transport(_Transport):
    """The transport of a guarded client that waits."""

    def handle_request(self, request: Any) -> Any:  # noqa: ANN401  # the library's request and response
        """Sends a request, rewritten, and gives its answer, whose body is scanned as it is read."""
        exchange = self._exchange()
        response = None
        try:
            if self._scans(request):
                request = self._held(request)
                body = request.content
                sent = at_once(exchange.request(request.headers, body))
                request = request if sent is body else self._request(request, sent)
            response = self._inner.send(request, stream=True, follow_redirects=False)
            if not self._guards(exchange, request, response):
                return response
        except ShieldError as error:
            if response is not None:
                response.close()
            raise self._settings.error(error) from error
        return self._response(response, _stream(self._library)(response, exchange, self._settings))

    def _held(self, request: Any) -> Any:  # noqa: ANN401
        """The request with its body in memory; files may be read but once."""
        if media_of(request.headers)[0] != FORM:
            request.read()
            return request
        body = bytearray()
        for piece in request.stream:
            body += piece
            self._fits(len(body))
        return self._request(request, bytes(body))

    def close(self) -> None:
        """Closes the HTTP client."""
        self._inner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()


class AsyncTransport(_Transport):
    """The transport of a guarded client that is awaited."""

    async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401
        """As `Transport.handle_request`."""
        exchange = self._exchange()
        response = None
        try:
            if self._scans(request):
                request = await self._held(request)
                body = request.content
                sent = await exchange.request(request.headers, body)
                request = request if sent is body else self._request(request, sent)
            response = await self._inner.send(request, stream=True, follow_redirects=False)
            if not self._guards(exchange, request, response):
                return response
        except ShieldError as error:
            if response is not None:
                await response.aclose()
            raise self._settings.error(error) from error
        return self._response(response, _async_stream(self._library)(response, exchange, self._settings))

    async def _held(self, request: Any) -> Any:  # noqa: ANN401
        """As `Transport._held`."""
        if media_of(request.headers)[0] != FORM:
            await request.aread()
            return request
        body = bytearray()
        async for piece in request.stream:
            body += piece
            self._fits(len(body))
        return self._request(request, bytes(body))

    async def aclose(self) -> None:
        """Closes the HTTP client."""
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.aclose()


class _Body:
    """The body of an answer."""

    def __init__(self, response: Any, exchange: Exchange, settings: Settings) -> None:  # noqa: ANN401
        self._response = response
        self._exchange = exchange
        self._settings = settings


class _Read(_Body):
    """One that is read by waiting. After a cut the rest of it is not asked for."""

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._response.iter_bytes():
                if passed := at_once(self._exchange.feed(data)):
                    yield passed
                if self._exchange.ended:
                    return
            if passed := at_once(self._exchange.finish()):
                yield passed
        except ShieldError as error:
            raise self._settings.error(error) from error
        finally:
            self.close()

    def close(self) -> None:
        self._exchange.close()
        self._response.close()


class _Awaited(_Body):
    """One that is awaited."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._response.aiter_bytes():
                if passed := await self._exchange.feed(data):
                    yield passed
                if self._exchange.ended:
                    return
            if passed := await self._exchange.finish():
                yield passed
        except ShieldError as error:
            raise self._settings.error(error) from error
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        self._exchange.close()
        await self._response.aclose()


@cache
def _stream(library: Any) -> Any:  # noqa: ANN401  # a class
    """A body as the library wants it."""
    return type("GuardedStream", (_Read, library.SyncByteStream), {})


@cache
def _async_stream(library: Any) -> Any:  # noqa: ANN401  # a class
    return type("GuardedStream", (_Awaited, library.AsyncByteStream), {})
