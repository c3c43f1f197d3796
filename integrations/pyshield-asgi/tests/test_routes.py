"""Which guard a request passes."""

from __future__ import annotations

import pytest

from pyshield import Shield
from pyshield.errors import ConfigError
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import Guard, ShieldMiddleware
from pyshield_asgi.routes import Routes


def hides(word):
    return Shield(prompt=[BanSubstrings([word], redact=True)])


HERON, CRANE, STORK = hides("heron"), hides("crane"), hides("stork")
BODY = b'{"a": "heron crane stork", "b": "heron crane stork"}'
ROUTES = [
    ("/open/guarded", STORK),
    ("/open/*", None),
    ("/v1/*", Guard(CRANE, fields=["/a"])),
    ("/v1/chat", STORK),
]


def shown(*words, only=""):
    """The body without these words."""
    text = BODY.decode()
    first, second = text[:27], text[27:]
    for word in words:
        first = first.replace(word, "[REDACTED]")
        second = second if only == "a" else second.replace(word, "[REDACTED]")
    return (first + second).encode()


@pytest.mark.parametrize("as_mapping", [False, True])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", shown("heron")),
        ("/open", shown("heron")),
        ("/open/a", shown()),
        ("/open/guarded/", shown("stork")),
        ("/v1/chat", shown("crane", only="a")),
    ],
)
async def test_the_first_that_matches_counts(application, ask, path, expected, as_mapping):
    routes = dict(ROUTES) if as_mapping else ROUTES
    await ask(ShieldMiddleware(application, HERON, routes=routes), BODY, scope={"path": path})
    assert application.bodies == [expected]


async def test_without_a_shield_what_no_route_names_is_not_guarded(application, ask):
    app = ShieldMiddleware(application, routes=[("/v1/*", HERON)])
    await ask(app, BODY, scope={"path": "/"})
    await ask(app, BODY, scope={"path": "/api/v1/x", "root_path": "/api"})
    assert application.bodies == [BODY, shown("heron")]


async def test_exclude_and_paths_come_before_routes(application, ask):
    app = ShieldMiddleware(application, HERON, routes=[("/a/*", CRANE)], exclude=["/a/x"], paths=["/a/*"])
    for path in ("/a/x", "/a/y", "/b"):
        await ask(app, BODY, scope={"path": path})
    assert application.bodies == [BODY, shown("crane"), BODY]


async def test_a_function_of_the_scope(application, ask):
    guards = {b"crane": Guard(CRANE), b"heron": Guard(HERON)}

    def choose(scope):
        return guards.get(dict(scope["headers"]).get(b"x-tenant"))

    app = ShieldMiddleware(application, routes=choose)
    for tenant in (b"crane", b"heron", b"else"):
        await ask(app, BODY, [(b"content-type", b"application/json"), (b"x-tenant", tenant)])
    assert application.bodies == [shown("crane"), shown("heron"), BODY]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"routes": ["/a"]}, "routes"),
        ({"routes": [("/a",)]}, "routes"),
        ({"routes": [("a", None)]}, "routes"),
        ({"routes": [(1, None)]}, "routes"),
        ({"routes": {"/a": {"fields": ["/a"]}}}, "routes"),
        ({"routes": {"/a": None}, "shield": None, "max_fields": 5}, "max_fields"),
        ({"drain": 0}, "drain"),
        ({"drain": True}, "drain"),
        ({"messages": "both"}, "messages"),
        ({"prompt": None}, "prompt"),
        ({"answer_fields": "/a"}, "fields"),
    ],
)
def test_wrong_arguments(application, options, field):
    with pytest.raises(ConfigError, match="ShieldMiddleware") as caught:
        ShieldMiddleware(application, **({"shield": HERON} | options))
    assert caught.value.field == field


def test_a_guard_never_changes():
    guard = Guard(HERON, max_fields=5)
    with pytest.raises(AttributeError):
        guard.max_fields = 6
    assert "max_fields=5" in repr(guard)
    with pytest.raises(ConfigError, match="got NoneType"):
        Guard(None)


def test_what_is_remembered_of_paths_is_bounded_and_the_same():
    routes = Routes(Guard(HERON), ROUTES, ["/v1/*", "/open/*", "/more/*"], ["/more/not"])
    long = f"/more/{300 * 'x'}"
    paths = ["/v1/x", "/v1/chat", "/open/x", "/open/guarded", "/more/x", "/more/not", "/", long]
    expected = [CRANE, CRANE, None, STORK, HERON, None, None, HERON]
    first = [routes.guard({"path": path}) for path in paths]
    assert [routes.guard({"path": path}) for path in paths] == first
    assert [guard and guard.shield for guard in first] == expected
    assert not any(len(path) > 256 for path in routes._known)
    for number in range(1000):
        assert routes.guard({"path": f"/more/{number}"}).shield is HERON
    assert len(routes._known) == 256
    asked = []
    chosen = Routes(None, lambda scope: asked.append(scope["path"]), None, [])
    assert [chosen.guard({"path": "/"}) for _ in range(3)] == [None] * 3
    assert asked == ["/"] * 3
