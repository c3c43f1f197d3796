"""The middleware as raw ASGI: what passes, what is rewritten, what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import Limits, Shield
from pyshield.errors import DeadlineExceeded, Overloaded, ScannerError
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ScannedBody, ShieldMiddleware, always

JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain")


async def test_a_clean_body_passes_byte_for_byte(guarded, application, ask):
    body = b' {"a": "hello",\t"n": [1.50e3, 10000000000000000000000, NaN], "a": "\\u00e9"}\n'
    headers = [JSON, (b"content-length", b"%d" % len(body)), (b"digest", b"d")]
    assert (await ask(guarded(), body, headers)).status == 200
    assert application.bodies == [body]
    assert application.scopes[0]["headers"] == headers
    scanned = application.scopes[0]["pyshield"]
    assert isinstance(scanned, ScannedBody)
    assert application.scopes[0]["state"]["pyshield"] is scanned
    assert [(field.pointer, field.rewritten) for field in scanned.fields] == [("/a", False), ("/a", False)]
    assert not scanned.rewritten
    assert scanned.findings == []


async def test_only_what_is_redacted_changes(guarded, application, ask):
    body = b'{"a": ["heron", 1.50, "\\u00e9 x"], "heron": "the \\u0068eron \xc3\xa9"}'
    headers = [
        JSON,
        (b"transfer-encoding", b"chunked"),
        (b"Content-Length", b"9"),
        (b"content-md5", b"x"),
        (b"x", b"y"),
    ]
    assert (await ask(guarded(), body, headers)).status == 200
    expected = b'{"a": ["[REDACTED]", 1.50, "\\u00e9 x"], "heron": "the [REDACTED] \xc3\xa9"}'
    assert application.bodies == [expected]
    assert application.scopes[0]["headers"] == [
        JSON,
        (b"x", b"y"),
        (b"content-length", b"%d" % len(expected)),
    ]
    scanned = application.scopes[0]["pyshield"]
    assert scanned.rewritten
    assert [(where, found.start, found.end) for where, found in scanned.findings] == [
        ("/a/0", 0, 5),
        ("/heron", 4, 9),
    ]


async def test_a_refusal_says_where_but_not_what(guarded, application, ask):
    answer = await ask(guarded(), b'{"messages": [{"content": "a bomb"}, {"content": "a heron"}]}')
    assert (answer.status, answer.problem) == (422, "refused")
    problem = json.loads(answer.body)
    assert problem["refused"] == [{"pointer": "/messages/0/content", "scanners": ["BanSubstrings#2"]}]
    assert [(one["pointer"], one["start"], one["end"]) for one in problem["findings"]] == [
        ("/messages/0/content", 2, 6),
        ("/messages/1/content", 2, 7),
    ]
    assert set(problem["findings"][0]) == {"pointer", "scanner", "label", "start", "end"}
    assert problem["omitted_findings"] == 0
    assert b"bomb" not in answer.body
    assert b"connection" not in answer.headers
    assert application.scopes == []


async def test_a_refusal_that_discloses_nothing(guarded, ask):
    answer = await ask(guarded(disclose=False), b'["bomb"]')
    assert set(json.loads(answer.body)) == {"type", "title", "status", "detail"}


async def test_a_refusal_lists_no_more_than_a_hundred(guarded, ask):
    answer = await ask(guarded(), json.dumps({"k" * 1000: ["bomb bomb"] * 200}).encode())
    problem = json.loads(answer.body)
    assert (len(problem["findings"]), problem["omitted_findings"], len(problem["refused"])) == (100, 300, 100)
    assert len(answer.body) < 100_000


async def test_who_refuses_is_told(guarded, ask):
    told = []

    async def later(scope, outcome):
        told.append((scope["path"], outcome.findings[0][0]))

    def at_once(scope, outcome):
        told.append(scope["path"])

    assert (await ask(guarded(on_refused=later), b'["bomb"]')).status == 422
    assert (await ask(guarded(on_refused=at_once), b'["bomb"]')).status == 422
    assert (await ask(guarded(on_refused=at_once), b'["fine"]')).status == 200
    assert told == [("/", "/0"), "/"]


async def test_policies(guarded, ask):
    assert (await ask(guarded(), b'["heron"]')).status == 200
    assert (await ask(guarded(refuses=always), b'["heron"]')).status == 422
    assert (await ask(guarded(refuses=lambda result: False), b'["bomb"]')).status == 200
    # A text that is cut off is not what the client meant.
    assert (await ask(guarded(), json.dumps(["word " * 60_000]).encode())).status == 422


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([TEXT], b"a heron", b"a [REDACTED]"),
        ([(b"content-type", b"text/plain; charset=iso-8859-1")], b"\xe9 heron", b"\xe9 [REDACTED]"),
        ([JSON], '["heron"]'.encode("utf-16"), '["[REDACTED]"]'.encode("utf-16")),
        ([], b'["heron"]', b'["[REDACTED]"]'),
        ([], b"heron", b"heron"),
        ([(b"content-type", b"application/octet-stream")], b'["heron"]', b'["heron"]'),
        ([JSON], b"", b""),
        ([JSON], b"1", b"1"),
        ([(b"content-type", b"text/html"), (b"content-encoding", b"gzip")], b"heron", b"heron"),
    ],
)
async def test_media_types(guarded, application, ask, headers, body, expected):
    assert (await ask(guarded(), body, headers)).status == 200
    assert application.bodies == [expected]


async def test_a_charset_that_lacks_the_replacement(application, ask):
    class Mark:
        def scan(self, prompt):
            return prompt.replace("x", "▮"), True, -1.0

    app = ShieldMiddleware(application, Shield(prompt=[Mark()]))
    assert (await ask(app, b"\xe9 x", [(b"content-type", b"text/plain; charset=latin-1")])).status == 200
    assert application.bodies == ["é ▮".encode()]
    assert application.scopes[0]["headers"] == [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"6"),
    ]


GZIP = (b"content-encoding", b"gzip")
OTHER = (b"content-type", b"image/png")


@pytest.mark.parametrize(
    ("options", "headers", "body", "status", "problem"),
    [
        ({}, [JSON], b'{"a": "x"', 400, "not-json"),
        ({}, [JSON], b'["\xff"]', 400, "not-text"),
        ({}, [JSON], b'["\\ud800"]', 400, "not-text"),
        ({}, [JSON], b"[" * 100_000, 400, "too-deep"),
        ({}, [TEXT], b"\xff", 400, "not-text"),
        ({}, [JSON, TEXT], b"x", 400, "ambiguous"),
        ({}, [JSON, GZIP], b"x", 415, "encoded"),
        ({}, [JSON, GZIP, (b"content-length", b"1")], b"x", 415, "encoded"),
        ({}, [(b"content-type", b"text/plain; charset=utf-7")], b"x", 415, "unsupported-charset"),
        ({"other_types": "refuse"}, [OTHER], b"x", 415, "unsupported-media-type"),
        ({"other_types": "refuse"}, [OTHER, (b"content-length", b"1")], b"x", 415, "unsupported-media-type"),
        ({"other_types": "refuse"}, [], b"x", 415, "unsupported-media-type"),
        ({"max_body_bytes": 4}, [JSON], b'["a"]', 413, "too-large"),
        ({"max_body_bytes": 4}, [JSON, (b"content-length", b"5")], b'["a"]', 413, "too-large"),
        ({"max_fields": 2}, [JSON], b'["a", "b", "c"]', 413, "too-many-texts"),
    ],
)
async def test_what_cannot_be_scanned_is_refused(
    guarded, application, ask, options, headers, body, status, problem
):
    answer = await ask(guarded(**options), body, headers)
    assert (answer.status, answer.problem) == (status, problem)
    assert application.scopes == []


@pytest.mark.parametrize(
    ("options", "headers", "body"),
    [
        ({"unreadable": "pass"}, [JSON], b"{heron"),
        ({"unreadable": "pass"}, [TEXT], b"heron \xff"),
        ({"encoded": "pass"}, [JSON, GZIP], b"heron"),
        ({"other_types": "refuse"}, [OTHER, (b"content-length", b"0")], b""),
        ({"other_types": "refuse"}, [], b""),
    ],
)
async def test_what_may_pass_unscanned(guarded, application, ask, options, headers, body):
    assert (await ask(guarded(**options), body, headers)).status == 200
    assert application.bodies == [body]
    if body:
        assert "pyshield" not in application.scopes[0]


@pytest.mark.parametrize(
    ("error", "status", "problem", "retry"),
    [
        (Overloaded("full", 2.3), 503, "overloaded", b"3"),
        (Overloaded("full", 0.0), 503, "overloaded", b"1"),
        (DeadlineExceeded("late"), 503, "deadline-exceeded", b"1"),
        (ScannerError("broken", "X"), 500, "scan-failed", None),
    ],
)
async def test_errors_of_the_shield(application, shield, ask, monkeypatch, error, status, problem, retry):
    def fail(self, text, *, deadline=None):
        raise error

    monkeypatch.setattr(Shield, "scan_prompt", fail)
    answer = await ask(ShieldMiddleware(application, shield), b'["x"]')
    assert (answer.status, answer.problem, answer.headers.get(b"retry-after")) == (status, problem, retry)
    assert application.scopes == []


async def test_a_closed_shield_and_a_text_over_its_limit(application, ask):
    shield = Shield(prompt=[BanSubstrings(["x"])], limits=Limits(max_text_bytes=10))
    app = ShieldMiddleware(application, shield)
    answer = await ask(app, b'["12345678901"]')
    assert (answer.status, answer.problem) == (413, "text-too-long")
    await shield.close()
    answer = await ask(app, b'["a"]')
    assert (answer.status, answer.problem) == (503, "closed")


words = st.lists(st.sampled_from(["heron", "crane", "ü", "\x00", '"', "\\", "\u2028", " ", "😀"]), max_size=6)
trees = st.recursive(
    st.none() | st.integers() | st.floats() | st.builds("".join, words),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.builds("".join, words), inner, max_size=4),
    max_leaves=20,
)


@given(trees, st.booleans(), st.sampled_from([None, 1, "\t"]))
async def test_any_document_is_redacted_in_place(tree, ascii_only, indent):
    given_bodies = []

    async def app(scope, receive, send):
        given_bodies.append((await receive())["body"])

    def redacted(value):
        if isinstance(value, str):
            return value.replace("heron", "[REDACTED]")
        if isinstance(value, dict):
            return {key: redacted(item) for key, item in value.items()}
        return [redacted(item) for item in value] if isinstance(value, list) else value

    async def receive():
        return {"type": "http.request", "body": body}

    body = json.dumps(tree, ensure_ascii=ascii_only, indent=indent).encode()
    scope = {"type": "http", "path": "/", "headers": [JSON]}
    await ShieldMiddleware(app, Shield(prompt=[BanSubstrings(["heron"], redact=True)]))(scope, receive, None)
    (given_body,) = given_bodies
    assert repr(json.loads(given_body)) == repr(redacted(tree))
    if redacted(tree) == tree:
        assert given_body == body
