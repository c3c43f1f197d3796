"""What the SDKs offer beside `create`, and how a guard sits in a client."""

from __future__ import annotations

import asyncio
import gzip
import json
import pickle
from contextvars import ContextVar

import httpx
import httpx2
import pytest
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, ContentFilterFinishReasonError, OpenAI, OpenAIError
from pydantic import BaseModel

from pyshield import BlockingShield, Shield, Vault
from pyshield.errors import ConfigError, Overloaded, ScannerError, ShieldError
from pyshield.input_scanners import Anonymize, BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanAnswers
from pyshield.output_scanners import Deanonymize, Regex
from pyshield_clients import NotGuardable, PromptRefused, guard
from pyshield_clients.errors import of_sdk

KEY = "not-a-key"
PROMPT = [BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])]
OUTPUT = [Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanAnswers(["detonator"])]
ASK = [{"role": "user", "content": "about heron?"}]


@pytest.fixture
async def openai(provider):
    client = AsyncOpenAI(api_key=KEY, base_url=f"{provider.url}/v1")
    async with guard(client, Shield(PROMPT, OUTPUT)) as guarded:
        yield guarded


@pytest.fixture
def openai_sync(provider):
    client = OpenAI(api_key=KEY, base_url=f"{provider.url}/v1")
    with guard(client, BlockingShield(PROMPT, OUTPUT)) as guarded:
        yield guarded


@pytest.fixture
async def anthropic(provider):
    client = AsyncAnthropic(api_key=KEY, base_url=provider.url)
    async with guard(client, Shield(PROMPT, OUTPUT)) as guarded:
        yield guarded


@pytest.fixture
def anthropic_sync(provider):
    client = Anthropic(api_key=KEY, base_url=provider.url)
    with guard(client, BlockingShield(PROMPT, OUTPUT)) as guarded:
        yield guarded


async def test_chat_stream_helper(openai, provider):
    provider.says = ["Call 555-", "0142."]
    async with openai.chat.completions.stream(model="m", messages=ASK) as stream:
        deltas = [event.delta async for event in stream if event.type == "content.delta"]
        final = await stream.get_final_completion()
    assert "".join(deltas) == final.choices[0].message.content == "Call [REDACTED]."
    assert provider.body["messages"][0]["content"] == "about [REDACTED]?"
    provider.says = ["the deto", "nator is"]
    with pytest.raises(ContentFilterFinishReasonError):
        async with openai.chat.completions.stream(model="m", messages=ASK) as stream:
            await stream.get_final_completion()


def test_chat_stream_helper_that_waits(openai_sync, provider):
    provider.says = ["Call 555-", "0142."]
    with openai_sync.chat.completions.stream(model="m", messages=ASK) as stream:
        for _ in stream:
            pass
        assert stream.get_final_completion().choices[0].message.content == "Call [REDACTED]."


async def test_responses_stream_helper(openai, provider):
    provider.says = ["Call 555-", "0142."]
    async with openai.responses.stream(model="m", input="heron") as stream:
        done = [event.text async for event in stream if event.type == "response.output_text.done"]
        final = await stream.get_final_response()
    assert done == [final.output_text] == ["Call [REDACTED]."]


async def test_messages_stream_helper(anthropic, provider):
    provider.says = ["Call 555-", "0142."]
    async with anthropic.messages.stream(model="m", max_tokens=9, messages=ASK) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        final = await stream.get_final_message()
    assert text == final.content[0].text == "Call [REDACTED]."
    assert provider.body["messages"][0]["content"] == "about [REDACTED]?"
    provider.says = ["the deto", "nator is"]
    async with anthropic.messages.stream(model="m", max_tokens=9, messages=ASK) as stream:
        final = await stream.get_final_message()
    assert final.stop_reason == "refusal"
    assert final.content[0].text == "the "


def test_messages_stream_helper_that_waits(anthropic_sync, provider):
    provider.says = ["Call 555-", "0142."]
    with anthropic_sync.messages.stream(model="m", max_tokens=9, messages=ASK) as stream:
        assert "".join(stream.text_stream) == "Call [REDACTED]."


async def test_structured_outputs(openai, provider):
    class Number(BaseModel):
        number: str

    provider.says = ['{"number": "555', '-0142"}']
    answer = await openai.chat.completions.parse(model="m", messages=ASK, response_format=Number)
    assert answer.choices[0].message.parsed == Number(number="[REDACTED]")


async def test_raw_and_streaming_responses_are_guarded(openai, provider):
    provider.says = ["Call 555-", "0142."]
    raw = await openai.chat.completions.with_raw_response.create(model="m", messages=ASK)
    assert "0142" not in raw.text
    assert "content-length" not in raw.headers
    assert raw.parse().choices[0].message.content == "Call [REDACTED]."
    streaming = openai.chat.completions.with_streaming_response
    async with streaming.create(model="m", messages=ASK, stream=True) as response:
        lines = [line async for line in response.iter_lines()]
    assert not any("0142" in line for line in lines)
    assert lines[-2] == "data: [DONE]"


async def test_choices_do_not_mix(openai, provider):
    provider.says, provider.choices = ["555-"], [["0142 is none, ", "555-0199"], ["fine"]]
    whole = await openai.chat.completions.create(model="m", messages=ASK, n=3)
    texts = ["555-", "0142 is none, [REDACTED]", "fine"]
    assert [choice.message.content for choice in whole.choices] == texts
    said = ["", "", ""]
    async for chunk in await openai.chat.completions.create(model="m", messages=ASK, n=3, stream=True):
        for choice in chunk.choices:
            said[choice.index] += choice.delta.content or ""
    assert said == texts


async def test_a_cut_spares_what_passed_before_it(openai, provider):
    provider.says, provider.choices = ["fine"], [["the detonator"], ["never seen"]]
    whole = await openai.chat.completions.create(model="m", messages=ASK, n=3)
    assert [(choice.message.content, choice.finish_reason) for choice in whole.choices] == [
        ("fine", "stop"),
        ("the ", "content_filter"),
        (None, "content_filter"),
    ]


async def test_a_stream_that_is_left_early_is_left_at_the_provider_too(openai, provider):
    provider.endless = True
    async with await openai.chat.completions.create(model="m", messages=ASK, stream=True) as stream:
        async for _ in stream:
            break
    await _until(lambda: provider.closed)


async def test_a_cut_leaves_the_stream_at_the_provider(openai, provider):
    provider.endless, provider.says = True, ["the detonator ", "x"]
    async for _ in await openai.chat.completions.create(model="m", messages=ASK, stream=True):
        pass
    await _until(lambda: provider.closed)


async def _until(condition):
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_copies_stay_guarded(openai, provider):
    with pytest.raises(PromptRefused):
        await openai.with_options(timeout=3, max_retries=0).responses.create(model="m", input="bomb")
    assert provider.heard == []


async def test_options_of_the_client_and_of_its_http_client_stay(provider):
    seen = []

    async def hook(request):
        seen.append(request.content)

    inner = httpx2.AsyncClient(event_hooks={"request": [hook]}, headers={"x-inner": "1"})
    client = AsyncOpenAI(
        api_key=KEY,
        base_url=f"{provider.url}/v1",
        http_client=inner,
        default_headers={"x-outer": "2"},
        timeout=7.0,
        max_retries=5,
    )
    async with guard(client, Shield(PROMPT, OUTPUT)) as guarded:
        assert type(guarded) is AsyncOpenAI
        assert (guarded.max_retries, guarded.timeout) == (5, 7.0)
        await guarded.responses.create(model="m", input="heron")
    assert (provider.headers["x-inner"], provider.headers["x-outer"]) == ("1", "2")
    assert provider.headers["authorization"] == f"Bearer {KEY}"
    (sent,) = seen
    assert json.loads(sent)["input"] == "[REDACTED]"
    assert inner.is_closed


def test_the_older_http_library(provider):
    client = OpenAI(api_key=KEY, base_url=f"{provider.url}/v1", http_client=httpx.Client())
    provider.says = ["Call 555-", "0142."]
    with guard(client, BlockingShield(PROMPT, OUTPUT)) as guarded:
        assert guarded.responses.create(model="m", input="heron").output_text == "Call [REDACTED]."
        events = guarded.responses.create(model="m", input="heron", stream=True)
        assert [event.text for event in events if event.type == "response.output_text.done"] == [
            "Call [REDACTED]."
        ]
    assert provider.body["input"] == "[REDACTED]"


async def test_each_conversation_has_its_own_shield(provider):
    current: ContextVar[Shield] = ContextVar("current")
    client = AsyncOpenAI(api_key=KEY, base_url=f"{provider.url}/v1")
    provider.says = ["[REDACTED_EMAIL_ADDRESS_1]"]

    async def converse(address):
        vault = Vault()
        current.set(Shield([Anonymize(vault)], [Deanonymize(vault)]))
        return (await guarded.responses.create(model="m", input=f"I am {address}")).output_text

    async with guard(client, current.get) as guarded:
        addresses = [f"{name}@example.org" for name in ("ada", "alan", "grace")]
        assert await asyncio.gather(*map(converse, addresses)) == addresses


async def test_requests_that_are_no_chat(openai, provider):
    body = b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10]}],"model":"m"}'
    provider.raw = (200, "application/json", body)
    raw = await openai.embeddings.with_raw_response.create(
        model="m", input=["heron", "x"], encoding_format="float"
    )
    assert provider.body["input"] == ["[REDACTED]", "x"]
    assert raw.content == body
    provider.raw = (200, "text/plain", b"call 555-0142")
    text = await openai.audio.transcriptions.create(model="m", file=b"sound", response_format="text")
    assert text == "call [REDACTED]"


async def test_a_compressed_answer_is_read(openai, provider):
    from starlette.responses import Response

    body = json.dumps({"object": "response", "output": [], "id": "555"}).encode()

    async def answer(request):
        headers = {"content-encoding": "gzip", "content-type": "application/json"}
        return Response(gzip.compress(body), headers=headers)

    provider.answer = answer
    raw = await openai.responses.with_raw_response.create(model="m", input="hello")
    assert raw.content == body
    assert "content-encoding" not in raw.headers


async def test_what_is_no_json_passes_as_it_is_or_is_text(openai, provider):
    provider.raw = (200, "text/vtt; charset=utf-8", b"WEBVTT\n\ncall 555-0142")
    assert (await openai.files.content("f1")).content == b"WEBVTT\n\ncall [REDACTED]"
    provider.raw = (200, "application/json", b'{"choices": [')
    raw = await openai.chat.completions.with_raw_response.create(model="m", messages=ASK)
    assert raw.content == b'{"choices": ['
    provider.raw = (200, "application/octet-stream", b"555-0142")
    assert (await openai.files.content("f1")).content == b"555-0142"


async def test_an_event_that_is_no_json_is_scanned_as_text(openai, provider):
    provider.raw = (200, "text/event-stream", b"data: {555-0142\n\ndata: \xff555-0\n\n")
    streaming = openai.chat.completions.with_streaming_response
    async with streaming.create(model="m", messages=ASK, stream=True) as response:
        body = await response.read()
    assert b"0142" not in body


async def test_signed_requests_are_not_rewritten(provider):
    async def sign(request):
        request.headers["authorization"] = "AWS4-HMAC-SHA256 Credential=x"

    inner = httpx2.AsyncClient()
    client = AsyncOpenAI(
        api_key=KEY,
        base_url=f"{provider.url}/v1",
        http_client=inner,
        default_headers={"authorization": "AWS4-HMAC-SHA256 Credential=x"},
    )
    async with guard(client, Shield(PROMPT, OUTPUT)) as guarded:
        await guarded.responses.create(model="m", input="hello")
        with pytest.raises(NotGuardable, match="signed"):
            await guarded.responses.create(model="m", input="heron")
        provider.raw = (200, "application/vnd.amazon.eventstream", b"x")
        with pytest.raises(NotGuardable, match="event stream"):
            await guarded.responses.create(model="m", input="hello")
    assert len(provider.heard) == 2


async def test_a_scanner_that_fails_in_a_stream_raises_the_sdks_kind(provider):
    class Broken:
        async def scan(self, prompt, output):
            raise RuntimeError("secret")

    client = AsyncAnthropic(api_key=KEY, base_url=provider.url)
    async with guard(client, Shield([], [Broken()], on_error="raise")) as guarded:
        with pytest.raises(ScannerError) as caught:
            async for _ in await guarded.messages.create(model="m", max_tokens=9, messages=ASK, stream=True):
                pass
        with pytest.raises(ScannerError):
            await guarded.messages.create(model="m", max_tokens=9, messages=ASK)
    assert caught.value.reason == "raised"
    assert len(provider.heard) == 2


def test_errors_are_both_and_pickle():
    error = of_sdk(Overloaded("too many", 2.5), OpenAIError)
    assert isinstance(error, Overloaded)
    assert isinstance(error, OpenAIError)
    assert (error.message, error.retry_after, type(error).__name__) == ("too many", 2.5, "Overloaded")
    assert of_sdk(error, OpenAIError) is error
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.message, again.retry_after) == ("too many", 2.5)
    plain = ShieldError("x")
    assert of_sdk(plain, None) is plain


@pytest.mark.parametrize("client", [None, object(), httpx2.Client()])
def test_what_is_no_client(client):
    with pytest.raises(TypeError, match="OpenAI or Anthropic"):
        guard(client, Shield())


def test_arguments_that_cannot_work():
    client = AsyncOpenAI(api_key=KEY)
    for shield in (BlockingShield(), "shield"):
        with pytest.raises(ConfigError, match="guard: "):
            guard(client, shield)
    for options in ({"on_refusal": "stop"}, {"max_texts": 0}, {"max_answer_bytes": True}, {"refuses": 1}):
        with pytest.raises(ConfigError, match="guard: ") as caught:
            guard(client, Shield(), **options)
        assert caught.value.field in options


async def test_a_shield_of_the_wrong_kind_at_the_request(provider):
    client = AsyncOpenAI(api_key=KEY, base_url=f"{provider.url}/v1")
    async with guard(client, BlockingShield) as guarded:
        with pytest.raises(ConfigError, match="needs a Shield"):
            await guarded.responses.create(model="m", input="hello")
    assert provider.heard == []
