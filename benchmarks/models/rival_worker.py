"""Runs a rival on texts: a process in the rival's own environment, which answers as it is asked.

    python rival_worker.py stackone
    python rival_worker.py llm_guard FOLDER

Reads lines of JSON, `{"do": "scores" | "each" | "flood", "texts": [...], "at_once": 32}`, and answers
each with a line: the scores, the microseconds of each text, or texts per second.
"""

from __future__ import annotations

import importlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def stackone() -> tuple[Callable[[str], float], dict[str, Any]]:
    """StackOne Defender's second tier, and where its model is."""
    tier = importlib.import_module("stackone_defender.classifiers.tier2_classifier").Tier2Classifier()
    package = importlib.import_module("stackone_defender.classifiers.onnx_classifier")
    about = {"folder": package.get_default_model_path(), "temperature": tier.get_temperature()}
    return lambda text: float(tier.classify(text).score), about


def llm_guard(folder: str) -> tuple[Callable[[str], float], dict[str, Any]]:
    """llm-guard's PromptInjection with the ONNX model of a folder."""
    importlib.import_module("llm_guard.util").configure_logger("CRITICAL", stream=sys.stderr)
    model = importlib.import_module("llm_guard.model").Model(
        path=folder,
        onnx_path=folder,
        onnx_subfolder="",
        pipeline_kwargs={"return_token_type_ids": True, "max_length": 256, "truncation": True},
    )
    scanners = importlib.import_module("llm_guard.input_scanners")
    scanner = scanners.PromptInjection(model=model, threshold=0.5, use_onnx=True)
    return lambda text: float(scanner.scan(text)[2]), {"folder": str(Path(folder))}


def each(score: Callable[[str], float], texts: list[str]) -> list[float]:
    """Microseconds of each text, one after another."""
    spent = []
    for text in texts:
        began = perf_counter()
        score(text)
        spent.append((perf_counter() - began) * 1e6)
    return spent


def flood(score: Callable[[str], float], texts: list[str], at_once: int) -> float:
    """Texts per second with this many threads."""
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(score, texts[:at_once]))
        began = perf_counter()
        list(pool.map(score, texts))
        return len(texts) / (perf_counter() - began)


def main() -> None:
    """Answers until the input ends."""
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not mix with the answers
    made = {"stackone": stackone, "llm_guard": llm_guard}[sys.argv[1]]
    try:
        score, about = made(*sys.argv[2:])
        score("A text to warm up with, of some length.")
    except Exception as error:  # noqa: BLE001  # told to the other side, which leaves the rival out
        print(json.dumps({"error": f"{type(error).__name__}: {str(error)[:200]}"}), file=out, flush=True)
        return
    print(json.dumps(about), file=out, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        texts = asked["texts"]
        answers: dict[str, Callable[[], Any]] = {
            "scores": lambda texts=texts: [score(text) for text in texts],
            "each": lambda texts=texts: each(score, texts),
            "flood": lambda texts=texts, asked=asked: flood(score, texts, asked["at_once"]),
        }
        print(json.dumps(answers[asked["do"]]()), file=out, flush=True)


if __name__ == "__main__":
    main()
