"""The middleware as raw ASGI: what passes, what is rewritten, what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import ScannedBody, ShieldMiddleware

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


@pytest.mark.parametrize("options", [{}, {"other_types": "refuse"}, {"unreadable": "pass"}])
@pytest.mark.parametrize("charset", ["utf-16", "utf-16le", "UTF-16BE", "utf-32", "utf-7", "cp037", "hz"])
async def test_text_that_is_read_otherwise_than_it_says(guarded, application, ask, charset, options):
    named = [(b"content-type", f"text/plain; charset={charset}".encode())]
    for body in (b"the bomb", b"\xff\xfethe bomb", "the bomb".encode("utf-16")):
        answer = await ask(guarded(**options), body, named)
        assert (answer.status, answer.problem) == (415, "unsupported-charset")
    assert application.bodies == []


@pytest.mark.parametrize("options", [{}, {"other_types": "refuse"}, {"unreadable": "pass"}])
@pytest.mark.parametrize("headers", [[], [(b"content-type", b"")], [(b"content-type", b";")], [JSON]])
async def test_json_that_json_reads_and_is_no_text(guarded, application, ask, headers, options):
    for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-32-be"):
        body = '{"x": "\ud800", "prompt": "bomb"}'.encode(encoding, "surrogatepass")
        assert json.loads(body)["prompt"] == "bomb"
        answer = await ask(guarded(**options), body, headers)
        assert (answer.status, answer.problem) == (400, "not-text")
    assert application.bodies == []


async def test_bytes_without_a_media_type_that_are_no_json(guarded, application, ask):
    body = b"\xed\xa0\x80 bomb"
    assert (await ask(guarded(), body, [])).status == 200
    assert application.bodies == [body]


GZIP = (b"content-encoding", b"gzip")
OTHER = (b"content-type", b"image/png")


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
