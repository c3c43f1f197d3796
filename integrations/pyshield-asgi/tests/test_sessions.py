"""Sessions: what was taken out on the way in is put back on the way out, for that conversation alone."""

from __future__ import annotations

import asyncio
import json

import pytest

from pyshield import Sessions, Shield, Vault
from pyshield.errors import ConfigError
from pyshield.input_scanners import Anonymize
from pyshield.output_scanners import Deanonymize
from pyshield_asgi import CHAT_FIELDS, Guard, ShieldMiddleware, cookie, header
from pyshield_asgi.sessions import name_of

JSON = (b"content-type", b"application/json")
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def shield():
    vault = Vault()
    return Shield(prompt=[Anonymize(vault, entity_types=["EMAIL_ADDRESS"])], output=[Deanonymize(vault)])


class Model:
    """Repeats what the last user said, in pieces of this many characters, and keeps what it read."""

    def __init__(self, media, size=3):
        self.media = media
        self.size = size
        self.read = []
        self.reading = asyncio.Event()
        self.going = asyncio.Event()
        self.going.set()

    def body(self, said):
        pieces = [said[at : at + self.size] for at in range(0, len(said), self.size)]
        if self.media == "application/json":
            yield json.dumps({"answer": said})
        for piece in pieces if self.media != "application/json" else ():
            if self.media == "text/plain":
                yield piece
            else:
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                yield f"data: {json.dumps({'choices': [choice]})}\n\n"
        if self.media == "text/event-stream":
            yield "data: [DONE]\n\n"

    async def __call__(self, scope, receive, send):
        body = json.loads((await receive())["body"])
        said = body["messages"][-1]["content"]
        self.read.append(said)
        self.reading.set()
        headers = [(b"content-type", self.media.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in self.body(said):
            await self.going.wait()
            await send({"type": "http.response.body", "body": piece.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def text_of(answer):
    """What an answer says."""
    if answer.headers[b"content-type"] == b"application/json":
        return json.loads(answer.body)["answer"]
    if answer.headers[b"content-type"] == b"text/plain":
        return answer.body.decode()
    said = ""
    for event in answer.body.decode().split("\n\n"):
        if event.startswith("data: {"):
            said += json.loads(event[6:])["choices"][0]["delta"].get("content", "")
    return said


async def say(ask, app, said, session=None):
    headers = [JSON] if session is None else [JSON, (b"x-session", session.encode())]
    body = json.dumps({"messages": [{"role": "user", "content": said}]}).encode()
    return await ask(app, body, headers)


def guarded(model, shield, **options):
    return ShieldMiddleware(model, shield, fields=CHAT_FIELDS, **({"session": header("x-session")} | options))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize("media", ["text/event-stream", "text/plain", "application/json"])
async def test_in_and_out(ask, shield, media, size):
    model = Model(media, size)
    app = guarded(model, shield)
    answer = await say(ask, app, f"Write to {ADA} and {BOB}, then {ADA}.", "one")
    assert text_of(answer) == f"Write to {ADA} and {BOB}, then {ADA}."
    (read,) = model.read
    assert ADA not in read
    assert read.count("[REDACTED_EMAIL_ADDRESS_1]") == 2


async def test_a_session_lasts_and_is_its_own(ask, shield):
    model = Model("text/plain")
    app = guarded(model, shield)
    await say(ask, app, f"I am {ADA}", "one")
    await say(ask, app, f"I am {BOB}", "two")
    placeholder = "[REDACTED_EMAIL_ADDRESS_1]"
    assert text_of(await say(ask, app, placeholder, "one")) == ADA
    assert text_of(await say(ask, app, placeholder, "two")) == BOB
    assert text_of(await say(ask, app, placeholder, "three")) == placeholder
    # Of no session: the request has a vault for itself, which nobody else reaches.
    assert text_of(await say(ask, app, f"I am {ADA}")) == f"I am {ADA}"
    assert text_of(await say(ask, app, placeholder)) == placeholder
    assert text_of(await say(ask, app, placeholder, "")) == placeholder
    # Nor does the shield's own vault hold anything.
    assert (await shield.scan_output("", placeholder)).text == placeholder


async def test_many_sessions_at_once(ask, shield):
    model = Model("text/event-stream")
    app = guarded(model, shield)

    async def one(number):
        mine = f"user{number}@example.org"
        return mine, text_of(await say(ask, app, f"I am {mine}.", f"session-{number}"))

    for mine, said in await asyncio.gather(*(one(number) for number in range(100))):
        assert said == f"I am {mine}."
    assert all("@" not in read for read in model.read)


async def test_a_session_that_goes_while_it_is_answered(ask, shield):
    vaults = Sessions(max_sessions=1)
    model = Model("text/event-stream")
    app = guarded(model, shield, vaults=vaults)
    model.going.clear()
    under_way = asyncio.create_task(say(ask, app, f"I am {ADA}", "one"))
    await asyncio.wait_for(model.reading.wait(), 60)
    vaults["two"]
    model.going.set()
    answer = await under_way
    said = text_of(answer)
    assert b"content_filter" in answer.body
    assert ADA not in said
    assert f"I am {ADA}".startswith(said)
    # It begins anew for what comes later: nothing is restored, and nothing private slips out.
    answer = await say(ask, app, "[REDACTED_EMAIL_ADDRESS_1]", "one")
    assert text_of(answer) == "[REDACTED_EMAIL_ADDRESS_1]"


async def test_vaults_of_ones_own(ask, shield):
    kept = {"one": Vault([("[REDACTED_EMAIL_ADDRESS_1]", ADA)])}
    app = guarded(Model("text/plain"), shield, vaults=kept, session=lambda scope: "one")
    assert text_of(await say(ask, app, "[REDACTED_EMAIL_ADDRESS_1]")) == ADA


async def test_over_a_websocket(shield):
    received, sent = [], []
    messages = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": f"I am {ADA}"},
        {"type": "websocket.disconnect", "code": 1005},
    ]

    async def app(scope, receive, send):
        await receive()
        received.append((await receive())["text"])
        await send({"type": "websocket.send", "text": received[-1]})

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [(b"cookie", b"a=b; sid=one")]}
    await ShieldMiddleware(app, shield, session=cookie("sid"))(scope, receive, send)
    assert received == ["I am [REDACTED_EMAIL_ADDRESS_1]"]
    assert [message["text"] for message in sent] == [f"I am {ADA}"]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([(b"cookie", b"sid=one")], "one"),
        ([(b"cookie", b'a=1; sid="one" ; sid=one')], "one"),
        ([(b"cookie", b'a=1; sid="one" ; sid=two')], None),
        ([(b"cookie", b"sid=one"), (b"cookie", b"sid=two")], None),
        ([(b"cookie", b"sid=; sid=two")], None),
        ([(b"cookie", b"a=1"), (b"Cookie", b"sid=one")], "one"),
        ([(b"cookie", b"asid=one; sid")], None),
        ([(b"cookie", b"sid=")], None),
        ([], None),
    ],
)
def test_cookies(headers, name):
    assert name_of(cookie("sid"), {"headers": headers}) == name


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([(b"x-session", b"one"), (b"X-Session", b"one")], "one"),
        ([(b"x-session", b"one"), (b"x-session", b"two")], None),
        ([(b"x-other", b"one")], None),
    ],
)
def test_headers(headers, name):
    assert name_of(header("X-Session"), {"headers": headers}) == name


def test_names():
    scope = {"headers": [(b"X-Session", b"one"), (b"x-other", b"two")]}
    assert name_of(header("X-Session"), scope) == "one"
    assert name_of(lambda scope: None, scope) is None
    for blank in ("", " ", "\N{NO-BREAK SPACE}"):
        assert name_of(lambda scope, blank=blank: blank, scope) is None
    # What is long or odd is kept by its hash.
    for odd in ("x" * 129, "é", "\ud800"):
        assert name_of(lambda scope, odd=odd: odd, scope).startswith("sha256-")
    with pytest.raises(TypeError, match="got int"):
        name_of(lambda scope: 7, scope)


def test_wrong_arguments(shield):
    with pytest.raises(ConfigError) as caught:
        Guard(shield, session="x-session")
    assert caught.value.field == "session"
    with pytest.raises(ConfigError) as caught:
        Guard(shield, vaults=Sessions())
    assert caught.value.field == "vaults"
    two = Shield(prompt=[Anonymize(Vault())], output=[Deanonymize(Vault())])
    with pytest.raises(ConfigError):
        Guard(two, session=header("x-session"))
