"""The page for Prometheus."""

from __future__ import annotations

import re

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from pyshield import Sessions, Shield
from pyshield.errors import ConfigError
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ShieldMiddleware, metrics_app

SAMPLE = re.compile(
    r'[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? [-+.0-9eInf]+'
)


@pytest.fixture
def shield():
    return Shield(prompt=[BanSubstrings(["heron"], redact=True)])


def browser(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


def numbers(page):
    """Each number by its name and labels; every line is well formed, every family stands once."""
    found, families = {}, set()
    for line in page.splitlines():
        if line.startswith("# TYPE"):
            family = line.split(" ")[2]
            assert family not in families
            families.add(family)
        elif not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            assert line.startswith(family)
            name, _, value = line.rpartition(" ")
            assert name not in found
            found[name] = float(value)
    return found


async def test_what_a_shield_counts(shield):
    await shield.scan_prompt("a secret heron")
    async with browser(metrics_app(shield)) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["content-length"] == str(len(answer.content))
    found = numbers(answer.text)
    assert found['pyshield_requests_total{lane="inline"}'] == 1
    assert found['pyshield_outcomes_total{outcome="invalid"}'] == 1
    assert any(name.startswith("pyshield_function_calls_total") for name in found)
    assert "secret" not in answer.text
    assert "heron" not in answer.text


async def test_several_shields(shield):
    other = Shield()
    await other.scan_prompt("a")
    page = metrics_app({"chat": shield, 'od"d\\\n': other}, functions=False)
    async with browser(page) as client:
        found = numbers((await client.get("/")).text)
    assert found['pyshield_requests_total{shield="chat",lane="inline"}'] == 0
    assert found['pyshield_requests_total{shield="od\\"d\\\\\\n",lane="inline"}'] == 1
    assert found['pyshield_panics_total{shield="chat"}'] == 0
    assert not any("function" in name for name in found)


async def test_sessions(shield):
    vaults = Sessions(max_sessions=2)
    for name in ("a secret name", "b", "c"):
        vaults[name].append(("[REDACTED_PERSON_1]", "Jane Doe"))
    async with browser(metrics_app(shield, functions=False, sessions=vaults)) as client:
        page = (await client.get("/")).text
    found = numbers(page)
    assert found["pyshield_sessions"] == 2
    assert (found["pyshield_sessions_made_total"], found["pyshield_sessions_evicted_total"]) == (3, 1)
    assert found["pyshield_sessions_bytes"] > 0
    assert not any(word in page for word in ("secret", "Jane", "REDACTED"))
    named = metrics_app({"chat": shield}, functions=False, sessions={"chat": vaults, "mail": Sessions()})
    async with browser(named) as client:
        found = numbers((await client.get("/")).text)
    assert found['pyshield_sessions{sessions="chat"}'] == 2
    assert found['pyshield_sessions{sessions="mail"}'] == 0
    assert found['pyshield_panics_total{shield="chat"}'] == 0


@pytest.mark.parametrize("framework", [Starlette, FastAPI])
async def test_on_a_route(shield, framework):
    app = framework()
    app.add_route("/metrics", metrics_app(shield))
    app.add_middleware(ShieldMiddleware, shield=shield, exclude=["/metrics"])
    async with browser(app) as client:
        answer = await client.get("/metrics")
        assert "pyshield_in_flight 0" in answer.text
        head = await client.head("/metrics")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == answer.headers["content-length"]
        refused = await client.post("/metrics")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


async def test_other_scopes(shield):
    sent = []

    async def send(message):
        sent.append(message)

    app = metrics_app(shield)
    await app({"type": "websocket"}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
    with pytest.raises(NotImplementedError):
        await app({"type": "lifespan"}, None, send)


def test_what_is_no_shield():
    with pytest.raises(ConfigError, match="got str"):
        metrics_app("shield")
    with pytest.raises(ConfigError, match="got int"):
        metrics_app({"a": 1})
    with pytest.raises(ConfigError, match="got dict"):
        metrics_app(Shield(), sessions={"a": {}})
