"""ShieldMiddleware: the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyshield_asgi.fields import EVERY_STRING
from pyshield_asgi.policy import unless_redacted
from pyshield_asgi.responder import Responder
from pyshield_asgi.settings import Paths, Settings, checked_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyshield.results import ScanResult
    from pyshield.shield import Shield
    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send
    from pyshield_asgi.settings import FieldChoice, OnRefused, Otherwise

__all__ = ["ShieldMiddleware"]


class ShieldMiddleware:
    """Scans JSON and text request bodies before the application sees them.

    What a scanner redacts is rewritten in the body; what one refuses is answered with 422 and a problem
    (RFC 9457). Everything that is not an HTTP request with such a body passes through untouched.

    Args:
        app: The ASGI application.
        shield: Scans the texts, as prompts. It stays yours: close it when the application ends.
        fields: Which strings of a JSON document are scanned: JSON pointers in which `*` stands for any
            member or item and `**` for any number of levels, or a function that is given the parsed document
            and returns such pointers. All strings, if not given; `CHAT_FIELDS` is a narrower choice.
        paths: Paths that are guarded, exact or ending in `*`; all, if not given.
        exclude: Paths that are not.
        max_body_bytes: The largest body; a larger one is answered with 413.
        max_fields: The most texts in one document; more are answered with 413.
        deadline: Seconds for a scan; that of the shield's limits if not given.
        refuses: Decides for each result whether the request is refused. `unless_redacted` lets a text pass
            if all that was found has been replaced, `always` refuses whatever a scanner refuses.
        other_types: What becomes of bodies of other media types.
        encoded: What becomes of JSON and text with a content-encoding.
        unreadable: What becomes of a body that is not the JSON, or not in the charset, that it claims to be.
        disclose: Whether a refusal tells the client which scanners found what, and where.
        on_refused: Is told of each refusal of content, with the scope and the outcome; may be asynchronous.
        responses: Whether responses are scanned as well, as outputs; if not given, they are if the shield has
            scanners for outputs.

    Raises:
        ConfigError: For a wrong type or value.
    """

    __slots__ = ("_settings", "app")

    def __init__(
        self,
        app: ASGIApp,
        shield: Shield,
        *,
        fields: FieldChoice = EVERY_STRING,
        paths: Sequence[str] | None = None,
        exclude: Sequence[str] = (),
        max_body_bytes: int = 1024 * 1024,
        max_fields: int = 1000,
        deadline: float | None = None,
        refuses: Callable[[ScanResult], bool] = unless_redacted,
        other_types: Otherwise = "pass",
        encoded: Otherwise = "refuse",
        unreadable: Otherwise = "refuse",
        disclose: bool = True,
        on_refused: OnRefused | None = None,
        responses: bool | None = None,
    ) -> None:
        choice, compared = checked_fields(fields)
        self.app = app
        self._settings = Settings(
            shield=shield,
            fields=choice,
            guard=(id(shield), compared),
            paths=None if paths is None else Paths("paths", paths),
            exclude=Paths("exclude", exclude),
            max_body_bytes=max_body_bytes,
            max_fields=max_fields,
            deadline=deadline,
            refuses=refuses,
            other_types=other_types,
            encoded=encoded,
            unreadable=unreadable,
            disclose=disclose,
            on_refused=on_refused,
            responses=bool(getattr(shield, "output", ())) if responses is None else responses,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection, as ASGI has it."""
        if scope["type"] != "http" or not self._settings.applies(scope):
            await self.app(scope, receive, send)
            return
        await Responder(self.app, self._settings, scope, receive, send).respond()
