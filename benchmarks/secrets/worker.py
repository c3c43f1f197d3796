"""Finds secrets with one library: a process of its own that answers each text with what it found.

    python worker.py detect_secrets|llm_guard|pyshield

Reads lines of JSON, `{"path": …}` or `{"text": …}`, and answers each with the distinct values found and the
seconds it took. detect-secrets runs with the detectors and limits that llm-guard 0.3.16 gives it.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]


def detect_secrets() -> Find:
    """detect-secrets as llm-guard calls it: through a file without a telling name."""
    collection = importlib.import_module("detect_secrets.core.secrets_collection")
    settings = importlib.import_module("detect_secrets.settings")
    config = vars(importlib.import_module("llm_guard.input_scanners.secrets"))[
        "_default_detect_secrets_config"
    ]
    in_force = ExitStack()
    in_force.enter_context(settings.transient_settings(config))

    def find(text: str) -> list[tuple[str, str]]:
        assert in_force  # or the settings would end with it
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            secrets = collection.SecretsCollection()
            secrets.scan_file(file.name)
            return [(one.type, one.secret_value) for name in secrets.files for one in secrets[name]]

    return find


def llm_guard() -> Find:
    """llm-guard's scanner itself, for its time alone."""
    importlib.import_module("llm_guard.util").configure_logger("CRITICAL", stream=sys.stderr)
    scan = importlib.import_module("llm_guard.input_scanners.secrets").Secrets().scan

    def find(text: str) -> list[tuple[str, str]]:
        return [] if scan(text)[1] else [("secret", "")]

    return find


def pyshield() -> Find:
    """The values behind the findings."""
    scanner = importlib.import_module("pyshield.input_scanners").Secrets()

    def find(text: str) -> list[tuple[str, str]]:
        return [(one.label, text[one.start : one.end]) for one in scanner.report(text).findings]

    return find


def main() -> None:
    """Answers until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not mix with the answers
    find = {"detect_secrets": detect_secrets, "llm_guard": llm_guard, "pyshield": pyshield}[sys.argv[1]]()
    for line in sys.stdin:
        asked = json.loads(line)
        text = asked["text"] if "text" in asked else Path(asked["path"]).read_text(encoding="utf-8")
        start = perf_counter()
        found = find(text)
        seconds = perf_counter() - start
        print(json.dumps({"found": sorted(set(found)), "seconds": seconds}), file=out, flush=True)


if __name__ == "__main__":
    main()
