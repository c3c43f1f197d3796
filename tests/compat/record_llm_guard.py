"""Records what llm-guard 0.3.16 answers to the calls of reference_calls.py, one line of JSON each.

    .venv-llm-guard/bin/python tests/compat/record_llm_guard.py > tests/compat/llm_guard_0_3_16.jsonl

`benchmarks/scanners/reference_env.py` makes the environment, and sets the variables this needs.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from reference_calls import Call, calls

_PREFIX = Path(sys.prefix)
os.environ.update(NLTK_DATA=str(_PREFIX / "nltk_data"), TIKTOKEN_CACHE_DIR=str(_PREFIX / "tiktoken"))


def answer(library: str, call: Call, built: dict[str, Any]) -> dict[str, Any]:
    """What a library answers: `result`, or the class of what it raises."""

    def scanner(direction: str, name: str, params: dict[str, Any]) -> Any:
        key = json.dumps([direction, name, params])
        if key not in built:
            package = importlib.import_module(f"{library}.{direction}_scanners")
            built[key] = getattr(package, name)(**params)
        return built[key]

    direction = call["direction"]
    try:
        if direction == "risk":
            result = importlib.import_module(f"{library}.util").calculate_risk_score(
                call["score"], call["threshold"]
            )
        elif direction.endswith("chain"):
            side = {"prompt chain": "input", "output chain": "output"}[direction]
            row = [scanner(side, *declared) for declared in call["scanners"]]
            evaluate = importlib.import_module(f"{library}.evaluate")
            texts = [call["prompt"]] if side == "input" else [call["prompt"], call["output"]]
            scan = evaluate.scan_prompt if side == "input" else evaluate.scan_output
            result = scan(row, *texts, fail_fast=call["fail_fast"])
        else:
            texts = [call["prompt"]] if direction == "input" else [call["prompt"], call["output"]]
            result = scanner(direction, call["scanner"], call["params"]).scan(*texts)
    except Exception as error:  # noqa: BLE001 - what it raises is its answer
        return {"raises": type(error).__name__}
    return {"result": result}


def main() -> None:
    """Writes a line for each call."""
    out, sys.stdout = sys.stdout, sys.stderr
    importlib.import_module("nltk").download = lambda *_: (
        True
    )  # the lexicon is in place; do not ask the network
    importlib.import_module("llm_guard.util").configure_logger("CRITICAL", stream=sys.stderr)
    built: dict[str, Any] = {}
    for call in calls():
        print(json.dumps(call | answer("llm_guard", call, built)), file=out)


if __name__ == "__main__":
    main()
