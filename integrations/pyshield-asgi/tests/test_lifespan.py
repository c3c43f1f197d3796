"""Start and end of an application."""

from __future__ import annotations

import asyncio
import logging

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pyshield import Shield
from pyshield.errors import Closed, ModelError
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import Guard, ShieldMiddleware


class Application:
    """Keeps what it is told; fails where it is told to."""

    def __init__(self, fails=""):
        self.fails = fails
        self.heard = []

    async def __call__(self, scope, receive, send):
        if self.fails == "scope":
            raise NotImplementedError("no lifespan here")
        for part in ("startup", "shutdown"):
            message = await receive()
            self.heard.append(message["type"])
            failed = self.fails == part
            await send({"type": f"lifespan.{part}.{'failed' if failed else 'complete'}"})
            if failed:
                return


async def live(app, *parts):
    """Runs a lifespan; what the server is told."""
    messages = [{"type": f"lifespan.{part}"} for part in parts]
    told = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        told.append(message)

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    return told


def warmed(shield):
    return shield.metrics()["outcomes_total"]["valid"]


async def test_shields_are_ready_before_the_application_and_closed_after_it():
    shields = [Shield(prompt=[BanSubstrings([word])]) for word in ("heron", "crane", "stork")]
    application = Application()

    async def app(scope, receive, send):
        assert [warmed(shield) for shield in shields] == [1, 1, 1]
        await application(scope, receive, send)
        with pytest.raises(Closed):
            await shields[0].scan_prompt("x")

    routes = [("/a", shields[1]), ("/b", Guard(shields[2])), ("/c", shields[1]), ("/d", None)]
    told = await live(ShieldMiddleware(app, shields[0], routes=routes), "startup", "shutdown")
    assert application.heard == ["lifespan.startup", "lifespan.shutdown"]
    assert [message["type"] for message in told] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    for shield in shields:
        with pytest.raises(Closed):
            await shield.scan_prompt("x")


async def test_scans_under_way_are_waited_for(caplog):
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow:
        async def scan(self, prompt):
            entered.set()
            await go.wait()
            return prompt, True, -1.0

    async def run(drain):
        entered.clear()
        go.clear()
        shield = Shield(prompt=[BanSubstrings(["x"]), Slow()])
        app = ShieldMiddleware(Application(), shield, drain=drain)
        scan = asyncio.ensure_future(shield.scan_prompt("y"))
        await entered.wait()
        life = asyncio.create_task(live(app, "startup", "shutdown"))
        return scan, life

    scan, life = await run(10.0)
    await asyncio.sleep(0.05)
    go.set()
    assert (await scan).is_valid
    assert len(await life) == 2
    assert caplog.text == ""


async def test_shields_may_outlive_the_application():
    shield = Shield(prompt=[BanSubstrings(["x"])])
    app = ShieldMiddleware(Application(), shield, drain=None)
    for _ in range(2):
        await live(app, "startup", "shutdown")
    assert not (await shield.scan_prompt("x")).is_valid


async def test_a_shield_that_cannot_scan_keeps_the_application_from_starting(caplog):
    shield = Shield(prompt=[BanSubstrings(["x"])])
    await shield.close()
    application = Application()
    with caplog.at_level(logging.ERROR, "pyshield_asgi"), pytest.raises(Closed):
        await live(ShieldMiddleware(application, shield), "startup")
    assert "cannot scan: Closed" in caplog.text
    assert application.heard == []


@pytest.mark.parametrize("part", ["startup", "shutdown"])
async def test_an_application_that_fails(part):
    shield = Shield(prompt=[BanSubstrings(["x"])])
    told = await live(ShieldMiddleware(Application(part), shield), "startup", "shutdown")
    assert told[-1]["type"] == f"lifespan.{part}.failed"
    if part == "shutdown":
        with pytest.raises(Closed):
            await shield.scan_prompt("x")


async def test_an_application_without_a_lifespan(ask):
    shield = Shield(prompt=[BanSubstrings(["x"])])
    app = ShieldMiddleware(Application("scope"), shield)
    with pytest.raises(NotImplementedError):
        await live(app, "startup")
    assert (await shield.scan_prompt("y")).is_valid


async def test_warming_up_scans_with_scanners_of_ones_own_left_out():
    class Counting:
        def scan(self, *texts):
            raise AssertionError

    shield = Shield(prompt=[Counting(), BanSubstrings(["x"])], output=[Counting()])
    await shield.warm_up()
    assert warmed(shield) == 1


async def test_warming_up_raises_what_a_scanner_says(monkeypatch):
    shield = Shield(prompt=[BanSubstrings(["x"])])
    error = ModelError("gone", model="m", kind="missing")

    class Native:
        async def scan_prompt(self, text, deadline):
            return type("Result", (), {"errors": [error]})()

    shield._native = Native()
    with pytest.raises(ModelError):
        await shield.warm_up()


def test_behind_fastapi():
    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)])
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: dict):
        return body

    app.add_middleware(ShieldMiddleware, shield=shield)
    with TestClient(app) as client:
        assert warmed(shield) == 1
        assert client.post("/echo", json={"a": "heron"}).json() == {"a": "[REDACTED]"}
    with pytest.raises(Closed), TestClient(app):
        pass
