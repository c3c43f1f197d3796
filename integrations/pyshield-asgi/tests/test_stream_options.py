"""What a guard says of answers that come piece by piece: what passes before a verdict, what ends them, and
how long a scan may take.
"""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from asgi_helpers.answering import SSE, answer, chunk, events, make_shield, parsed, said
from asgi_helpers.sockets import TIMEOUT, Client

from pyshield import Shield
from pyshield.errors import ConfigError
from pyshield.output_scanners import Toxicity
from pyshield_asgi import Guard, ShieldMiddleware, always
from pyshield_asgi.fastapi import shielded

TOXIC = "You are a stupid idiot and everybody hates you."
PASSES = [("hold", ""), ("lag", TOXIC), ("after", TOXIC)]


class Never:
    """Comes to no verdict."""

    async def scan(self, prompt, output):
        await asyncio.Event().wait()


@pytest.mark.parametrize(("policy", "passed"), PASSES)
async def test_what_passes_before_the_verdict(ask, policy, passed):
    shield = Shield(output=[Toxicity()])
    pieces = [events(chunk({"content": TOXIC})), events(chunk({}, finish="stop")), "data: [DONE]\n\n"]
    got, _ = await answer(ask, shield, pieces, SSE, policy=policy)
    *documents, last = parsed(got.body)
    assert said(documents) == passed
    assert (documents[-1]["choices"][0]["finish_reason"], last) == ("content_filter", "[DONE]")
    got, _ = await answer(ask, shield, [TOXIC], "text/plain", policy=policy)
    assert got.body.decode() == passed


async def test_nothing_passes_before_the_verdict_if_nothing_is_said(ask):
    got, _ = await answer(ask, Shield(output=[Toxicity()]), [TOXIC], "text/plain")
    assert got.body == b""


@pytest.mark.parametrize("policy", ["hold", "lag", "after"])
async def test_a_document_passes_after_its_verdict(ask, policy):
    body = json.dumps({"choices": [{"message": {"content": TOXIC}}]})
    got, _ = await answer(ask, Shield(output=[Toxicity()]), [body], "application/json", policy=policy)
    assert (got.status, got.problem) == (502, "output-refused")


@pytest.mark.parametrize("policy", ["hold", "lag", "after"])
async def test_a_text_that_is_repeated_whole_passes_after_its_verdict(ask, policy):
    done = {"type": "response.output_text.done", "item_id": "i", "output_index": 0, "text": TOXIC}
    got, _ = await answer(ask, Shield(output=[Toxicity()]), [events(done, named=True)], SSE, policy=policy)
    (document,) = parsed(got.body)
    assert document["type"] == "response.incomplete"


async def connected(shield, pieces, **options):
    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        for piece in pieces:
            await send({"type": "websocket.send", "text": piece})
        await send({"type": "websocket.close", "code": 1000})

    client = Client(ShieldMiddleware(application, shield, streamed_messages=True, **options))
    await asyncio.wait_for(client.task, TIMEOUT)
    texts = [message["text"] for message in client.sent if message["type"] == "websocket.send"]
    return "".join(texts), client.sent[-1]["code"]


@pytest.mark.parametrize(("policy", "passed"), PASSES)
async def test_messages_that_pass_before_the_verdict(policy, passed):
    assert await connected(Shield(output=[Toxicity()]), [TOXIC], policy=policy) == (passed, 1008)


async def test_any_finding_ends_an_answer_if_always_refused(ask):
    pieces = ["all about pro", "ject he", "ron and more"]
    got, application = await answer(ask, make_shield(), pieces, "text/plain", refuses=always)
    assert got.body == b"all about "
    assert isinstance(application.error, OSError)
    got, _ = await answer(ask, make_shield(), pieces, "text/plain")
    assert got.body == b"all about [REDACTED] and more"
    assert await connected(make_shield(), pieces, refuses=always) == ("all about ", 1008)


async def test_a_scan_takes_no_longer_than_the_guard_says(ask, caplog):
    shield = Shield(output=[Never()])
    with caplog.at_level(logging.ERROR, "pyshield_asgi"):
        got, _ = await asyncio.wait_for(answer(ask, shield, ["a word"], "text/plain", deadline=0.05), TIMEOUT)
        _, code = await connected(shield, ["a word"], deadline=0.05)
    assert (got.body, code) == (b"", 1013)
    assert "DeadlineExceeded" in caplog.text


def test_another_policy_is_refused_when_the_guard_is_made():
    shield = Shield(output=[Toxicity()])
    for make in (
        lambda: Guard(shield, policy="never"),
        lambda: ShieldMiddleware(None, shield, policy="never"),
        lambda: shielded(shield, str, policy="never"),
    ):
        with pytest.raises(ConfigError, match="expected 'hold', 'lag' or 'after', got 'never'") as caught:
            make()
        assert caught.value.field == "policy"
