"""Prompts in forms: which parts are scanned, what goes out in their place, and which forms are refused."""

from __future__ import annotations

import io
import json

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI, OpenAI, OpenAIError

from pyshield import BlockingShield, Shield
from pyshield.errors import TextError
from pyshield.input_scanners import BanSubstrings
from pyshield.output_scanners import BanSubstrings as BanAnswers
from pyshield_clients import NotGuardable, PromptRefused, Refused, guard
from pyshield_clients.forms import Form
from pyshield_clients.prompts import texts_of

PROMPT = [BanSubstrings(["heron"], redact=True), BanSubstrings(["bomb"])]
FILE = b'\x89PNG heron and bomb\r\n--\r\nname="prompt"\r\n\r\nbomb\r\n'
TYPE = "multipart/form-data; boundary=b0"


@pytest.fixture
def client(provider):
    provider.raw = (200, "application/json", b'{"created": 1, "data": [], "text": "a heron"}')
    openai = OpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1")
    shield = BlockingShield(PROMPT, [BanAnswers(["heron"], redact=True)])
    with guard(openai, shield, max_form_bytes=100_000) as guarded:
        yield guarded


@pytest.fixture
async def awaited(provider):
    provider.raw = (200, "application/json", b'{"created": 1, "data": [], "text": "a heron"}')
    openai = AsyncOpenAI(api_key="not-a-key", base_url=f"{provider.url}/v1")
    async with guard(openai, Shield(PROMPT), max_form_bytes=100_000) as guarded:
        yield guarded


def form(*parts, boundary=b"b0"):
    """A form of heads and values."""
    delimited = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary, head, value) for head, value in parts]
    return b"".join([*delimited, b"--%s--\r\n" % boundary])


def named(name, more=b""):
    return b'Content-Disposition: form-data; name="%s"%s' % (name, more)


def parts(provider):
    """The names, heads and values that the provider was sent."""
    mark = b"--" + provider.headers["content-type"].partition("boundary=")[2].encode()
    (body,) = provider.heard
    assert int(provider.headers["content-length"]) == len(body)
    first, *between, last = body.split(mark)
    assert (first, last) == (b"", b"--\r\n")
    values = [
        part.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")[::2] for part in between
    ]
    return {head.partition(b'name="')[2].partition(b'"')[0].decode(): value for head, value in values}


def test_a_prompt_beside_a_file_leaves_redacted(client, provider):
    client.images.edit(model="m", prompt="a heron é", image=FILE, n=2)
    assert parts(provider) == {
        "model": b"m",
        "prompt": "a [REDACTED] é".encode(),
        "n": b"2",
        "image": FILE,
    }
    assert client.audio.transcriptions.create(model="m", file=b"x", prompt="fine").text == "a [REDACTED]"


async def test_a_prompt_beside_a_file_by_a_client_that_is_awaited(awaited, provider):
    await awaited.audio.transcriptions.create(model="m", prompt="a heron", file=io.BytesIO(FILE))
    assert parts(provider) == {"model": b"m", "prompt": b"a [REDACTED]", "file": FILE}
    with pytest.raises(PromptRefused):
        await awaited.images.edit(model="m", prompt="a bomb", image=FILE)
    assert len(provider.heard) == 1


def test_a_prompt_that_is_refused_never_leaves(client, provider):
    with pytest.raises(PromptRefused) as caught:
        client.images.edit(model="m", prompt="a bomb", image=FILE)
    assert isinstance(caught.value, OpenAIError)
    assert caught.value.refused == (Refused("/prompt", ("BanSubstrings#2",)),)
    # One after the files is a prompt as well, and an empty name is no file's.
    for name in (None, ""):
        files = [("image", ("a.png", FILE)), ("prompt", (name, b"bomb"))]
        with pytest.raises(PromptRefused):
            client._client.post("/x", files=files)
    assert provider.heard == []


def test_a_part_that_is_json(client, provider):
    session = {"type": "realtime", "instructions": "no heron", "model": "heron"}
    client.realtime.calls.create(sdp="v=0 heron", session=session)
    sent = parts(provider)
    assert sent["sdp"] == b"v=0 heron"
    assert json.loads(sent["session"]) == {**session, "instructions": "no [REDACTED]"}


def test_a_form_that_asks_for_a_stream(client, provider):
    events = [{"type": "transcript.text.delta", "delta": piece} for piece in ("a her", "on")]
    events.append({"type": "transcript.text.done", "text": "a heron"})
    provider.raw = (200, "text/plain", "".join(f"data: {json.dumps(one)}\n\n" for one in events))
    stream = client.audio.transcriptions.create(model="m", file=b"x", stream=True)
    assert "".join(one.delta for one in stream if one.type == "transcript.text.delta") == "a [REDACTED]"


@pytest.mark.parametrize("declared", [True, False])
def test_a_form_that_is_too_large_is_not_read_to_its_end(client, provider, declared):
    read = []

    class File(io.BytesIO):
        def read(self, size=-1):
            read.append(data := super().read(size))
            return data

        def fileno(self):
            raise io.UnsupportedOperation

        def seek(self, offset, whence=0):
            # A length is known by the end that one can seek to.
            if whence and not declared:
                raise io.UnsupportedOperation
            return super().seek(offset, whence)

        def tell(self):
            if not declared:
                raise io.UnsupportedOperation
            return super().tell()

    with pytest.raises(NotGuardable, match="max_form_bytes"):
        client.images.edit(model="m", prompt="fine", image=File(b"x" * 1_000_000))
    assert sum(map(len, read)) <= (0 if declared else 200_000)
    assert provider.heard == []


def test_a_form_of_unknown_length_is_scanned(client, provider):
    body = form((named(b"prompt"), b"a heron"), (named(b"image", b'; filename="a"'), FILE))
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    client._client.post("/x", content=pieces, headers={"content-type": TYPE})
    assert parts(provider) == {"prompt": b"a [REDACTED]", "image": FILE}


def said(*parts, media=TYPE, most=10):
    """The texts of a form, where they stand, and who says them."""
    read = Form(media, form(*parts), most)
    return [(one.text, one.pointer, one.role) for document in read.documents for one in texts_of(document)]


def test_where_prompts_stand():
    assert said(
        (named(b"model"), b"m"),
        (named(b"language"), b"\xff is nobody's prompt"),
        (named(b"prompt"), b"one\r\n\r\ntwo"),
        (named(b"input[]") + b"\r\nContent-Type: text/plain; charset=UTF-8", b"three"),
        (named(b"input[]"), b"four"),
        (named(b"query"), b"five"),
        (named(b"query"), b"six"),
        (named(b"messages[][content]"), b"seven"),
        (named(b"params[system]"), b"eight"),
        (named(b"instructions") + b"\r\ncontent-type: application/json; charset=utf-8", b'["\\u0065"]'),
    ) == [
        ("one\r\n\r\ntwo", "/prompt", "user"),
        ("three", "/input/0", "user"),
        ("four", "/input/1", "user"),
        ("five", "/query/0", "user"),
        ("six", "/query/1", "user"),
        ("seven", "/messages/0/content", "user"),
        ("eight", "/params/system", "system"),
        ("e", "/instructions/0", "developer"),
    ]
    assert said() == said((named(b"prompt", b'; filename="prompt.txt"'), b"\xff")) == []
    assert said((named(b"prompt"), b"x"), media='Multipart/Form-Data;boundary="b0"')[0][0] == "x"


GOOD = form((named(b"prompt"), b"fine"), (named(b"image", b'; filename="a"'), b"x"))

UNREADABLE = {
    "no form": b"prompt=fine",
    "nothing": b"",
    "another boundary": GOOD.replace(b"b0", b"b1"),
    "the boundary in a file": GOOD.replace(b"x\r\n", b"x --b0\r\n"),
    "a longer boundary in a file": GOOD.replace(b"x\r\n", b"x\r\n--b0a\r\n"),
    "a preamble": b"hello\r\n" + GOOD,
    "an epilogue": GOOD + b"hello",
    "no end": GOOD.removesuffix(b"--\r\n"),
    "an end before the end": GOOD.replace(b"--b0\r\n", b"--b0--\r\n", 1),
    "line feeds alone": GOOD.replace(b"\r\n", b"\n"),
    "padding after a boundary": GOOD.replace(b"--b0\r\n", b"--b0 \r\n"),
    "a part without a head": form((b"", b"fine")),
    "a part without a name": form((b"Content-Type: text/plain", b"fine")),
    "two names": form((named(b"model") + b"\r\n" + named(b"prompt"), b"fine")),
    "a name twice": form((named(b"model", b'; name="prompt"'), b"fine")),
    "a name without quotation marks": form((b"Content-Disposition: form-data; name=prompt", b"fine")),
    "a quotation mark in a name": form((named(b'model\\"; name="prompt'), b"fine")),
    "a name over two lines": form((b'Content-Disposition: form-data;\r\n name="prompt"', b"fine")),
    "another way to name a file": form((named(b"prompt", b"; filename*=utf-8''a"), b"fine")),
    "another name than UTF-8": form((named(b"\xff"), b"fine")),
    "a name of brackets": form((named(b"prompt[[]"), b"fine")),
    "a head without an end": form((named(b"prompt", b" " * 20_000), b"fine")),
    "another charset": form((named(b"prompt") + b"\r\nContent-Type: text/plain; charset=utf-16", b"fine")),
    "bytes that are no text": form((named(b"prompt"), b"\xff")),
    "another encoding": form((named(b"prompt") + b"\r\nContent-Transfer-Encoding: base64", b"Zm9v")),
    "JSON that is none": form((named(b"prompt") + b"\r\nContent-Type: application/json", b"{")),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_form_that_may_be_read_in_two_ways_is_refused(body):
    assert Form(TYPE, GOOD, 10).written() == GOOD
    with pytest.raises(NotGuardable) as caught:
        Form(TYPE, body, 10)
    assert "fine" not in str(caught.value)


@pytest.mark.parametrize("parameters", ["", "; boundary=", "; boundary=b0; boundary=b1", "; boundary=b 0"])
def test_a_boundary_that_nobody_can_read(parameters):
    with pytest.raises(NotGuardable):
        Form(f"multipart/form-data{parameters}", GOOD, 10)


def test_too_many_parts():
    assert len(said(*[(named(b"input[]"), b"x")] * 10)) == 10
    with pytest.raises(TextError, match="max_texts"):
        said(*[(named(b"model"), b"x")] * 11)


def test_no_text_ends_a_form():
    read = Form(TYPE, GOOD, 10)
    (text,) = texts_of(read.documents[0])
    text.put("a\r\n--b0--\r\n")
    with pytest.raises(NotGuardable, match="boundary"):
        read.written()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None)
@given(
    fields=st.dictionaries(
        st.sampled_from(["prompt", "input[]", "model", 'a"\\b\r']) | texts, texts, max_size=5
    ),
    files=st.lists(st.tuples(texts, st.binary(max_size=8) | st.just(b"\r\n--")), max_size=3),
    put=texts,
)
def test_what_the_http_library_writes_is_read(fields, files, put):
    sent = httpx2.Request(
        "POST", "http://x", data=fields, files=[("image", (name, data)) for name, data in files] or {"f": b""}
    )
    body, media = sent.read(), sent.headers["content-type"]
    read = Form(media, body, 10)
    assert read.written() == body
    found = [text for document in read.documents for text in texts_of(document)]
    assert [text.text for text in found] == [
        value for name, value in fields.items() if value and name in ("prompt", "input[]")
    ]
    for text in found:
        text.put(put)
    again = httpx2.Request(
        "POST",
        "http://x",
        headers={"content-type": media},
        data={
            name: put if value and name in ("prompt", "input[]") else value for name, value in fields.items()
        },
        files=[("image", (name, data)) for name, data in files] or {"f": b""},
    )
    assert read.written() == again.read()
