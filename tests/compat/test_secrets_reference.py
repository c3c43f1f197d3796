"""What llm-guard 0.3.16's Secrets answered to made-up secrets, and what pyshield answers."""

from __future__ import annotations

import json
from pathlib import Path

from pyshield.input_scanners import Secrets
from tests.compat.record_secrets import MODES, answers, calls

RECORDED = json.loads(Path(__file__).with_name("secrets_0_3_16.json").read_text())

PARTS = {
    "adobe",
    "alibaba",
    "azure storage",
    "clojars",
    "discord bot",
    "duffel",
    "flutterwave",
    "shippo",
    "slack webhook",
    "telegram",
}
"""Kinds of which llm-guard's detectors see different parts; what they leave is a matter of their order."""
WHOLE = {"private key"}
"""llm-guard replaces the words of its first line; here the key goes."""


def test_as_llm_guard_does():
    ours = list(answers({mode: Secrets(redact_mode=mode) for mode in MODES}))
    same, more, otherwise = 0, 0, set()
    for (line, _), answer, recorded in zip(calls(), ours, RECORDED, strict=True):
        if answer == recorded:
            same += 1
        elif recorded[0]:
            more += 1
        else:
            otherwise.add(line.kind)
        assert not answer[0] or recorded[0], f"{line.kind} is not found"
    # Of random strings one or the other is just below a limit.
    assert {kind.removesuffix(", anywhere") for kind in otherwise} <= PARTS | WHOLE | {
        "base64",
        "base64, url",
    }
    assert same >= len(RECORDED) * 3 // 4
    assert more >= 30
