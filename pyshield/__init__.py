"""Scans and redacts the traffic between people, language models and tools.

`Shield` is the awaitable way in, `BlockingShield` its synchronous twin; `scan_prompt` and `scan_output`
keep llm-guard's calls and tuples. Everything is loaded when it is first used, so importing pyshield is
cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyshield import (  # noqa: F401  # as attributes of the package
        errors,
        evaluate,
        exception,
        functions,
        input_scanners,
        messages,
        ml,
        model,
        models,
        output_scanners,
        results,
        tokens,
        transformers_helpers,
        util,
        vault,
    )
    from pyshield.canary import Canary
    from pyshield.cascade import Cascade
    from pyshield.errors import ShieldError
    from pyshield.evaluate import ascan_output, ascan_prompt, scan_output, scan_prompt
    from pyshield.messages import Decision, MessagePolicy, ScannedMessages
    from pyshield.pipeline import ScannerPipeline
    from pyshield.results import (
        DetectionMethod,
        Entity,
        Finding,
        RiskFactor,
        ScanResult,
        Severity,
        Timings,
        Verdict,
    )
    from pyshield.session import BlockingSession, Session
    from pyshield.sessions import SessionEnd, Sessions
    from pyshield.shield import BlockingShield, Cache, Limits, Pipeline, Shield, Views
    from pyshield.spotlighting import Spotlighting
    from pyshield.stream import StreamBlocked, StreamEnd, StreamFinding, StreamText
    from pyshield.vault import Vault

    __version__: str

__all__ = [
    "BlockingSession",
    "BlockingShield",
    "Cache",
    "Canary",
    "Cascade",
    "Decision",
    "DetectionMethod",
    "Entity",
    "Finding",
    "Limits",
    "MessagePolicy",
    "Pipeline",
    "RiskFactor",
    "ScanResult",
    "ScannedMessages",
    "ScannerPipeline",
    "Session",
    "SessionEnd",
    "Sessions",
    "Severity",
    "Shield",
    "ShieldError",
    "Spotlighting",
    "StreamBlocked",
    "StreamEnd",
    "StreamFinding",
    "StreamText",
    "Timings",
    "Vault",
    "Verdict",
    "Views",
    "__version__",
    "ascan_output",
    "ascan_prompt",
    "scan_output",
    "scan_prompt",
]

_HOME = {
    "BlockingSession": "session",
    "BlockingShield": "shield",
    "Cache": "shield",
    "Canary": "canary",
    "Cascade": "cascade",
    "Decision": "messages",
    "DetectionMethod": "results",
    "Entity": "results",
    "Finding": "results",
    "Limits": "shield",
    "MessagePolicy": "messages",
    "Pipeline": "shield",
    "RiskFactor": "results",
    "ScanResult": "results",
    "ScannedMessages": "messages",
    "ScannerPipeline": "pipeline",
    "Session": "session",
    "SessionEnd": "sessions",
    "Sessions": "sessions",
    "Severity": "results",
    "Shield": "shield",
    "ShieldError": "errors",
    "Spotlighting": "spotlighting",
    "StreamBlocked": "stream",
    "StreamEnd": "stream",
    "StreamFinding": "stream",
    "StreamText": "stream",
    "Timings": "results",
    "Vault": "vault",
    "Verdict": "results",
    "Views": "shield",
    "ascan_output": "evaluate",
    "ascan_prompt": "evaluate",
    "scan_output": "evaluate",
    "scan_prompt": "evaluate",
}

_MODULES = frozenset(
    {
        "errors",
        "evaluate",
        "exception",
        "functions",
        "input_scanners",
        "messages",
        "ml",
        "model",
        "models",
        "output_scanners",
        "results",
        "tokens",
        "transformers_helpers",
        "util",
        "vault",
    }
)
"""What `import pyshield` is enough for, as `import llm_guard` is for most of them."""


def __getattr__(name: str) -> Any:  # noqa: ANN401  # names are loaded when first used
    from importlib import import_module

    if name == "__version__":
        value = import_module("pyshield._runtime").build_info()["version"]
    elif name in _HOME:
        value = getattr(import_module(f"pyshield.{_HOME[name]}"), name)
    elif name in _MODULES:
        return import_module(f"pyshield.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    private = {"Any", "TYPE_CHECKING", "annotations"}
    shown = {*globals(), *__all__, *_MODULES} - private
    return sorted(name for name in shown if not name.startswith("_") or name.endswith("__"))
