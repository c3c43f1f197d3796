"""examples/langchain_agent.py does what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples" / "langchain_agent.py"


def test_the_poisoned_tool_is_harmless_to_the_guarded_agent():
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, text=True, check=True, timeout=100)
    bare, guarded = done.stdout.split("guarded\n")
    assert "mail to eve@evil.test: ada@example.org" in bare
    assert "eve@evil.test" not in guarded
    assert "mail to ada@example.org: I could not read the page" in guarded
    assert "send_mail returned: sent to [REDACTED_EMAIL_ADDRESS_1]" in guarded
    assert guarded.endswith("answer: Done, ada@example.org.\n")
