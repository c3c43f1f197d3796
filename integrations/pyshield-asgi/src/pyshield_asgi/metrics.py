"""Metrics: what shields count, as a page that Prometheus reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyshield.sessions import Sessions
from pyshield.shield import Shield
from pyshield_asgi.guard import wrong

if TYPE_CHECKING:
    from pyshield_asgi._types import ASGIApp, Receive, Scope, Send

__all__ = ["metrics_app"]

_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


def metrics_app(
    shields: Shield | Mapping[str, Shield],
    *,
    functions: bool = True,
    sessions: Sessions | Mapping[str, Sessions] | None = None,
) -> ASGIApp:
    """An ASGI application that answers with counters and histograms in Prometheus' text format.

    Names, numbers and durations are all that is in them, no text of anybody's.

    Args:
        shields: A shield; or several by name, whose numbers then have a label `shield`.
        functions: Whether the numbers of `pyshield.functions`, those of your own scanners among them, are
            on the page as well. They are counted for the process.
        sessions: Vaults of conversations whose numbers are on the page as well, as those given to
            `ShieldMiddleware`; or several by name, whose numbers then have a label `sessions`.

    Returns:
        An application for `GET` and `HEAD`, to be mounted or put on a route:
        `app.add_route("/metrics", metrics_app(shield))`.

    Raises:
        ConfigError: For anything that is no shield, or no `pyshield.Sessions`.
    """
    return _Metrics(
        _Source("shields", "shield", shields, Shield),
        None if sessions is None else _Source("sessions", "sessions", sessions, Sessions),
        functions=functions,
    )


class _Source:
    """What is counted: one object, or several by name."""

    __slots__ = ("_alone", "_label", "_named")

    def __init__(self, field: str, label: str, given: object, kind: type[Shield | Sessions]) -> None:
        several = isinstance(given, Mapping)
        for one in given.values() if isinstance(given, Mapping) else (given,):
            if not isinstance(one, kind):
                raise wrong(field, f"expected a pyshield.{kind.__name__}, got {type(one).__name__}")
        self._label = label
        self._alone: Any = None if several else given
        self._named: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}

    def page(self) -> str:
        if self._alone is not None:
            return str(self._alone.prometheus())
        return _together(self._label, {name: one.prometheus() for name, one in self._named.items()})


class _Metrics:
    __slots__ = ("_functions", "_sources")

    def __init__(self, *sources: _Source | None, functions: bool) -> None:
        self._sources = [source for source in sources if source is not None]
        self._functions = functions

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
        pages = [source.page() for source in self._sources]
        if self._functions:
            from pyshield.functions import prometheus

            pages.append(prometheus())
        return "".join(pages)


def _together(kind: str, pages: Mapping[str, str]) -> str:
    """Pages as one, in which each family of numbers stands once and each number says whose it is."""
    families: dict[str, list[str]] = {}
    heads: dict[str, list[str]] = {}
    for name, page in pages.items():
        label = f'{kind}="{_escaped(name)}"'
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
