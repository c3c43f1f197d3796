"""FactualConsistency without a model: what words tell about outputs and their prompts."""

from __future__ import annotations

import pickle

import pytest

from pyshield import Shield
from pyshield.errors import ConfigError
from pyshield.ml import MLConfig
from pyshield.model import Model
from pyshield.output_scanners import FactualConsistency

MINUTES = (
    "The cooperative in Parnu opened its second bakery on 14 March. Sales rose by 12 percent to 340,000"
    " euros, and eight bakers were hired. The chair, Mette Lund, did not sell the old oven."
)
PAIRS = [
    ("Sales rose by 12 percent to 340,000 euros.", "Sales rose by 15 percent to 340,000 euros."),
    ("Eight bakers were hired.", "The bakers went on strike over unpaid wages."),
    ("It opened its second bakery on 14 March.", "It closed its second bakery on 16 March."),
    ("Mette Lund did not sell the old oven.", "The mayor of Riga gave a speech about ovens."),
    ("The cooperative opened its second bakery.", "I love bakeries, do you have one near you?"),
    ("8 bakers were hired, and sales rose.", "Eleven drivers were hired by Tallinn's harbour."),
]


@pytest.mark.parametrize(("follows", "does_not"), PAIRS)
def test_what_follows_passes_and_the_rest_is_refused(follows, does_not):
    scanner = FactualConsistency()
    kept, passes, least = scanner.scan(MINUTES, follows)
    assert (kept, passes) == (follows, True)
    output, is_valid, risk = scanner.scan(MINUTES, does_not)
    assert (output, is_valid) == (does_not, False)
    assert -1 <= least < risk <= 1
    [finding] = scanner.report(MINUTES, does_not).findings
    assert (finding.label, finding.start, finding.end) == ("INCONSISTENT", 0, len(does_not))


@pytest.mark.parametrize(("follows", "does_not"), PAIRS)
def test_the_prompt_s_length_makes_no_difference(follows, does_not):
    long = "Nothing happened in town. " * 20_000 + MINUTES + " It rained all day." * 20_000
    assert FactualConsistency().scan(long, follows)[1]
    assert not FactualConsistency().scan(long, does_not)[1]


def test_nothing_to_compare_passes():
    for prompt, output in (("", "A claim."), (" ", "A claim."), (MINUTES, " "), (MINUTES, "…")):
        assert FactualConsistency(minimum_score=1).scan(prompt, output) == (output, True, -1.0)


def test_a_higher_minimum_is_stricter():
    claim = "The second bakery opened in March, with eight bakers."
    least = [
        FactualConsistency(minimum_score=score).scan(MINUTES, claim)[1] for score in (0.0, 0.5, 0.75, 1.0)
    ]
    assert least == sorted(least, reverse=True)
    assert least[0]
    assert not least[-1]


def test_it_is_a_declaration_like_others():
    scanner = FactualConsistency(minimum_score=0.6)
    assert pickle.loads(pickle.dumps(scanner)) == scanner
    assert scanner.to_config() == {
        "type": "FactualConsistency",
        "params": {"model": None, "minimum_score": 0.6, "use_onnx": False},
    }
    with pytest.raises(ConfigError, match="minimum_score"):
        FactualConsistency(minimum_score=1.5)


@pytest.mark.parametrize("ml", [None, MLConfig.disabled(), MLConfig.edge()])
async def test_no_model_is_read_nor_missed(ml):
    """It counts as one of the cheap scanners, which shields without models keep."""
    shield = Shield(output=[FactualConsistency()], ml=ml)
    result = await shield.scan_output(MINUTES, PAIRS[0][1])
    verdict = result.verdicts["FactualConsistency"]
    assert (verdict.is_valid, verdict.model, verdict.skipped) == (False, "pyshield-consistency 1", None)
    assert (await shield.scan_output(MINUTES, PAIRS[0][0])).is_valid


async def test_with_a_model_it_is_left_out_where_none_are_read():
    shield = Shield(output=[FactualConsistency(model=Model("nowhere"))], ml=MLConfig.disabled())
    result = await shield.scan_output(MINUTES, PAIRS[0][1])
    assert result.verdicts["FactualConsistency"].skipped is not None
    assert result.is_valid
