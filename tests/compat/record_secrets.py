"""Records the answers of llm-guard 0.3.16 to made-up secrets, as digests: no token stands in the file.

    PYTHONPATH=. .venv-llm-guard/bin/python tests/compat/record_secrets.py > tests/compat/secrets_0_3_16.json

`benchmarks/scanners/reference_env.py` makes the environment. The secrets are drawn by
`benchmarks/secrets/tokens.py` from a seed, here and in the test.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.secrets.tokens import Line, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

MODES = ("all", "partial", "hash")


def calls() -> Iterator[tuple[Line, str]]:
    """What is asked: a text with a secret, and the mode."""
    for number, line in enumerate(lines(4, seed=97)):
        yield line, MODES[number % len(MODES)]


def answers(scanners: dict[str, Any]) -> Iterator[list[Any]]:
    """For each call: whether the text passes, the risk, and a digest of the text that remains.

    llm-guard replaces a secret once for each of its detectors, several times in a row; one counts here.
    """
    for line, mode in calls():
        text, valid, risk = scanners[mode].scan(line.text)
        replacement = scanners[mode].redact_value(line.secret, mode)
        text = re.sub(f"(?:{re.escape(replacement)})+", lambda _, one=replacement: one, text)
        yield [valid, risk, hashlib.sha256(text.encode()).hexdigest()[:16]]


def main() -> None:
    """Writes the answers."""
    out, sys.stdout = sys.stdout, sys.stderr
    importlib.import_module("llm_guard.util").configure_logger("CRITICAL", stream=sys.stderr)
    secrets = importlib.import_module("llm_guard.input_scanners").Secrets
    recorded = list(answers({mode: secrets(redact_mode=mode) for mode in MODES}))
    print("[\n" + ",\n".join(map(json.dumps, recorded)) + "\n]", file=out)


if __name__ == "__main__":
    main()
