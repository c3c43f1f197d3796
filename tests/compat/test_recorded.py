"""What llm-guard 0.3.16 answered, call by call.

Each line of the recording is one call: `direction` (`input` or `output`), `scanner`, `params`, `prompt`,
`output` (for outputs), and `result`, the tuple llm-guard returned. `differs` gives the reason where pyshield
answers differently on purpose, with its own answer in `expected`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pyshield import input_scanners, output_scanners

RECORDING = Path(__file__).with_name("llm_guard_0_3_16.jsonl")

if not RECORDING.exists():
    pytest.skip("llm_guard_0_3_16.jsonl is not recorded yet", allow_module_level=True)

CALLS = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines() if line]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call['direction']}.{call['scanner']}")
def test_same_answer(call):
    package = input_scanners if call["direction"] == "input" else output_scanners
    scanner = package.get_scanner_by_name(call["scanner"], call["params"])
    texts = (call["prompt"],) if call["direction"] == "input" else (call["prompt"], call["output"])
    assert scanner.scan(*texts) == tuple(call["expected"] if "differs" in call else call["result"])
