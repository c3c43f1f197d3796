"""Every string that the providers' own types of stream events have: scanned, or known to be no text."""

from __future__ import annotations

import json
import types
import typing
from typing import Any

import pytest
from anthropic.types.beta import BetaRawMessageStreamEvent
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent
from pydantic import BaseModel

from pyshield import Shield
from pyshield.dialects.flow import EventFlow
from pyshield.dialects.outputs import Outputs
from pyshield.dialects.texts import SETTINGS, is_name
from pyshield.output_scanners import BanSubstrings, Regex

NUMBER = "555-0142"
SHIELD = Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all"), BanSubstrings(["detonator"])])


def members(kind: Any) -> list[Any]:
    """The types that a type may be."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return members(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [member for one in typing.get_args(kind) for member in members(one)]
    return [kind]


def samples(kind: Any, above: tuple[Any, ...] = ()):
    """Of each string that a value of the type may have, the names above it, and a value with that alone."""
    for one in members(kind):
        origin, arguments = typing.get_origin(one), typing.get_args(one)
        if one in (str, object, Any):
            yield (), NUMBER
        elif origin is list:
            for names, value in samples(arguments[0], above):
                yield names, [value]
        elif origin is dict:
            for names, value in samples(arguments[1], above):
                yield names, {"key": value}
        elif isinstance(one, type) and issubclass(one, BaseModel) and one not in above:
            fields = one.model_fields
            fixed = {
                name: typing.get_args(field.annotation)[0]
                for name, field in fields.items()
                if typing.get_origin(field.annotation) is typing.Literal
            }
            for own, field in fields.items():
                name = field.alias or own
                for names, value in samples(field.annotation, (*above, one)):
                    yield (name, *names), {**fixed, name: value}


async def through(document, text=NUMBER):
    flow = EventFlow(Outputs(SHIELD, "", 100), 100_000)
    data = json.dumps(document).replace(NUMBER, text)
    return (await flow.feed(f"data: {data}\n\n".encode()) + await flow.finish()).decode()


async def untouched(kind):
    """The names under which strings of a type pass as they are."""
    found = set()
    for names, document in samples(kind):
        refused = await through(document, "a detonator")
        if NUMBER in await through(document):
            repeated = names[0] == "response" and names[1] in SETTINGS
            found.add(".".join(names[:2]) if repeated else next(filter(is_name, names), names[-1]))
            assert "detonator" in refused
        else:
            assert "detonator" not in refused
    return found


NAMES = {"id", "model", "name", "url", "file_id"}
REPEATED = {"incomplete_details", "truncation", "prompt_cache_retention"}
RESPONSES = {
    *(f"response.{name}" for name in SETTINGS if name not in REPEATED),
    *("type", "item_id", "call_id", "caller", "container_id", "approval_request_id", "namespace"),
    *("previous_response_id", "created_by", "format", "vector_store_ids", "fingerprint", "server_label"),
    *("encrypted_content", "obfuscation", "file_data", "file_url", "image_url", "partial_image_b64"),
    *("background", "output_format", "quality", "size"),
    *("container", "data", "file_ids", "skill_id", "tunnel_id"),  # of tools
    "delta",  # of sound
    "result",  # a picture
}
CHAT = {"data", "obfuscation", "system_fingerprint"}
ANTHROPIC = {
    *("data", "signature", "encrypted_content", "encrypted_index", "encrypted_stdout"),
    *("stop_reason", "stop_sequence", "tool_use_id", "tool_name", "server_name"),
    *("container", "caller", "usage", "fallback_credit_token"),
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (ResponseStreamEvent, RESPONSES | NAMES),
        (ChatCompletionChunk, CHAT | {"id", "model", "name"}),
        (BetaRawMessageStreamEvent, ANTHROPIC | NAMES),
    ],
    ids=["responses", "chat", "anthropic"],
)
async def test_every_string_of_an_event_is_scanned_or_known_to_be_no_text(kind, expected):
    assert await untouched(kind) == expected


async def test_sound_and_pictures_pass_and_their_words_do_not():
    for kind, passes in (("audio", True), ("audio.transcript", False)):
        document = {"type": f"response.{kind}.delta", "sequence_number": 1, "delta": NUMBER}
        assert (NUMBER in await through(document)) is passes
    for kind, passes in (("image_generation_call", True), ("program_output", False)):
        document = {"type": "response.output_item.done", "item": {"type": kind, "result": NUMBER}}
        assert (NUMBER in await through(document)) is passes
