"""Times the cases in one library: a process of its own that does one round at a time, as it is told.

    python worker.py llm_guard|pyshield

Reads lines `<number of the case> <calls>` and answers each with a line of JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

# This file is run by its path, in an environment that does not know the package.
from cases import CASES, Case  # type: ignore[import-not-found]

PROMPT = "What do the minutes say?"


def quiet() -> None:
    """llm-guard logs every scan to standard output, and downloads a lexicon, unless told otherwise."""
    vars(importlib.import_module("nltk"))["download"] = lambda *_: True
    configure = importlib.import_module("llm_guard.util").configure_logger
    configure("CRITICAL", stream=sys.stderr)


def build(library: str, case: Case) -> Any:
    """The scanner of a case."""
    package = importlib.import_module(f"{library}.{'output' if case.output else 'input'}_scanners")
    return getattr(package, case.scanner)(**case.params)


def once(scanner: Any, case: Case) -> Any:
    """One call."""
    return scanner.scan(PROMPT, case.text) if case.output else scanner.scan(case.text)


def spent(scanner: Any, case: Case, calls: int) -> float:
    """Microseconds per call. Every call gets a string of its own: a string remembers its UTF-8 once asked."""
    texts = [(case.text + " ")[:-1] for _ in range(calls)]
    scan = scanner.scan
    gc.collect()
    gc.disable()
    start = perf_counter()
    if case.output:
        for text in texts:
            scan(PROMPT, text)
    else:
        for text in texts:
            scan(text)
    seconds = perf_counter() - start
    gc.enable()
    return seconds / calls * 1e6


def main() -> None:
    """Answers until the input ends."""
    library = sys.argv[1]
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not mix with the answers
    if library == "llm_guard":
        quiet()
    scanners: dict[int, Any] = {}
    for command in sys.stdin:
        number, calls = map(int, command.split())
        case = CASES[number]
        answer: dict[str, Any] = {}
        try:
            if number not in scanners:
                scanners[number] = build(library, case)
            if calls:
                answer["us"] = spent(scanners[number], case, calls)
            else:
                answer["result"] = once(scanners[number], case)
        except Exception as error:  # noqa: BLE001 - told to the other side, which decides
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), file=out, flush=True)


if __name__ == "__main__":
    main()
