"""Which requests are guarded, and with which settings."""

from __future__ import annotations

import pytest

from pyshield import BlockingShield, Shield
from pyshield.errors import ConfigError
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ShieldMiddleware


@pytest.mark.parametrize("kind", ["webtransport", "websocket"])
async def test_other_scopes_pass_untouched(guarded, kind):
    calls = []

    async def app(*arguments):
        calls.append(arguments)

    middleware = guarded(messages="pass")
    middleware.app = app
    scope, receive, send = {"type": kind, "path": "/"}, object(), object()
    await middleware(scope, receive, send)
    assert calls == [(scope, receive, send)]
    assert calls[0][1] is receive
    assert scope == {"type": kind, "path": "/"}


async def test_other_media_types_keep_the_servers_receive(guarded):
    calls = []

    async def app(*arguments):
        calls.append(arguments)

    middleware = guarded()
    middleware.app = app
    scope = {"type": "http", "path": "/", "headers": [(b"content-type", b"image/png")]}
    receive, send = object(), object()
    await middleware(scope, receive, send)
    assert calls[0][1] is receive
    assert set(scope) == {"type", "path", "headers"}


@pytest.mark.parametrize(
    ("options", "path", "root", "is_guarded"),
    [
        ({"paths": ["/chat"]}, "/chat", "", True),
        ({"paths": ["/chat"]}, "/chat/", "", True),
        ({"paths": ["/chat"]}, "/chats", "", False),
        ({"paths": ["/v1/*"]}, "/v1/a/b", "", True),
        ({"paths": ["/v1/*"]}, "/v2/a", "", False),
        ({"paths": []}, "/", "", False),
        ({"paths": ["/"]}, "/", "", True),
        ({"exclude": ["/health"]}, "/health", "", False),
        ({"exclude": ["/health"]}, "/healthy", "", True),
        ({"paths": ["/v1/*"], "exclude": ["/v1/open/*"]}, "/v1/open/x", "", False),
        ({"paths": ["/chat"]}, "/api/chat", "/api", True),
        ({"paths": ["/chat"]}, "/api/chat", "/api/", True),
        ({"paths": ["/chat"]}, "/apichat", "/api", False),
    ],
)
async def test_paths(guarded, application, ask, options, path, root, is_guarded):
    await ask(guarded(**options), b'["heron"]', scope={"path": path, "root_path": root})
    assert application.bodies == [b'["[REDACTED]"]' if is_guarded else b'["heron"]']


class Counting:
    def __init__(self):
        self.texts = []

    def scan(self, prompt):
        self.texts.append(prompt)
        return prompt, True, -1.0


async def test_the_same_guard_twice_scans_once(application, ask):
    counting = Counting()
    shield = Shield(prompt=[counting])
    app = ShieldMiddleware(ShieldMiddleware(application, shield), shield)
    assert (await ask(app, b'["x"]')).status == 200
    assert counting.texts == ["x"]


async def test_different_guards_both_scan(application, ask):
    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)])
    other = Shield(prompt=[BanSubstrings(["crane"], redact=True)])
    app = ShieldMiddleware(ShieldMiddleware(application, shield, fields=["/a"]), other, fields=["/b"])
    assert (await ask(app, b'{"a": "heron crane", "b": "heron crane"}')).status == 200
    assert application.bodies == [b'{"a": "[REDACTED] crane", "b": "heron [REDACTED]"}']
    assert [field.pointer for field in application.scopes[0]["pyshield"].fields] == ["/b", "/a"]


async def test_a_function_of_the_document(application, ask, guarded):
    app = guarded(fields=lambda document: ["/a"] if document.get("scan") else [])
    await ask(app, b'{"scan": true, "a": "heron"}')
    await ask(app, b'{"scan": false, "a": "heron"}')
    assert application.bodies == [b'{"scan": true, "a": "[REDACTED]"}', b'{"scan": false, "a": "heron"}']
    with pytest.raises(AttributeError):
        await ask(app, b"[]")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"fields": "/a"}, "fields"),
        ({"fields": ["a"]}, "fields[0]"),
        ({"paths": "/a"}, "paths"),
        ({"paths": ["a"]}, "paths"),
        ({"exclude": [1]}, "exclude"),
        ({"max_body_bytes": 0}, "max_body_bytes"),
        ({"max_body_bytes": True}, "max_body_bytes"),
        ({"max_fields": 1.5}, "max_fields"),
        ({"deadline": 0}, "deadline"),
        ({"deadline": "1"}, "deadline"),
        ({"deadline": float("nan")}, "deadline"),
        ({"refuses": None}, "refuses"),
        ({"other_types": "drop"}, "other_types"),
        ({"encoded": True}, "encoded"),
        ({"unreadable": None}, "unreadable"),
        ({"on_refused": 1}, "on_refused"),
    ],
)
def test_wrong_arguments(guarded, options, field):
    with pytest.raises(ConfigError, match="ShieldMiddleware") as caught:
        guarded(**options)
    assert caught.value.field == field


def test_what_is_no_shield(application):
    with pytest.raises(ConfigError, match="got NoneType"):
        ShieldMiddleware(application, None)
    with pytest.raises(ConfigError, match="got BlockingShield"):
        ShieldMiddleware(application, BlockingShield())
