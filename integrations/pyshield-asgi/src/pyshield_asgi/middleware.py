"""ShieldMiddleware: the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield_asgi.connection import Connection
from pyshield_asgi.guard import Guard, is_seconds, wrong
from pyshield_asgi.lifespan import Lifespan
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection, as ASGI has it."""
        kind = scope["type"]
        if kind == "lifespan":
            shields = (guard.shield for guard in self._routes.guards)
            await Lifespan(self.app, shields, self._drain, receive, send).run(scope)
            return
        guard = self._routes.guard(scope) if kind in ("http", "websocket") else None
        if guard is None or (kind == "websocket" and guard.messages == "pass"):
            await self.app(scope, receive, send)
            return
        if guard.session is not None:
            guard = guard.within(scope)
        if kind == "http":
            await Responder(self.app, guard, scope, receive, send).respond()
        else:
            await Connection(self.app, guard, scope, receive, send).run()
