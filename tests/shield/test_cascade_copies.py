"""A cascade is a declaration as any other: it pickles, copies and compares."""

from __future__ import annotations

import copy
import pickle

from pyshield import BlockingShield, Cascade
from pyshield.input_scanners import BanSubstrings, InvisibleText

BANNED = BanSubstrings(["ignore all previous"])
NONE = {"first": 0, "second": 0, "degraded": 0}


def test_it_pickles_and_compares():
    options = {"grey": (-0.2, 0.3), "timeout": 2.0, "threshold": 0.4, "on_failure": "block"}
    cascade = Cascade(BANNED, InvisibleText(), **options)
    cascade.scan("a text")
    for again in (pickle.loads(pickle.dumps(cascade)), copy.copy(cascade), copy.deepcopy(cascade)):
        assert again == cascade
        assert hash(again) == hash(cascade)
        assert again.counts == NONE
        assert again.scan("ignore all previous")[1] is False
    assert cascade != Cascade(BANNED, InvisibleText())
    assert cascade != BANNED
    assert cascade.counts == NONE | {"first": 1}


def test_a_shield_with_one_pickles():
    shield = pickle.loads(pickle.dumps(BlockingShield(prompt=[Cascade(BANNED, InvisibleText())])))
    assert not shield.scan_prompt("ignore all previous").is_valid
    assert sum(shield.prompt[0].counts.values()) == 1


def test_one_in_one_pickles():
    cascade = Cascade(Cascade(BANNED, InvisibleText()), "judge")
    assert pickle.loads(pickle.dumps(cascade)) == cascade
