"""What is refused, with which problem."""

from __future__ import annotations

import json

import pytest
from asgi_helpers.answering import answer as answered

from pyshield import Limits, Shield
from pyshield.errors import Closed, DeadlineExceeded, Overloaded, ScannerError
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield_asgi import ShieldMiddleware, always

JSON = (b"content-type", b"application/json")
TEXT = (b"content-type", b"text/plain")
GZIP = (b"content-encoding", b"gzip")
OTHER = (b"content-type", b"image/png")


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


@pytest.mark.parametrize("error", [Overloaded("full", 2.3), DeadlineExceeded("late"), Closed("closed")])
async def test_an_answer_that_was_not_scanned_for_want_of_time(ask, monkeypatch, error):
    def fail(self, prompt, output, *, deadline=None):
        raise error

    monkeypatch.setattr(Shield, "scan_output", fail)
    shield = Shield(output=[BanOutput(["x"])])
    got, _ = await answered(ask, shield, [b'{"answer": "y"}'], "application/json")
    assert got.status == 503
    assert int(got.headers[b"retry-after"]) >= 1
    # The application has run: whoever sends it again has it done again.
    assert "was processed" in json.loads(got.body)["detail"]
