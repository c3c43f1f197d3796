"""Real SDK clients, guarded, against a provider on the loopback interface: every API, awaited and not."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
import talk
from anthropic import AnthropicError
from openai import OpenAIError

from pyshield import Vault
from pyshield.errors import Overloaded, ShieldError
from pyshield.input_scanners import Anonymize, BanSubstrings, TokenLimit
from pyshield.output_scanners import BanSubstrings as BanAnswers
from pyshield.output_scanners import Deanonymize, Regex, Toxicity
from pyshield.shield import Limits
from pyshield_clients import AnswerRefused, PromptRefused, Refused

WORDS = {
    "prompt": [BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])],
    "output": [
        Regex([r"\b\d{3}-\d{4}\b"], match_type="all"),
        BanAnswers(["detonator"]),
    ],
}


def asked(provider):
    """The last text that the provider was asked."""
    body = provider.body
    if "input" in body:
        return body["input"]
    return body["messages"][-1]["content"]


async def test_what_nothing_is_found_in_is_as_it_was(talking, guarded, provider):
    client = guarded(WORDS)
    plain = talking.talk.ask("What is the capital of Peru?")
    for answer in (await talking.whole(client, **plain), await talking.stream(client, **plain)):
        assert answer.text == "Hello there"
        assert answer.reason in ("stop", "completed", "end_turn")
    assert asked(provider) == "What is the capital of Peru?"


async def test_a_prompt_leaves_redacted(talking, guarded, provider):
    client = guarded(WORDS)
    await talking.whole(client, "Summarise project heron")
    assert asked(provider) == "Summarise project [REDACTED]"
    await talking.stream(client, "Summarise project heron again")
    assert asked(provider) == "Summarise project [REDACTED] again"
    assert not any(b"heron" in body for body in provider.heard)


async def test_a_refused_prompt_never_leaves(talking, guarded, provider, caplog):
    client = guarded(WORDS)
    base = AnthropicError if talking.talk.api == "messages" else OpenAIError
    for send in (talking.whole, talking.stream):
        with pytest.raises(PromptRefused) as caught, caplog.at_level(logging.DEBUG):
            await send(client, "build a bomb")
        # One of the SDK's own, so that it neither repeats the request nor hides what happened.
        assert isinstance(caught.value, base)
        pointer = "/input" if talking.talk.api == "responses" else "/messages/0/content"
        assert caught.value.refused == (Refused(pointer, ("BanSubstrings#2",)),)
        assert "bomb" not in str(caught.value)
    assert provider.heard == []
    assert not any(
        "bomb" in record.getMessage() for record in caplog.records if record.name == "pyshield_clients"
    )


async def test_an_answer_is_redacted_whole_and_streamed(talking, guarded, provider):
    provider.says = ["Call 5", "55-01", "42 or", " 555-0", "199 now"]
    client = guarded(WORDS)
    whole, streamed = await talking.whole(client, "number?"), await talking.stream(client, "number?")
    assert whole.text == streamed.text == "Call [REDACTED] or [REDACTED] now"
    assert streamed.pieces > 1  # it came as it was written


async def test_a_refused_answer_ends_as_the_provider_ends_it(talking, guarded, provider, caplog):
    provider.says = ["Take a ", "deto", "nator and", " then"]
    provider.calls = ['{"to": ', '"ada"}']
    client = guarded(WORDS)
    for send in (talking.whole, talking.stream):
        answer = await send(client, "how?")
        assert answer.text == "Take a "
        assert answer.reason == talk.REFUSED[talking.talk.api]
        assert answer.calls == []
    assert [record.getMessage() for record in caplog.records if record.name == "pyshield_clients"] == [
        "an answer was cut off: BanSubstrings refused it"
    ] * 2


async def test_a_refused_answer_raises_where_that_is_wanted(talking, guarded, provider):
    provider.says = ["Take a ", "deto", "nator and", " then"]
    client = guarded(WORDS, on_refusal="raise")
    for send in (talking.whole, talking.stream):
        with pytest.raises(AnswerRefused) as caught:
            await send(client, "how?")
        assert caught.value.scanners == ("BanSubstrings",)
    assert len(provider.heard) == 2  # neither was repeated


async def test_a_sentence_that_a_model_refuses_never_arrives(talking, guarded, provider):
    fine = "Paris is the capital of France, and a fine place to be."
    provider.says = [
        "Paris is the capital",
        fine[20:] + " You are a stu",
        "pid idiot and every",
        "body hates you. So.",
    ]
    client = guarded({"output": [Toxicity()]})
    for send in (talking.whole, talking.stream):
        answer = await send(client, "how?")
        assert answer.text == fine
        assert answer.reason == talk.REFUSED[talking.talk.api]


async def test_tool_calls_are_answers_too(talking, guarded, provider):
    provider.calls = ['{"number": "555', '-0142"}']
    client = guarded(WORDS)
    for send in (talking.whole, talking.stream):
        (call,) = (await send(client, "call")).calls
        assert (json.loads(call) if isinstance(call, str) else call) == {"number": "[REDACTED]"}


async def test_what_was_anonymised_comes_back(talking, guarded, provider):
    vault = Vault()
    client = guarded({"prompt": [Anonymize(vault)], "output": [Deanonymize(vault)]})
    provider.says = ["Wrote to [REDACTED_EMAIL", "_ADDRESS_1] just ", "now."]
    provider.calls = ['{"to": "[REDACTED_', 'EMAIL_ADDRESS_1]"}']
    for send in (talking.whole, talking.stream):
        answer = await send(client, "Write to ada@example.org, please.")
        assert asked(provider) == "Write to [REDACTED_EMAIL_ADDRESS_1], please."
        assert answer.text == "Wrote to ada@example.org just now."
        (call,) = answer.calls
        assert (json.loads(call) if isinstance(call, str) else call) == {"to": "ada@example.org"}
    assert not any(b"ada@" in body for body in provider.heard)


async def test_a_prompt_that_cannot_be_scanned_raises_a_typed_error_once(talking, guarded, provider):
    client = guarded({"prompt": [TokenLimit(limit=5)]}, limits=Limits(max_text_bytes=100))
    with pytest.raises(PromptRefused):
        await talking.whole(client, "one two three four five six seven")
    base = AnthropicError if talking.talk.api == "messages" else OpenAIError
    with pytest.raises(ShieldError, match="bytes") as caught:
        await talking.whole(client, "x" * 101)
    assert type(caught.value).__name__ == "TextError"
    assert isinstance(caught.value, base)
    assert provider.heard == []


async def test_an_error_of_the_provider_stays_one(talking, guarded, provider):
    provider.raw = (
        400,
        "application/json",
        b'{"error": {"message": "555-0142", "type": "invalid_request_error"}}',
    )
    client = guarded(WORDS)
    with pytest.raises(Exception, match="555-0142") as caught:
        await talking.whole(client, "hello")
    assert type(caught.value).__name__ == "BadRequestError"


async def test_an_answer_that_is_too_long_raises(talking, guarded, provider):
    provider.says = ["x" * 300_000]
    client = guarded(WORDS, max_answer_bytes=100_000)
    for send in (talking.whole, talking.stream):
        with pytest.raises(ShieldError, match="max_answer_bytes"):
            await send(client, "hello")
    assert len(provider.heard) == 2


@pytest.mark.parametrize(
    "talking",
    [(talk.Awaited, api) for api in (talk.Chat, talk.Responses, talk.Messages)],
    ids=["chat", "responses", "messages"],
    indirect=True,
)
async def test_an_overloaded_shield_is_a_typed_error(talking, guarded, provider):
    held = asyncio.Event()
    entered = asyncio.Event()

    class Slow:
        async def scan(self, prompt):
            entered.set()
            await held.wait()
            return prompt, True, -1.0

    client = guarded({"prompt": [Slow()]}, limits=Limits(max_in_flight=1))
    first = asyncio.create_task(talking.whole(client, "one"))
    await entered.wait()
    with pytest.raises(Overloaded) as caught:
        await talking.whole(client, "two")
    assert isinstance(caught.value, AnthropicError | OpenAIError)
    assert caught.value.retry_after >= 0
    held.set()
    assert (await first).text == "Hello there"
    assert len(provider.heard) == 1
