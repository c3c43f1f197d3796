"""ShieldMiddleware: the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield._runtime import short_json
from pyshield.errors import ShieldError
from pyshield_asgi.connection import Connection
from pyshield_asgi.exchange import Exchange, unoffered
from pyshield_asgi.guard import Guard, is_seconds, wrong
from pyshield_asgi.judge import SCOPE_KEY, mark
from pyshield_asgi.lifespan import Lifespan
from pyshield_asgi.problem import of_error
from pyshield_asgi.responder import Responder
from pyshield_asgi.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from pyshield.shield import Shield
    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send
    from pyshield_asgi.guard import Options
    from pyshield_asgi.routes import RouteChoice

__all__ = ["ShieldMiddleware"]


class ShieldMiddleware:
    """Scans request bodies and WebSocket messages before the application sees them, and what it answers.

    What a scanner redacts is rewritten; what one refuses is answered with 422 and a problem (RFC 9457), or
    the connection is closed with 1008. Everything that is neither JSON nor text passes through untouched.

    Args:
        app: The ASGI application.
        shield: Guards every request that `routes` does not name; without it, those are not guarded.
        routes: Other guards for some paths: pairs (or a mapping) of a path, exact or ending in `*`, and a
            `Guard`, a `Shield`, or `None` for no guard; the first that matches counts. Or a function of the
            scope, which returns a `Guard` or `None` and is asked for every request.
        paths: Paths that are guarded at all, exact or ending in `*`; all, if not given.
        exclude: Paths that are not.
        drain: Seconds that a shutdown waits for scans under way; the shields are closed then. `None` leaves
            them open, for shields that outlive the application. It matters where a lifespan is run.
        options: The keyword arguments of `Guard`, for `shield`.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ("_drain", "_routes", "app")

    def __init__(
        self,
        app: ASGIApp,
        shield: Shield | None = None,
        *,
        routes: RouteChoice = (),
        paths: Sequence[str] | None = None,
        exclude: Sequence[str] = (),
        drain: float | None = 5.0,
        **options: Unpack[Options],
    ) -> None:
        if drain is not None and not is_seconds(drain):
            raise wrong("drain", "expected seconds above 0, or None")
        alone = shield is None and bool(routes)
        if alone and options:
            raise wrong(next(iter(options)), "belongs to `shield`, which is not given")
        default = None if alone else Guard(shield, **options)  # type: ignore[arg-type]  # it says what it is
        self.app = app
        self._drain = drain
        self._routes = Routes(default, routes, paths, exclude)

    # All of most requests is in here: each coroutine more is one more that each of them runs through.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901
        """Serves one connection, as ASGI has it."""
        kind = scope["type"]
        guard = self._routes.guard(scope) if kind in ("http", "websocket") else None
        if guard is None or kind != "http":
            await self._serve(guard, scope, receive, send)
            return
        if guard.session is not None:
            guard = guard.within(scope)
        direct = None if guard.compares else guard.direct
        asks = None if direct is None else short_json(scope["headers"], guard.short)
        if direct is None or asks is None:
            await Responder(self.app, guard, scope, receive, send).respond()
            return
        # What most requests are, a short JSON document that says so, comes in one message as a rule.
        first, document = await receive(), None
        if tried := not first.get("more_body"):
            try:
                document = direct.scan(first.get("body"))
            except ShieldError as error:
                await Responder(self.app, guard, scope, receive, send).reject(of_error(error))
                return
        if document is None or not document.clean:
            responder = Responder(self.app, guard, scope, receive, send)
            await responder.begun(first, document, tried=tried).respond()
            return
        mark(scope, guard, (), scope.get(SCOPE_KEY), document)
        answering = Exchange(guard, None, receive, send, first)
        if not guard.answers or scope.get("method") == "HEAD":
            await self.app(scope, answering.receive, send)
            return
        if asks or "extensions" in scope:
            unoffered(scope)
        try:
            await self.app(scope, answering.receive, answering.send)
        except Exception:
            if not await answering.failed():
                raise
        finally:
            if answering.other is not None:
                answering.other.close()

    async def _serve(self, guard: Guard | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves what is not guarded, or no request."""
        if scope["type"] == "lifespan":
            shields = (guard.shield for guard in self._routes.guards)
            await Lifespan(self.app, shields, self._drain, receive, send).run(scope)
        elif guard is None or guard.messages == "pass":
            await self.app(scope, receive, send)
        else:
            await Connection(self.app, guard.within(scope), scope, receive, send).run()
