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


SHIELD = Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all")])


def responses(shield=SHIELD):
    return Responses(Outputs(shield, "", 100))


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


async def through(*events, shield=None):
    dialect = Responses(
        Outputs(shield or Shield(output=[Regex([r"\b\d{3}-\d{4}\b"], match_type="all")]), "", 100)
    )
    sent = []
    for number, event in enumerate(events):
        document = {**event, "sequence_number": number}
        made = await dialect.document(document)
        sent += [document] if made is None else made
    return sent if dialect.outputs.blocked else sent + await dialect.rest()


def command(index, delta, **members):
    return {
        "type": "response.shell_call_command.delta",
        "output_index": 0,
        "command_index": index,
        "delta": delta,
        **members,
    }


async def test_two_commands_are_two_texts():
    sent = await through(command(0, "echo 555-"), command(1, "ls 77"), command(0, "0142 "))
    said = {index: "".join(one["delta"] for one in sent if one["command_index"] == index) for index in (0, 1)}
    assert said == {0: "echo [REDACTED] ", 1: "ls 77"}


async def test_an_event_with_an_id_of_its_own_goes_on_with_the_text():
    def piece(number, delta):
        place = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
        kind = "response.output_text.delta"
        return {"type": kind, "event_id": f"e{number}", **place, "delta": delta}

    sent = await through(piece(1, "call 555-"), piece(2, "0142 or"), piece(3, " 5"))
    assert "".join(one["delta"] for one in sent) == "call [REDACTED] or 5"


async def test_what_is_held_comes_before_its_end_wherever_that_says_where():
    done = {"type": "response.shell_call_command.done", "output_index": 0, "command": "echo 5"}
    sent = await through(command(0, "echo 5", item_id="i"), {**done, "command_index": 0, "item_id": "i"})
    assert [one.get("delta") for one in sent] == ["echo ", "5", None]
    sent = await through(command(0, "echo 5"), {**done, "command_index": 0, "item_id": "i"})
    assert [one.get("delta") for one in sent] == ["echo ", "5", None]
    item = {"type": "response.output_item.done", "output_index": 0, "item": {"type": "shell_call"}}
    sent = await through(command(0, "echo 5"), command(0, "5"), item)
    assert [one.get("delta") for one in sent] == ["echo ", "55", None]
    assert [one["sequence_number"] for one in sent] == [0, 1, 2]


async def test_deltas_that_are_objects():
    def output(**delta):
        place = {"output_index": 0, "command_index": 0, "item_id": "i"}
        return {"type": "response.shell_call_output_content.delta", **place, "delta": delta}

    sent = await through(output(stdout="call 555-", stderr="5"), output(stdout="0142 or", stderr="6"))
    for name, said in (("stdout", "call [REDACTED] or"), ("stderr", "56")):
        assert "".join(one["delta"].get(name, "") for one in sent) == said
    sent = await through(
        {"type": "response.x.delta", "delta": ["555-"]}, {"type": "response.x.delta", "delta": ["0142"]}
    )
    assert "".join(one["delta"][0] for one in sent) == "[REDACTED]"


async def test_a_response_that_is_cut_says_nothing_of_what_it_wrote():
    shield = Shield(output=[BanSubstrings(["detonator"])])
    created = {
        "type": "response.created",
        "response": {"id": "r", "note": "a detonator", "error": {"message": "x"}},
    }
    sent = await through(created, shield=shield)
    assert [one["type"] for one in sent] == ["response.incomplete"]
    assert "detonator" not in json.dumps(sent)
    kept = {"type": "response.created", "response": {"id": "r", "instructions": "no detonator", "output": []}}
    assert await through(kept, shield=shield) == [{**kept, "sequence_number": 0}]
