"""The shields that are made of the one that is given: what they are made with."""

from __future__ import annotations

import pytest
from langchain_chat import said

from langchain_pyshield import PyShieldMiddleware
from langchain_pyshield.shields import Shields
from pyshield import Shield, Vault
from pyshield.input_scanners import Anonymize, BanSubstrings, Toxicity
from pyshield.ml import MLConfig
from pyshield.output_scanners import BanSubstrings as BanOutput
from pyshield.output_scanners import Deanonymize
from pyshield.shield import Pipeline

TOXIC = "You are a stupid idiot and everybody hates you."


@pytest.mark.parametrize("ml", [None, MLConfig.disabled()], ids=["models", "no models"])
async def test_both_lanes_read_the_same_models(ml):
    shield = Shield(prompt=[Toxicity(), BanSubstrings(["heron"], redact=True)], ml=ml)
    state = said(TOXIC)
    # One for each, since what passed is remembered.
    awaited = await PyShieldMiddleware(shield).abefore_agent(state, None)
    waited = PyShieldMiddleware(shield).before_agent(state, None)
    assert (awaited is None) == (waited is None) == (ml is not None)


def test_both_lanes_have_the_same_order():
    order = Pipeline(mode="sequential", short_circuit=0.5)
    vault = Vault()
    shields = Shields(
        Shield(
            prompt=[Anonymize(vault, entity_types=["EMAIL_ADDRESS"]), Anonymize(vault, entity_types=["URL"])],
            output=[BanOutput(["bomb"]), BanOutput(["heron"], redact=True), Deanonymize(vault)],
            pipeline=order,
        )
    )
    result = shields.blocking.scan_output("", "a bomb, a heron")
    assert result.skipped == {"BanSubstrings#2": "short_circuit", "Deanonymize": "short_circuit"}
    result = shields.unrestored.blocking.scan_output("", "a bomb, a heron")
    assert result.skipped == {"BanSubstrings#2": "short_circuit"}
    # What goes to the model again is hidden by all that hide.
    hiding = shields.hiding
    assert hiding is not None
    hidden = hiding.blocking.scan_prompt("ada@example.org of https://example.org/x").text
    assert "ada@" not in hidden
    assert "https" not in hidden
