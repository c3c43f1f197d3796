"""Conversations in requests: attacks that are divided over what no scanner refuses by itself."""

from __future__ import annotations

import json

import pytest

from pyshield import Limits, MessagePolicy, Shield, Vault
from pyshield.input_scanners import Anonymize, BanSubstrings
from pyshield.output_scanners import Deanonymize
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware, header

ATTACK = BanSubstrings(["blow up the dam"])


def user(content):
    return {"role": "user", "content": content}


DIVIDED = [
    [user("blow up"), user("the dam")],
    [user("blow up"), {"role": "assistant", "content": "What?"}, user("the dam")],
    [user([{"type": "text", "text": "blow up"}, {"type": "text", "text": "the dam"}])],
    ["blow up", "the dam"],
    # To leave out who speaks, or to say it in a way that nobody knows, hides nothing.
    [user("blow up"), {"content": "the dam"}],
    [user("blow up"), user("the dam"), {"type": "x", "y": 1}, 7, None],
]


@pytest.fixture
def shield():
    return Shield([ATTACK, BanSubstrings(["heron"], redact=True)], messages=MessagePolicy())


@pytest.mark.parametrize("messages", DIVIDED)
@pytest.mark.parametrize("name", ["messages", "input"])
async def test_an_attack_that_is_divided(ask, application, shield, messages, name):
    body = json.dumps({"model": "m", name: messages}).encode()
    for options in ({}, {"fields": CHAT_FIELDS}):
        answer = await ask(ShieldMiddleware(application, shield, **options), body)
        assert (answer.status, answer.problem) == (422, "refused")
        (refused,) = json.loads(answer.body)["refused"]
        assert refused["scanners"] == ["BanSubstrings"]
        assert refused["pointer"].startswith(f"/{name}/")
        assert b"dam" not in answer.body
    assert application.scopes == []
    # Without a policy each text is scanned by itself.
    assert (await ask(ShieldMiddleware(application, Shield([ATTACK])), body)).status == 200


async def test_what_passes_is_redacted_text_by_text(ask, application, shield):
    body = {"messages": [user("a heron"), user("up the dam")], "input": {"messages": 5}}
    answer = await ask(ShieldMiddleware(application, shield), json.dumps(body).encode())
    assert answer.status == 200
    assert json.loads(application.bodies[0])["messages"][0] == user("a [REDACTED]")


async def test_who_refuses_is_told_and_discloses_nothing(ask, application, shield):
    told = []
    app = ShieldMiddleware(
        application, shield, disclose=False, on_refused=lambda scope, _: told.append(scope["path"])
    )
    answer = await ask(app, json.dumps({"messages": DIVIDED[0]}).encode())
    assert set(json.loads(answer.body)) == {"type", "title", "status", "detail"}
    assert told == ["/"]


async def test_what_cannot_be_scanned_does_not_pass(ask, application):
    body = json.dumps({"messages": [user("a"), user("b"), user("c")]}).encode()
    few = Shield([ATTACK], messages=MessagePolicy(max_messages=2))
    assert (await ask(ShieldMiddleware(application, few), body)).status == 413
    late = Shield([ATTACK], messages=MessagePolicy(), limits=Limits(deadline=1e-9))
    long = json.dumps({"messages": [user("a" * 200_000)]}).encode()
    assert (await ask(ShieldMiddleware(application, late), long)).status == 503
    assert application.scopes == []


async def test_with_sessions(ask, application):
    vault = Vault()
    shield = Shield([Anonymize(vault), ATTACK], [Deanonymize(vault)], messages=MessagePolicy())
    app = ShieldMiddleware(application, shield, session=header("x-session"))
    messages = [user("I am ada@example.org"), user("and?")]
    answer = await ask(app, json.dumps({"messages": messages}).encode())
    assert answer.status == 200
    assert b"ada@" not in application.bodies[0]
    assert (await ask(app, json.dumps({"messages": DIVIDED[0]}).encode())).status == 422
