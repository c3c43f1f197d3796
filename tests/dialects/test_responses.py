"""OpenAI's responses: what events repeat of texts."""

from __future__ import annotations

import json

import pytest

from pyshield import Shield
from pyshield.dialects.outputs import Outputs
from pyshield.dialects.responses import Responses
from pyshield.errors import TextError
from pyshield.output_scanners import BanSubstrings, Regex

NUMBER, HIDDEN = "call 555-0142", "call [REDACTED]"


def responses():
    return Responses(Outputs(Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all")]), "", 100))


def done(levels):
    """An event that repeats a text so deep in an item."""
    part = {"text": NUMBER}
    for _ in range(levels):
        part = {"content": [part]}
    return {"type": "response.output_item.done", "item": part}


async def test_what_is_repeated_is_redacted_at_any_depth_or_does_not_pass():
    assert HIDDEN in json.dumps(await responses().document(done(25)))
    with pytest.raises(TextError, match="levels deep"):
        await responses().document(done(40))


async def test_a_response_that_is_refused_when_it_breaks_off_is_incomplete():
    outputs = Outputs(Shield(output=[BanSubstrings(["detonator"], match_type="word")]), "", 100)
    dialect = Responses(outputs)
    await dialect.document({"type": "response.created", "response": {"id": "r", "status": "in_progress"}})
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    await dialect.document({"type": "response.output_text.delta", **place, "delta": "the detonator"})
    assert not outputs.blocked
    *_, last = await dialect.rest()
    assert outputs.blocked
    assert (last["type"], last["response"]["id"]) == ("response.incomplete", "r")


async def test_a_response_that_is_refused_when_it_is_complete_ends_once():
    outputs = Outputs(Shield(output=[BanSubstrings(["detonator"], match_type="word")]), "", 100)
    dialect = Responses(outputs)
    await dialect.document({"type": "response.output_text.delta", "item_id": "i", "delta": "the detonator"})
    sent = await dialect.document({"type": "response.completed", "response": {"id": "r", "output": []}})
    assert [one["type"] for one in sent].count("response.incomplete") == 1
