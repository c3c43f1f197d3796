"""Short documents are read and scanned in one call: what comes of it is what comes of it step by step."""

from __future__ import annotations

import asyncio
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import Limits, Shield
from pyshield._runtime import short_json
from pyshield.input_scanners import BanSubstrings, TokenLimit
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield.output_scanners import Regex
from pyshield_asgi import CHAT_FIELDS, ScannedBody, ShieldMiddleware, unless_redacted
from pyshield_asgi.content import Content, Media
from pyshield_asgi.exchange import unoffered
from pyshield_asgi.guard import Guard

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine."""

TYPES = [b"application/json", b"application/json; charset=utf-8", b"application/json; charset=utf-16", None]


def make_shield(**options):
    """Redacts "heron", refuses "bomb" on the way in; redacts numbers, refuses "petard" on the way out."""
    return Shield(
        prompt=[BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"]), TokenLimit(limit=1000)],
        output=[Regex([r"\d{3}-\d{4}"], match_type="all"), BanOutput(["petard"])],
        **options,
    )


def step_by_step(result):
    """Decides as the default does, but is somebody's own."""
    return unless_redacted(result)


words = st.sampled_from(["heron", "the heron", "bomb", "555-0142", "petard", "é\n", "😀", "", "\x00", "x"])
values = st.recursive(
    st.none() | st.integers() | words,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(words | st.sampled_from(["text", "answer"]), inner, max_size=4)
    ),
    max_leaves=12,
)
bodies = st.builds(
    lambda value, ascii_, mark, cut: (
        mark + json.dumps(value, ensure_ascii=ascii_).encode()[: None if cut is None else -cut]
    ),
    values,
    st.booleans(),
    st.sampled_from([b"", b" ", b"\xef\xbb\xbf", b"\xff", b'"\\ud800"']),
    st.none() | st.integers(1, 3),
)


async def outcome(shield, body, content_type, **options):
    """What the application was given and the client was sent."""
    given = []

    async def app(scope, receive, send):
        data = (await receive())["body"]
        found = scope.get("pyshield") or ScannedBody()  # what is no JSON may pass unscanned
        given.append((data, sorted(scope["headers"]), found.rewritten))
        given.append([(field.pointer, field.result.text, field.rewritten) for field in found.fields])
        given.append([(pointer, finding.to_dict()) for pointer, finding in found.findings])
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(data))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [] if content_type is None else [(b"content-type", content_type)]
    scope = {"type": "http", "method": "POST", "path": "/", "http_version": "1.1", "headers": headers}
    await ShieldMiddleware(app, shield, **options)(scope, receive, send)
    return given, sent


@RELAXED
@given(
    bodies,
    st.sampled_from(TYPES),
    st.sampled_from([{}, {"fields": ["/text", "/*/*"]}, {"max_fields": 2}, {"answer_fields": ["/**"]}]),
)
def test_as_step_by_step(body, content_type, options):
    async def both():
        at_once, otherwise = make_shield(), make_shield()
        assert await outcome(at_once, body, content_type, **options) == await outcome(
            otherwise, body, content_type, refuses=step_by_step, **options
        )
        # Nothing is scanned, or counted, twice.
        assert at_once.metrics()["outcomes_total"] == otherwise.metrics()["outcomes_total"]

    asyncio.run(both())


async def exchanged(shield, method, messages, fails, **options):
    """What an application that sends these messages was given, what its client was sent, and how it ended."""
    sent, seen = [], []

    async def app(scope, receive, send):
        seen.append(({**scope, "pyshield": None, "state": None}, await receive()))
        for message in messages:
            await send(message)
        if fails:
            raise LookupError

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b'{"a": 1}', "more_body": False}

    headers = [(b"content-type", b"application/json"), (b"accept-encoding", b"gzip")]
    scope = {"type": "http", "method": method, "path": "/", "http_version": "1.1", "headers": headers}
    scope["extensions"] = {"http.response.pathsend": {}, "tls": {}}
    try:
        await ShieldMiddleware(app, shield, **options)(scope, receive, send)
    except (LookupError, OSError) as error:
        sent.append(type(error))
    return seen, sent


TYPED = [*TYPES, b"application/json;charset=UTF-8", b"application/problem+json", b"text/plain"]
STARTS = st.builds(
    lambda status, content_type, encoded, kind: {
        "type": "http.response.start",
        "status": status,
        "headers": kind(
            ([] if content_type is None else [(b"content-type", content_type)])
            + ([(b"content-encoding", b"gzip")] if encoded else [])
        ),
    },
    st.sampled_from([200, 200, 204, 206, 404]),
    st.sampled_from(TYPED),
    st.sampled_from([False, False, True]),
    st.sampled_from([list, list, tuple]),
)
OTHERS = [[], [{"type": "http.response.trailers"}], [{"type": "http.response.body", "body": b"555-0142"}]]


@st.composite
def answers(draw):
    """The messages of an answer, which need not make sense."""
    body = draw(bodies)
    at = draw(st.integers(0, len(body)) | st.none())
    pieces = [body] if at is None else [body[:at], body[at:]]
    sent = [{"type": "http.response.body", "body": piece, "more_body": True} for piece in pieces]
    sent[-1] = {name: value for name, value in sent[-1].items() if name != "more_body"}
    starts = draw(st.lists(STARTS, min_size=1, max_size=2))
    return [*starts, *draw(st.sampled_from(OTHERS)), *sent, *draw(st.sampled_from(OTHERS))]


@RELAXED
@given(
    st.sampled_from(["GET", "POST", "HEAD"]),
    answers(),
    st.booleans(),
    st.sampled_from([{}, {"answer_fields": ["/text", "/*/*"]}, {"max_fields": 2}, {"max_body_bytes": 20}]),
)
def test_answers_as_step_by_step(method, messages, fails, options):
    async def both():
        at_once, otherwise = make_shield(), make_shield()
        one = await exchanged(at_once, method, messages, fails, **options)
        assert one == await exchanged(otherwise, method, messages, fails, refuses=step_by_step, **options)
        assert at_once.metrics()["outcomes_total"] == otherwise.metrics()["outcomes_total"]

    asyncio.run(both())


def direct(shield, **options):
    guard = Guard(shield, **options)
    return guard.direct is not None, guard.direct_answers is not None


class Own:
    def scan(self, prompt, output=None):
        return output or prompt, True, -1.0


class Derived(Shield):
    def scan_prompt(self, text, *, deadline=None):
        return super().scan_prompt(text.replace("x", "bomb"), deadline=deadline)


def test_nobody_who_decides_otherwise_is_passed_over():
    assert direct(make_shield()) == (True, True)
    assert direct(make_shield(), refuses=step_by_step) == (False, False)
    assert direct(Shield(prompt=[Own()])) == (False, True)
    assert direct(Shield(output=[Own()])) == (True, False)
    assert direct(Derived()) == (False, True)
    assert direct(make_shield(), fields=lambda _: ["/text"]) == (False, True)
    assert direct(make_shield(), answer_fields=lambda _: ["/text"]) == (True, False)


NAMES = [b"content-type", b"Content-Type", b"content-length", b"content-encoding", b"accept-charset", b"host"]
NAMES += [b"Accept-Encoding", b"range", b"IF-Range"]
VALUES = [*filter(None, TYPES), b"APPLICATION/JSON;charset=UTF-8", b"application/jsonl", b"application/json;"]
VALUES += [b"text/plain", b"gzip", b"identity", b"0", b"100", b"101", b"+5", b" 5", b"9" * 30, b""]


@RELAXED
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=4))
def test_what_is_told_in_short_is_what_is_told_at_length(headers):
    asks = short_json(headers, 100)
    if asks is not None:
        content = Content.of(headers)  # which refuses what contradicts itself
        assert (content.media, content.essence, content.encoded) == (Media.JSON, "application/json", False)
        assert content.charset in (None, "utf-8")
        assert content.length is None or content.length <= 100
        scope = {"headers": headers}
        unoffered(scope)
        assert asks == (scope["headers"] != headers)


def test_what_most_say_is_told_in_short():
    json_ = (b"content-type", b"application/json")
    assert short_json([json_], 100) is False
    assert short_json([(b"host", b"x"), (b"Content-Length", b"100"), json_], 100) is False
    assert short_json([(b"content-type", b"Application/JSON; charset=utf-8")], 100) is False
    assert short_json([json_, (b"Accept-Encoding", b"br")], 100) is True
    assert short_json([(b"content-length", b"101"), json_], 100) is None
    assert short_json([], 100) is None
    for odd in (None, (json_,), [b"ab"], [json_, None], [(b"content-type", "application/json")], [(b"x",)]):
        assert short_json(odd, 100) is None


async def test_a_short_body_in_pieces(application, ask):
    app = ShieldMiddleware(application, make_shield())
    assert (await ask(app, chunks=[b'{"a": "the', b' heron"}'])).body == b'{"a": "the [REDACTED]"}'


async def test_a_class_of_ones_own_is_asked(ask):
    derived = Derived(prompt=[BanSubstrings(["bomb"])])
    got = await ask(ShieldMiddleware(None, derived), b'{"a": "x"}')
    assert (got.status, got.problem) == (422, "refused")


async def test_what_is_not_cheap_goes_to_the_actors(application, ask):
    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)], limits=Limits(inline_budget_us=0))
    got = await ask(ShieldMiddleware(application, shield), b'{"a": "the heron"}')
    assert got.body == b'{"a": "the [REDACTED]"}'
    requests = shield.metrics()["requests_total"]
    assert (requests["inline"], requests["actor"]) == (0, 1)


async def test_a_closed_shield_and_a_text_that_is_too_long(application, ask):
    shield = Shield(prompt=[BanSubstrings(["heron"])], limits=Limits(max_text_bytes=10))
    app = ShieldMiddleware(application, shield)
    assert (await ask(app, b'{"a": "far too long a text"}')).problem == "text-too-long"
    await shield.close()
    assert (await ask(app, b'{"a": "short"}')).problem == "closed"


async def test_an_outcome_of_two_guards(application, ask):
    first, second = make_shield(), Shield(prompt=[BanSubstrings(["stork"], redact=True)])
    inner = ShieldMiddleware(application, second, fields=CHAT_FIELDS)
    body = b'{"prompt": "a heron and a stork", "id": "stork"}'
    got = await ask(ShieldMiddleware(inner, first), body)
    assert got.body == b'{"prompt": "a [REDACTED] and a [REDACTED]", "id": "stork"}'
    found = application.scopes[0]["pyshield"]
    assert [field.pointer for field in found.fields] == ["/prompt", "/id", "/prompt"]
    assert len(found.guards) == 2
    assert "stork" not in repr(found)
