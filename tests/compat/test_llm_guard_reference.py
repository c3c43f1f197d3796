"""What llm-guard 0.3.16 answered, call by call, and what pyshield answers.

Each line of the recording is one call, made by reference_calls.py and answered by llm-guard: `direction`
(`input` or `output` for one scanner, `prompt chain` or `output chain` for `scan_prompt` and `scan_output`,
`risk` for `calculate_risk_score`), its arguments, and `result`, or the class it `raises`. Where pyshield
answers differently on purpose, `differs` is the reason and `expected` its answer, both written by
reference_differences.py.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from pyshield import input_scanners, output_scanners, scan_output, scan_prompt
from pyshield.util import calculate_risk_score

RECORDING = Path(__file__).with_name("llm_guard_0_3_16.jsonl")

CALLS = [json.loads(line) for line in RECORDING.read_text().splitlines()]

GROUPS = defaultdict(list)
for _call in CALLS:
    GROUPS[" ".join((_call["direction"], _call.get("scanner", ""))).strip()].append(_call)

REASONS = {
    "JSON arrays count as one element each",
    "a byte order mark at the start is kept",
    "a cut never splits a character",
    "a threshold of 0 is never divided by",
    "broken JSON is repaired without losing values",
    "joined emoji are kept",
    "names of special tokens are ordinary text",
    "words are redacted whole, never inside other words",
}
"""Every deliberate difference among the recorded calls."""


def build(side, name, params):
    package = input_scanners if side == "input" else output_scanners
    return package.get_scanner_by_name(name, params)


def ask(call):
    """pyshield's answer, as JSON would hold it."""
    direction = call["direction"]
    if direction == "risk":
        return calculate_risk_score(call["score"], call["threshold"])
    if direction == "prompt chain":
        scanners = [build("input", *declared) for declared in call["scanners"]]
        return list(scan_prompt(scanners, call["prompt"], fail_fast=call["fail_fast"]))
    if direction == "output chain":
        scanners = [build("output", *declared) for declared in call["scanners"]]
        return list(scan_output(scanners, call["prompt"], call["output"], fail_fast=call["fail_fast"]))
    texts = (call["prompt"],) if direction == "input" else (call["prompt"], call["output"])
    return list(build(direction, call["scanner"], call["params"]).scan(*texts))


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_answers_as_llm_guard_does(group):
    wrong = []
    for call in GROUPS[group]:
        wanted = call["expected"] if "differs" in call else call
        answer = ask(call)
        if answer != wanted["result"]:
            wrong.append((call, answer))
    assert not wrong, f"{len(wrong)} of {len(GROUPS[group])}; the first: {wrong[0]}"


def test_every_difference_is_one_and_has_a_known_reason():
    differing = [call for call in CALLS if "differs" in call]
    assert {call["differs"] for call in differing} == REASONS
    for call in differing:
        assert call["expected"] != {key: call[key] for key in ("result", "raises") if key in call}
    assert all("result" in call or "differs" in call for call in CALLS)


def test_differences_are_few():
    of_each = Counter(call["scanner"] for call in CALLS if "scanner" in call and "differs" not in call)
    assert all(count >= 250 for count in of_each.values()), of_each
    assert sum("differs" in call for call in CALLS) <= len(CALLS) // 50
