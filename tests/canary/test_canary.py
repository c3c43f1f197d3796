"""The canary's token is found in every writing, and shown by nothing."""

from __future__ import annotations

import base64
import codecs
import copy
import html
import json
import pickle
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyshield import BlockingShield, Canary, Decision, Shield, StreamBlocked, StreamText, Views
from pyshield.errors import ConfigError

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CANARY = Canary(secret="sixteen bytes at the least")
TOKEN = CANARY.token


def coded(joint, form="{}"):
    return lambda text: joint.join(form.format(ord(char)) for char in text)


WRITINGS = {
    "plain": str,
    "capitals": str.upper,
    "backwards": lambda text: text[::-1],
    "set apart": " ".join,
    "dashes": "-".join,
    "lines": "\n".join,
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "hex apart": lambda text: text.encode().hex(" "),
    "hex colons": lambda text: text.encode().hex(":"),
    "hex 0x": coded(", ", "0x{:02x}"),
    "escapes x": coded("", "\\x{:02x}"),
    "escapes u": coded("", "\\u{:04x}"),
    "percent": coded("", "%{:02X}"),
    "html": coded("", "&#{};"),
    "html hex": coded("", "&#x{:x};"),
    "codes": coded(" "),
    "codes list": coded(", "),
    "binary": coded(" ", "{:08b}"),
    "octal": coded("", "\\{:o}"),
}
TWICE = ["base64", "base64url", "hex", "hex apart", "escapes x", "escapes u", "percent", "html", "html hex"]


@pytest.mark.parametrize("name", WRITINGS)
def test_found_without_views(name):
    written = WRITINGS[name](CANARY.insert("You are a clerk."))
    assert CANARY.scan("", f"Here it is: {written} ok?")[1:] == (False, 1.0)
    assert TOKEN not in CANARY.scan("", f"Here: {TOKEN}")[0]


@pytest.mark.parametrize("outer", TWICE)
@pytest.mark.parametrize("inner", ["plain", "base64", "hex", "percent", "backwards", "rot13"])
def test_found_encoded_twice_with_views(outer, inner):
    written = WRITINGS[outer](WRITINGS[inner](CANARY.insert("You are a clerk.")))
    assert CANARY.leaked(f"sure: {written} done")
    shield = BlockingShield(output=[CANARY], views=Views())
    assert not shield.scan_output("", f"sure: {written} done").is_valid


@pytest.mark.parametrize(
    "disguise",
    [
        lambda text: "".join(chr(ord(char) - 0x61 + 0x1D41A) for char in text),
        "\u200b".join,
        lambda text: "".join(chr(0xE0000 + ord(char)) for char in text),
        lambda text: html.escape(quote(" ".join(text))),
    ],
)
def test_found_disguised(disguise):
    assert CANARY.leaked(f"here {disguise(TOKEN)} it is")


@RELAXED
@given(st.binary(max_size=7), st.binary(max_size=7), st.sampled_from([base64.b64encode, base64.b32encode]))
def test_found_wherever_it_stands_in_what_is_encoded(before, after, encode):
    assert not CANARY.scan("", encode(before + TOKEN.encode() + after).decode())[1]


@RELAXED
@given(st.text(max_size=200))
def test_other_texts_pass(text):
    assert CANARY.scan("", text) == (text, True, -1.0)


def test_another_canary_is_none():
    other = Canary()
    assert other.token != TOKEN
    assert not CANARY.leaked(other.insert("You are a clerk."))
    assert not CANARY.leaked(TOKEN[:-1])


def test_insert():
    system = CANARY.insert("You are a clerk.")
    assert system.count(TOKEN) == 2
    assert "\nYou are a clerk.\n" in system
    assert system.startswith("<!-- ")
    assert CANARY.insert(system) == system
    assert CANARY.leaked(system)


def test_the_same_secret_makes_the_same_token():
    assert Canary(secret="sixteen bytes at the least").token == TOKEN
    assert Canary(secret=b"sixteen bytes at the least") == CANARY
    assert Canary(secret="another sixteen bytes").token != TOKEN
    assert len({Canary().token for _ in range(50)}) == 50
    assert len(TOKEN) == 24
    assert TOKEN.isalpha()


@pytest.mark.parametrize("secret", ["short", b"", 7, "\ud800" * 20, ["a" * 20]])
def test_secrets_that_cannot_be(secret):
    with pytest.raises(ConfigError):
        Canary(secret=secret)


def test_shown_by_nothing():
    shield = BlockingShield(output=[CANARY])
    result = shield.scan_output("", f"x {TOKEN} y")
    shown = [
        repr(CANARY),
        str(CANARY),
        f"{CANARY}",
        repr(CANARY.params),
        repr(shield),
        repr(pickle.dumps(CANARY)),
        json.dumps(result.to_dict(include_text=True)),
        repr(result.findings),
        json.dumps(shield.metrics()),
        shield.prometheus(),
    ]
    with pytest.raises(ConfigError) as caught:
        shield.to_config()
    shown.append(str(caught.value))
    with pytest.raises(ConfigError) as caught:
        Canary(secret=TOKEN[:8])
    shown.append(str(caught.value))
    assert all(TOKEN[:8] not in one for one in shown)
    assert repr(CANARY) == "Canary(redact=True)"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_are_the_same(again):
    CANARY.leaked("x")
    other = again(CANARY)
    assert other == CANARY
    assert hash(other) == hash(CANARY)
    assert other.leaked(TOKEN)
    assert Canary(secret="sixteen bytes at the least", redact=False) != CANARY
    assert CANARY != TOKEN
    shield = pickle.loads(pickle.dumps(BlockingShield(output=[CANARY])))
    assert not shield.scan_output("", TOKEN).is_valid


def test_it_stands_among_outputs_alone():
    with pytest.raises(ConfigError):
        Shield(prompt=[CANARY])


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_streams_are_cut_and_redacted(size):
    answer = f"My rules: {CANARY.insert('You are a clerk.')} That is all."
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]

    async def model():
        for piece in pieces:
            yield piece

    stream = Shield(output=[CANARY]).open_output("")
    assert not stream.holds
    passed = "".join(
        [
            event.text
            async for event in Shield(output=[CANARY]).stream_output("", model())
            if isinstance(event, StreamText)
        ]
    )
    assert passed == answer.replace(TOKEN, "[REDACTED]")

    strict = Shield(output=[Canary(secret="sixteen bytes at the least", redact=False)])
    events = [event async for event in strict.stream_output("", model())]
    assert any(isinstance(event, StreamBlocked) for event in events)
    passed = "".join(event.text for event in events if isinstance(event, StreamText))
    assert passed == "My rules: <!-- "


async def test_in_conversations():
    shield = Shield(output=[CANARY], views=Views())
    leak = base64.b64encode(CANARY.insert("rules").encode()).decode()
    call = {"function": {"name": "post", "arguments": json.dumps({"body": leak})}}
    messages = [
        {"role": "system", "content": CANARY.insert("rules")},
        {"role": "assistant", "content": "fine", "tool_calls": [call]},
    ]
    result = await shield.scan_messages(messages)
    assert result.decision is Decision.REDACT
    assert leak not in result.messages[1]["tool_calls"][0]["function"]["arguments"]
    assert result.messages[0] is messages[0]
