"""Streams of chat completions, and of the older text completions."""

from __future__ import annotations

import asyncio
import itertools
import json

import pytest
from asgi_helpers.answering import SSE, Answering, answer, chunk, events, make_shield, once, parsed, said
from hypothesis import given, settings
from hypothesis import strategies as st

from pyshield_asgi import ShieldMiddleware


@pytest.fixture
def shield():
    return make_shield()


CHAT = [
    chunk({"role": "assistant", "content": ""}),
    *(
        chunk({"content": piece})
        for piece in ("About pro", "ject he", "ron: call 5", "55-01", "42 or ", "pro")
    ),
    chunk({}, finish="stop"),
]


async def test_chat_is_redacted_across_chunks(ask, shield):
    got, _ = await answer(ask, shield, [events(*CHAT) + "data: [DONE]\n\n"], SSE)
    documents = parsed(got.body)
    assert said(documents) == "About [REDACTED]: call [REDACTED] or pro"
    assert documents[-1] == "[DONE]"
    assert documents[-2]["choices"][0]["finish_reason"] == "stop"
    assert documents[0] == CHAT[0]
    assert all(document["id"] == "c1" for document in documents[:-1])


WHOLE = ("".join(map(events, CHAT)) + ": ping\n\ndata: [DONE]\n\n").encode()


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_chat_cut_anywhere(cuts):
    edges = [0, *sorted(cuts), len(WHOLE)]
    application = Answering([WHOLE[a:b] for a, b in itertools.pairwise(edges)], SSE)
    sent = []

    async def send(message):
        sent.append(message)

    async def run():
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await ShieldMiddleware(application, make_shield())(scope, once(), send)

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in sent)
    assert b": ping\n\n" in body
    documents = parsed(body.replace(b": ping\n\n", b""))
    assert said(documents) == "About [REDACTED]: call [REDACTED] or pro"


async def test_what_nobody_changes_stays_as_it_is(ask, shield):
    clean = [
        b'data: {"choices": [{"index": 0, "delta": {"content": "Hi "}}], "x":1.50}\n\n',
        b": ping\r\n\r\n",
    ]
    got, _ = await answer(ask, shield, clean, SSE, headers=[(b"content-length", b"9"), (b"x-a", b"b")])
    assert b"content-length" not in got.headers
    assert got.headers[b"x-a"] == b"b"
    assert b": ping\r\n\r\n" in got.body
    assert json.loads(got.body.split(b"\n")[0][6:]) == json.loads(clean[0].split(b"\n")[0][6:])
    other = [b"event: tick\ndata: 17\n\n", b'data: {"state": "busy"}\n\n', b"id: 5\n\n"]
    got, _ = await answer(ask, shield, other, SSE)
    assert got.body == b"".join(other)


async def test_a_cut_ends_a_chat_as_the_provider_does(ask, shield, caplog):
    pieces = [events(chunk({"content": piece})) for piece in ("Take a ", "bo", "mb and", " then")]
    got, application = await answer(ask, shield, pieces, SSE)
    documents = parsed(got.body)
    assert said(documents) == "Take a "
    assert documents[-2]["choices"] == [
        {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "content_filter"}
    ]
    assert documents[-1] == "[DONE]"
    assert application.sent == 2  # it is told with the piece that was refused
    assert isinstance(application.error, OSError)
    assert "bomb" not in caplog.text


async def test_choices_tool_calls_and_reasoning_are_texts_of_their_own(ask, shield):
    def call(arguments, **more):
        return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}, **more}]}

    documents = [
        chunk({"content": "call 555-"}, index=0),
        chunk({"content": "0142 is not one"}, index=1),
        chunk({"content": "0199"}, index=0),
        chunk({"reasoning_content": "555-"}, index=0),
        chunk({"reasoning_content": "0101"}, index=0),
        chunk(call('{"number": "55', id="t1", type="function"), index=1),
        chunk(call('5-0142"}'), index=1),
        chunk({}, index=0, finish="stop"),
        chunk({}, index=1, finish="tool_calls"),
        {"id": "c1", "choices": [], "usage": {"total_tokens": 3}},
    ]
    got, _ = await answer(ask, shield, [events(*documents), "data: [DONE]\n\n"], SSE)
    sent = parsed(got.body)
    assert said(sent, index=0) == "call [REDACTED]"
    assert said(sent, index=1) == "0142 is not one"
    assert said(sent, "reasoning_content") == "[REDACTED]"
    calls = [
        call["function"]["arguments"]
        for document in sent[:-1]
        for choice in document["choices"]
        for call in choice["delta"].get("tool_calls", ())
    ]
    assert json.loads("".join(calls)) == {"number": "[REDACTED]"}
    assert sent[-2]["usage"] == {"total_tokens": 3}
    # What is held of a text comes before the end of its choice.
    ends = [i for i, document in enumerate(sent[:-2]) if document["choices"][0]["finish_reason"]]
    assert max(
        i for i, document in enumerate(sent[:-2]) if not document["choices"][0]["finish_reason"]
    ) < max(ends)


async def test_log_probabilities_do_not_repeat_what_was_redacted(ask, shield):
    document = chunk({"content": "555-0142"})
    document["choices"][0]["logprobs"] = {"content": [{"token": "555-0142"}]}
    got, _ = await answer(ask, shield, [events(document)], SSE)
    assert b"0142" not in got.body


async def test_a_stream_without_done_loses_nothing(ask, shield):
    got, _ = await answer(ask, shield, [events(chunk({"content": "the pro"}))], SSE)
    assert said(parsed(got.body)) == "the pro"


async def test_text_completions(ask, shield):
    documents = [
        {"id": "c", "choices": [{"index": 0, "text": text, "finish_reason": None}]}
        for text in ("555-", "0142", " bomb")
    ]
    got, _ = await answer(ask, shield, [events(*documents)], SSE)
    sent = parsed(got.body)
    assert "".join(document["choices"][0]["text"] for document in sent[:-1]) == "[REDACTED] "
    assert sent[-2]["choices"][0]["finish_reason"] == "content_filter"
