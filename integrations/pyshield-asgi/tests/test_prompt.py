"""What was asked reaches the scanners of the answer."""

from __future__ import annotations

import json

import pytest

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings
from pyshield_asgi import CHAT_FIELDS, ShieldMiddleware, asked

PARTS = [{"type": "image_url"}, {"type": "text", "text": "one"}, {"type": "text", "text": "two"}]


@pytest.mark.parametrize(
    ("document", "prompt"),
    [
        ("as it is", "as it is"),
        (None, ""),
        ([1, "a"], ""),
        ({}, ""),
        ({"prompt": "p", "text": "t"}, "p"),
        ({"prompt": ["p", "q"]}, "p\nq"),
        ({"input": "i"}, "i"),
        ({"question": 5, "query": "q"}, "q"),
        ({"message": {"role": "user", "content": "m"}}, "m"),
        ({"message": {"text": "m"}}, "m"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}, "b"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}]}, "a"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": []}]}, "a"),
        ({"messages": [{"role": "user", "content": PARTS}]}, "one\ntwo"),
        ({"messages": [{"role": "system", "content": "s"}], "prompt": "p"}, "p"),
        ({"messages": [7, None, {"role": "user"}]}, ""),
        ({"input": ["a", {"content": [{"type": "input_text", "text": "b"}]}]}, "b"),
        ({"input": [{"type": "function_call_output", "output": "x"}], "q": "q"}, "q"),
    ],
)
def test_where_it_is(document, prompt):
    assert asked({}, document) == prompt


class Comparing:
    """Keeps the prompts that it is given."""

    def __init__(self):
        self.prompts = []

    def scan(self, prompt, output):
        self.prompts.append(prompt)
        return output, True, -1.0


class Answering:
    def __init__(self, media, body):
        self.media = media
        self.body = body

    async def __call__(self, scope, receive, send):
        while (await receive())["more_body"]:
            pass
        headers = [(b"content-type", self.media)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


ANSWERS = {
    "json": (b"application/json", b'{"answer": "yes", "text": "no"}'),
    "text": (b"text/plain", b"yes"),
    "events": (b"text/event-stream", b'data: {"choices": [{"delta": {"content": "yes"}}]}\n\n'),
    "lines": (b"application/x-ndjson", b'{"response": "yes"}\n'),
}
JSON = (b"content-type", b"application/json")


@pytest.mark.parametrize("answer", ANSWERS)
async def test_each_kind_of_answer(ask, answer):
    comparing = Comparing()
    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)], output=[comparing])
    body = json.dumps({"messages": [{"role": "user", "content": "the heron"}]}).encode()
    app = ShieldMiddleware(Answering(*ANSWERS[answer]), shield, fields=CHAT_FIELDS)
    assert (await ask(app, body, [JSON])).status == 200
    assert set(comparing.prompts) == {"the [REDACTED]"}
    assert len(comparing.prompts) == (2 if answer == "json" else 1)


@pytest.mark.parametrize(
    ("headers", "body", "prompt"),
    [
        ([(b"content-type", b"text/plain; charset=latin-1")], b"\xe9 heron", "é [REDACTED]"),
        ([JSON], '{"prompt": "heron"}'.encode("utf-16"), "[REDACTED]"),
        ([JSON], b'{"prompt": "as it was", "n": 1' + b"0" * 5000 + b"}", ""),
        ([JSON], b"", ""),
        ([(b"content-type", b"image/png")], b"heron", ""),
        ([JSON], b'{"x": "y", "prompt": "\\ud800!"}', "?!"),
        ([JSON], json.dumps({"prompt": "word " * 20_000}).encode(), "word " * 20_000),
    ],
)
async def test_each_kind_of_request(ask, headers, body, prompt):
    comparing = Comparing()
    shield = Shield(prompt=[BanSubstrings(["heron"], redact=True)], output=[comparing])
    fields = ["/x"] if b"ud800" in body else ["/**"]
    app = ShieldMiddleware(Answering(b"text/plain", b"yes"), shield, fields=fields)
    assert (await ask(app, body, headers)).status == 200
    assert comparing.prompts == [prompt]


async def test_a_function_of_ones_own(ask):
    comparing = Comparing()
    shield = Shield(output=[comparing])

    def prompt(scope, document):
        return scope["query_string"].decode() + document["x"]

    app = ShieldMiddleware(Answering(b"text/plain", b"yes"), shield, prompt=prompt)
    await ask(app, b'{"x": "y"}', [JSON], scope={"query_string": b"q="})
    assert comparing.prompts == ["q=y"]


async def test_nobody_looks_for_it_where_no_answer_is_scanned(ask):
    def prompt(scope, document):
        raise AssertionError

    shield = Shield(output=[Comparing()])
    app = ShieldMiddleware(Answering(b"image/png", b"yes"), shield, prompt=prompt)
    assert (await ask(app, b'{"x": "y"}', [JSON])).status == 200
