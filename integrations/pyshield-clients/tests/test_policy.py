"""What may pass of a streamed answer before a scanner that reads a model has judged it."""

from __future__ import annotations

import pytest
from openai import AsyncOpenAI, OpenAI

from pyshield import BlockingShield, Shield
from pyshield.errors import ConfigError
from pyshield.output_scanners import Toxicity
from pyshield_clients import guard

TOXIC = "You are a stupid idiot and everybody hates you."
CUT = ("content_filter", "refusal")


@pytest.mark.parametrize(("policy", "passed"), [("hold", ""), ("lag", TOXIC), ("after", TOXIC), (None, "")])
async def test_what_passes_before_the_verdict(talking, guarded, provider, policy, passed):
    provider.says = [TOXIC]
    client = guarded({"output": [Toxicity()]}, **({} if policy is None else {"policy": policy}))
    said = await talking.stream(client, "well?")
    assert said.text == passed
    assert said.reason in CUT
    # What is there as a whole passes after its verdict.
    whole = await talking.whole(client, "well?")
    assert (whole.text, whole.reason in CUT) == ("", True)


@pytest.mark.parametrize(("kind", "shield"), [(AsyncOpenAI, Shield), (OpenAI, BlockingShield)])
def test_another_policy_is_refused_when_the_client_is_guarded(kind, shield):
    with pytest.raises(ConfigError, match="expected 'hold', 'lag' or 'after', got 'never'") as caught:
        guard(kind(api_key="k"), shield(output=[Toxicity()]), policy="never")
    assert caught.value.field == "policy"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"untrusted": "user"}, "untrusted"),
        ({"untrusted": [1]}, "untrusted"),
        ({"deadline": 0}, "deadline"),
        ({"deadline": "5"}, "deadline"),
    ],
)
def test_other_arguments_that_cannot_work(options, field):
    with pytest.raises(ConfigError) as caught:
        guard(OpenAI(api_key="k"), BlockingShield(output=[Toxicity()]), **options)
    assert caught.value.field == field
