"""Results do not change, so they are their own copies; they stay in their process."""

from __future__ import annotations

import copy
import pickle

import pytest

from pyshield import BlockingShield
from pyshield.input_scanners import BanSubstrings

PRIVATE = "the private words"
BLOCKING = BlockingShield(prompt=[BanSubstrings(["heron"])])


def test_a_result_is_its_own_copy_and_says_how_to_send_it():
    result = BLOCKING.scan_prompt(f"a heron and {PRIVATE}")
    parts = [result, result.findings[0], result.verdicts["BanSubstrings"], result.timings]
    for part in parts:
        assert copy.copy(part) is part
        assert copy.deepcopy([part])[0] is part
        with pytest.raises(TypeError, match=r"does not pickle; send what .*to_dict\(\)") as raised:
            pickle.dumps(part)
        assert PRIVATE not in str(raised.value)
    assert pickle.loads(pickle.dumps(result.to_dict()))["is_valid"] is False
    scanned = BLOCKING.scan_messages([{"role": "user", "content": "a heron"}])
    assert copy.deepcopy(scanned) == scanned
