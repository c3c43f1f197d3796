"""Answers that come as a whole: which of their texts are scanned, and what is left of one that is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield
from pyshield.dialects.outputs import Outputs
from pyshield.errors import TextError
from pyshield.input_scanners import BanSubstrings as BanInput
from pyshield.output_scanners import BanSubstrings, Regex
from pyshield.policy import unless_redacted
from pyshield_clients import AnswerRefused, NotGuardable
from pyshield_clients.answers import WholeFlow
from pyshield_clients.exchange import Exchange
from pyshield_clients.settings import Settings
from pyshield_clients.waiting import Waiting, at_once

SHIELD = BlockingShield(
    output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])],
)
SETTINGS = Settings(SHIELD, False, frozenset(), unless_redacted, "end", "hold", None, 1_000, 10, 1_000, None)
NUMBER, HIDDEN, REFUSED = "call 555-0142", "call [REDACTED]", "the detonator is"


def passed(document):
    """What comes of a document, and whether it was refused."""
    outputs = Outputs(Waiting(SHIELD, None), "", 1000)
    flow = WholeFlow(outputs, 1_000_000)
    body = json.dumps(document).encode() if not isinstance(document, bytes) else document

    async def run():
        return await flow.feed(body[:10]) + await flow.feed(body[10:]) + await flow.finish()

    data = at_once(run())
    return (data if isinstance(document, bytes) else json.loads(data)), outputs.blocked


def chat(choices):
    return {"object": "chat.completion", "choices": choices}


def test_every_text_of_a_choice():
    message = {
        "role": "assistant",
        "content": [
            {"type": "text", "text": NUMBER},
            {"type": "thinking", "thinking": [{"type": "text", "text": NUMBER}]},
        ],
        "refusal": NUMBER,
        "reasoning_content": NUMBER,
        "reasoning": NUMBER,
        "audio": {"id": "a", "data": "NTU1LTAxNDI=", "transcript": NUMBER},
        "function_call": {"name": "n", "arguments": NUMBER},
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "n", "arguments": NUMBER}},
            {"id": "2", "type": "custom", "custom": {"name": "n", "input": NUMBER}},
        ],
    }
    document, refused = passed(
        chat([{"index": 0, "message": message, "finish_reason": "stop", "logprobs": {}}])
    )
    assert not refused
    assert json.dumps(document).count(HIDDEN) == 9
    assert NUMBER not in json.dumps(document)
    assert document["choices"][0]["logprobs"] is None


def test_log_probabilities_stay_where_nothing_changed():
    choices = [
        {"message": {"content": text}, "finish_reason": "stop", "logprobs": {"content": [{"token": text}]}}
        for text in ("fine", NUMBER)
    ]
    document, _ = passed(chat(choices))
    assert [choice["logprobs"] is None for choice in document["choices"]] == [False, True]
    assert "0142" not in json.dumps(document)
    part = {"type": "output_text", "text": NUMBER, "logprobs": [{"token": "555-0142"}]}
    document, _ = passed({"object": "response", "output": [{"type": "message", "content": [part]}]})
    assert document["output"][0]["content"] == [{"type": "output_text", "text": HIDDEN, "logprobs": []}]


def test_text_completions():
    document, refused = passed({"choices": [{"text": NUMBER}, {"text": REFUSED, "finish_reason": "stop"}]})
    assert refused
    assert document["choices"] == [{"text": HIDDEN}, {"text": "the ", "finish_reason": "content_filter"}]


def test_a_refused_choice_has_no_more_than_what_passed():
    message = {"role": "assistant", "content": REFUSED, "tool_calls": [{}], "reasoning": "r", "audio": {}}
    document, refused = passed(chat([{"message": message, "finish_reason": "stop"}]))
    assert refused
    kept = {"role": "assistant", "content": "the ", "refusal": None}
    assert document["choices"] == [{"message": kept, "finish_reason": "content_filter"}]
    call = {"function": {"name": "n", "arguments": REFUSED}}
    document, _ = passed(
        chat([{"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}])
    )
    assert document["choices"] == [
        {"message": {"content": None, "refusal": None}, "finish_reason": "content_filter"}
    ]


def item(*texts, **members):
    return {
        "type": "message",
        "content": [{"type": "output_text", "text": text} for text in texts],
        **members,
    }


def test_every_item_of_a_response():
    items = [
        item(NUMBER),
        {"type": "function_call", "name": "n", "arguments": NUMBER},
        {"type": "custom_tool_call", "name": "n", "input": NUMBER},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": NUMBER}]},
        {"type": "code_interpreter_call", "code": NUMBER},
        {"type": "message", "content": [{"type": "refusal", "refusal": NUMBER}]},
    ]
    document, refused = passed(
        {"object": "response", "status": "completed", "output": items, "id": "555-0142"}
    )
    assert not refused
    assert json.dumps(document["output"]).count(HIDDEN) == 6
    assert (document["status"], document["id"]) == ("completed", "555-0142")


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ([item("fine"), item(REFUSED), item("never")], [item("fine"), item("the ", status="incomplete")]),
        ([item("fine", REFUSED, "never")], [item("fine", "the ", status="incomplete")]),
        ([item("fine", "detonator")], [item("fine", status="incomplete")]),
        ([item("detonator")], []),
        ([item("fine"), {"type": "function_call", "arguments": REFUSED}], [item("fine")]),
        ([{"type": "reasoning", "summary": [{"text": REFUSED}]}, item("never")], []),
    ],
)
def test_a_refused_response(items, kept):
    document, refused = passed({"object": "response", "status": "completed", "output": items})
    assert refused
    assert document == {
        "object": "response",
        "status": "incomplete",
        "incomplete_details": {"reason": "content_filter"},
        "output": kept,
    }


def test_every_block_of_a_message():
    blocks = [
        {"type": "thinking", "thinking": NUMBER, "signature": "s"},
        {"type": "text", "text": NUMBER},
        {"type": "tool_use", "name": "n", "input": {"a": [NUMBER, {"b": NUMBER}], "c": 5550142}},
        {"type": "redacted_thinking", "data": NUMBER},
    ]
    document, refused = passed({"type": "message", "content": blocks, "stop_reason": "end_turn"})
    assert not refused
    assert json.dumps(document).count(HIDDEN) == 4
    assert document["content"][3]["data"] == NUMBER
    assert document["stop_reason"] == "end_turn"


@pytest.mark.parametrize(
    ("blocks", "kept"),
    [
        (
            [{"type": "text", "text": REFUSED}, {"type": "text", "text": "x"}],
            [{"type": "text", "text": "the "}],
        ),
        ([{"type": "text", "text": "detonator"}], []),
        (
            [{"type": "text", "text": "fine"}, {"type": "tool_use", "input": {"a": REFUSED}}],
            [{"type": "text", "text": "fine"}],
        ),
        ([{"type": "thinking", "thinking": REFUSED}, {"type": "text", "text": "never"}], []),
    ],
)
def test_a_refused_message(blocks, kept):
    document, refused = passed({"type": "message", "content": blocks, "stop_reason": "end_turn"})
    assert refused
    assert document == {"type": "message", "content": kept, "stop_reason": "refusal", "stop_sequence": None}


def test_lists_of_answers_and_transcripts():
    document, _ = passed({"object": "list", "data": [chat([{"message": {"content": NUMBER}}]), 5]})
    assert document["data"][0]["choices"][0]["message"]["content"] == HIDDEN
    assert passed({"text": NUMBER})[0] == {"text": HIDDEN}
    with pytest.raises(AnswerRefused):
        passed({"text": REFUSED})


@pytest.mark.parametrize("body", [b"", b"{", b"5", b'{"object":"list","data":[1.50]}'])
def test_what_is_no_answer_stays_as_it_is(body):
    assert passed(body) == (body, False)


def test_an_answer_that_breaks_off_is_scanned_as_text():
    broken = b'{"choices": [{"message": {"content": "call 555-0142 and\xff'
    assert passed(broken)[0] == broken.replace(b"555-0142", b"[REDACTED]").replace(b"\xff", "\ufffd".encode())
    with pytest.raises(AnswerRefused):
        passed(b'{"choices": [{"message": {"content": "the detonator is')


def test_a_key_that_comes_twice_hides_nothing():
    body = b'{"choices": [{"message": {"content": "call 555-0142", "content": "fine"}}]}'
    assert passed(body) == (b'{"choices":[{"message":{"content":"fine"}}]}', False)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"object": "list", "n": ' + b"9" * 5_000 + b"}"])
def test_what_may_be_an_answer_and_cannot_be_read_does_not_pass(body):
    with pytest.raises(NotGuardable):
        passed(body)


def nested(text, levels):
    for _ in range(levels):
        text = [text]
    return text


def test_what_is_nested_too_deeply_does_not_pass_unscanned():
    def message(levels):
        block = {"type": "tool_use", "name": "n", "input": {"a": nested(NUMBER, levels)}}
        return {"type": "message", "content": [block]}

    def response(levels):
        return {
            "object": "response",
            "output": [{"type": "reasoning", "summary": nested({"text": NUMBER}, levels)}],
        }

    def listed(levels):
        document = {"text": NUMBER}
        for _ in range(levels):
            document = {"object": "list", "data": [document]}
        return document

    for kind in (message, response, listed):
        assert HIDDEN in json.dumps(passed(kind(50))[0])
        with pytest.raises(TextError, match="levels deep"):
            passed(kind(70))


_NAMES = [
    "choices",
    "message",
    "content",
    "text",
    "output",
    "object",
    "type",
    "data",
    "input",
    "tool_calls",
    "audio",
]
values = st.recursive(
    st.none() | st.integers() | st.sampled_from(["response", "message", NUMBER, REFUSED, "fine"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), below, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(document=values)
@example(document={"object": []})
def test_any_document_is_a_document_again(document):
    try:
        passed(document)
    except AnswerRefused:
        assert "detonator" in json.dumps(document)


@pytest.mark.parametrize(
    ("parameters", "charset"),
    [("", "utf-8"), ("; charset=latin-1", "latin-1"), ('; a=b; Charset="UTF-16"', "utf-16")],
)
def test_plain_text_in_its_charset(parameters, charset):
    exchange = Exchange(SETTINGS, Waiting(SHIELD, None))
    assert exchange.answer(200, {"content-type": f"text/plain{parameters}"})
    data = f"é {NUMBER} é".encode(charset)
    passed = at_once(exchange.feed(data[:7])) + at_once(exchange.feed(data[7:])) + at_once(exchange.finish())
    assert passed == f"é {HIDDEN} é".encode(charset)
    with pytest.raises(NotGuardable, match="charset"):
        Exchange(SETTINGS, Waiting(SHIELD, None)).answer(200, {"content-type": "text/plain; charset=idna"})


def test_half_of_a_pair_outside_the_texts():
    document = {"object": "response", "id": "\ud800", "output": [item(NUMBER)]}
    assert passed(document)[0] == {**document, "output": [item(HIDDEN)]}
    prompts = BlockingShield(prompt=[BanInput(["heron"], redact=True)])
    body = b'{"metadata": {"a": "\\ud800 \xc3\xa9"}, "input": "heron"}'
    sent = at_once(Exchange(SETTINGS, Waiting(prompts, None)).request({}, body))
    assert json.loads(sent) == {"metadata": {"a": "\ud800 é"}, "input": "[REDACTED]"}


@pytest.mark.parametrize(
    "document",
    [
        chat([{"message": {"reasoning_details": [{"type": "reasoning.text", "text": NUMBER}]}}]),
        chat([{"message": {"thinking_blocks": [{"type": "thinking", "thinking": NUMBER}]}}]),
        chat([{"message": {"annotations": [{"url_citation": {"title": NUMBER, "url": "u"}}]}}]),
        chat([NUMBER]),
        {**chat([]), "citations": [NUMBER]},
        {"object": "response", "output": [{"type": "shell_call", "action": {"commands": [NUMBER]}}]},
        {"object": "response", "output": [{"type": "apply_patch_call", "operation": {"diff": NUMBER}}]},
        {"object": "response", "output": [{"type": "web_search_call", "action": {"query": NUMBER}}]},
        {"object": "response", "output": [{"type": "mcp_call", "output": NUMBER}]},
        {"object": "response", "output": [{"type": "program_output", "result": NUMBER}]},
        {"object": "response", "output": [], "error": {"message": NUMBER}},
        {
            "type": "message",
            "content": [{"type": "text", "text": "x", "citations": [{"cited_text": NUMBER}]}],
        },
        {"type": "message", "content": [{"type": "compaction", "content": NUMBER}]},
        {"type": "message", "content": [{"type": "bash_code_execution_result", "stdout": NUMBER}]},
        {"type": "message", "content": [], "stop_details": {"explanation": NUMBER}},
        {"text": "fine", "segments": [{"id": 0, "text": NUMBER}]},
        {"object": "list", "data": [NUMBER, {"reply": NUMBER}], "note": NUMBER},
        {"reply": {"data": NUMBER}},
        [NUMBER],
        NUMBER,
    ],
)
def test_what_nobody_knows_is_scanned(document):
    assert passed(document) == (json.loads(json.dumps(document).replace(NUMBER, HIDDEN)), False)
    refused = json.loads(json.dumps(document).replace(NUMBER, REFUSED))
    try:
        left, cut = passed(refused)
    except AnswerRefused:
        return
    assert cut
    assert "detonator" not in json.dumps(left)


def test_what_is_no_text_stays_as_it_is():
    documents = [
        chat([{"message": {"audio": {"id": NUMBER, "data": NUMBER}, "tool_calls": [{"id": NUMBER}]}}]),
        {"object": "response", "instructions": NUMBER, "tools": [{"description": NUMBER}], "output": []},
        {"object": "response", "output": [{"type": "image_generation_call", "result": NUMBER}]},
        {
            "type": "message",
            "content": [{"signature": NUMBER, "encrypted_content": NUMBER, "file_id": NUMBER}],
        },
        {"object": "list", "data": [{"object": "model", "id": NUMBER, "owned_by": NUMBER}]},
        {"object": "list", "data": [{"object": "embedding", "embedding": NUMBER}]},
    ]
    for document in documents:
        assert passed(document) == (document, False)


def test_what_follows_what_was_refused_goes_with_it():
    cited = {"type": "text", "text": REFUSED, "citations": [{"cited_text": "never"}], "id": "i"}
    document, _ = passed({"type": "message", "content": [cited], "container": {"id": "c"}})
    assert document["content"] == [{"type": "text", "text": "the ", "id": "i"}]
    message = {"content": REFUSED, "nobody_knows": "never", "role": "assistant"}
    document, _ = passed({**chat([{"message": message, "nobody_knows": "never"}]), "citations": ["never"]})
    assert "never" not in json.dumps(document)
