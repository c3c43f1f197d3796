"""Metrics: what shields count, as a page that Prometheus reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pyshield.shield import Shield
from pyshield_asgi.guard import wrong

if TYPE_CHECKING:
    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send

__all__ = ["metrics_app"]

_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


def metrics_app(shields: Shield | Mapping[str, Shield], *, functions: bool = True) -> ASGIApp:
    """An ASGI application that answers with counters and histograms in Prometheus' text format.

    Names, numbers and durations are all that is in them, no text of anybody's.

    Args:
        shields: A shield; or several by name, whose numbers then have a label `shield`.
        functions: Whether the numbers of `pyshield.functions`, those of your own scanners among them, are
            on the page as well. They are counted for the process.

    Returns:
        An application for `GET` and `HEAD`, to be mounted or put on a route:
        `app.add_route("/metrics", metrics_app(shield))`.

    Raises:
        ConfigError: For anything that is no shield.
    """
    return _Metrics(shields, functions=functions)


class _Metrics:
    __slots__ = ("_functions", "_named", "_shield")

    def __init__(self, shields: Shield | Mapping[str, Shield], *, functions: bool) -> None:
        self._shield = None if isinstance(shields, Mapping) else shields
        self._named = dict(shields) if isinstance(shields, Mapping) else {}
        self._functions = functions
        for shield in (*self._named.values(), *(() if isinstance(shields, Mapping) else (shields,))):
            if not isinstance(shield, Shield):
                raise wrong("shields", f"expected a pyshield.Shield, got {type(shield).__name__}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  # as ASGI has it
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            raise NotImplementedError("metrics are asked for by HTTP alone")
        found = scope["method"] in ("GET", "HEAD")
        page = self.page().encode() if found else b""
        headers = [(b"content-length", b"%d" % len(page)), (b"cache-control", b"no-store")]
        headers.append((b"content-type", _TYPE) if found else (b"allow", b"GET, HEAD"))
        await send({"type": "http.response.start", "status": 200 if found else 405, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page})

    def page(self) -> str:
        """The numbers as they are now."""
        pages = [self._shield.prometheus()] if self._shield is not None else []
        if self._named:
            pages.append(_together({name: shield.prometheus() for name, shield in self._named.items()}))
        if self._functions:
            from pyshield.functions import prometheus

            pages.append(prometheus())
        return "".join(pages)


def _together(pages: Mapping[str, str]) -> str:
    """Pages as one, in which each family of numbers stands once and each number says whose it is."""
    families: dict[str, list[str]] = {}
    heads: dict[str, list[str]] = {}
    for name, page in pages.items():
        label = f'shield="{_escaped(name)}"'
        family = ""
        for line in page.splitlines():
            if line.startswith("#"):
                family = line.split(" ", 3)[2]
                head = heads.setdefault(family, [])
                if line not in head:
                    head.append(line)
                continue
            families.setdefault(family, []).append(_labelled(line, label))
    lines = [line for family, head in heads.items() for line in (*head, *families.get(family, ()))]
    return "".join(f"{line}\n" for line in lines)


def _labelled(sample: str, label: str) -> str:
    name, labels, rest = sample.partition("{")
    if labels:
        return f"{name}{{{label},{rest}"
    name, _, value = sample.partition(" ")
    return f"{name}{{{label}}} {value}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
