"""`pyshield doctor`: what is installed, and whether it works here.

The self-test is real: scans go through each lane of the runtime, and one is made to panic.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Any, Literal

from pyshield.cli.escape import visible
from pyshield.errors import ScannerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyshield._runtime import Shield

__all__ = ["Check", "examine", "print_json", "print_text"]

_PATIENCE = 20.0  # seconds for a self-test that takes milliseconds
_LANES = {"inline": 1e6, "actor": 0.0}  # the inline budget, in microseconds, that sends a scan there


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "info", "warn", "fail"]
    detail: str


def examine() -> list[Check]:
    """Looks at everything; never raises for what it finds."""
    checks = [
        Check(
            "python",
            "ok",
            f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}",
        ),
        Check("platform", "ok", f"{platform.system()} {platform.release()} {platform.machine()}"),
    ]
    try:
        from pyshield._runtime import build_info
    except ImportError as error:
        return [*checks, Check("runtime", "fail", f"the extension module does not load: {error}")]
    checks += _build(build_info())
    checks += [_uvloop(), _onnx_runtime()]
    checks += [_timed(f"lane {lane}", partial(_lane, lane)) for lane in _LANES]
    checks += [_timed("lane bulk", _bulk), _timed("blocking", _blocking), _timed("supervision", _supervision)]
    return [*checks, _threads(build_info())]


def _build(info: dict[str, Any]) -> Iterator[Check]:
    profile = info["profile"]
    yield Check("runtime", "ok", f"pyshield {info['version']}")
    if profile == "release":
        yield Check("build", "ok", "release")
    else:
        yield Check("build", "warn", f"{profile}: tens of times slower than release; for tests only")


def _threads(info: dict[str, Any]) -> Check:
    """The runtime's threads, which exist once something has been scanned."""
    actors = info["actors"]
    if actors is None:
        return Check("threads", "fail", "the runtime's threads did not start")
    kinds = ", ".join(f"{count} for {kind} scans" for kind, count in actors.items())
    return Check("threads", "ok", f"{info['cores']} cores; actors: {kinds}; {info['restarts']} restarted")


def _uvloop() -> Check:
    try:
        return Check("uvloop", "ok", version("uvloop"))
    except PackageNotFoundError:
        return Check(
            "uvloop", "info", "not installed; asyncio's own loop works, uvloop makes awaiting cheaper"
        )


def _onnx_runtime() -> Check:
    """Where the library is, by the order in which it is looked for; nothing is loaded."""
    given = os.environ.get("ORT_DYLIB_PATH")
    if given:
        if Path(given).is_file():
            return Check("onnxruntime", "ok", f"{given} (ORT_DYLIB_PATH)")
        return Check("onnxruntime", "warn", f"ORT_DYLIB_PATH names no file: {given}")
    spec = find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        return Check(
            "onnxruntime", "warn", "not found; scanners that read a model need it: pip install onnxruntime"
        )
    libraries = sorted((Path(spec.origin).parent / "capi").glob("*onnxruntime*.so*"))
    if not libraries:
        return Check("onnxruntime", "warn", f"the package at {spec.origin} holds no library")
    return Check("onnxruntime", "ok", str(libraries[0]))


def _shield(behaviour: str = "pass", inline_budget_us: float = 0.0, on_error: str = "block") -> Shield:
    from pyshield._runtime import Shield

    spec = {
        "prompt": [{"type": "Probe", "behaviour": behaviour, "seconds": 0}],
        "output": [],
        "on_error": on_error,
        "limits": {
            "max_in_flight": 64,
            "policy": "wait",
            "deadline": _PATIENCE,
            "max_text_bytes": 1 << 20,
            "inline_budget_us": inline_budget_us,
        },
        "cache": None,
    }
    return Shield(json.dumps(spec))


def _timed(name: str, test: Callable[[], str]) -> Check:
    begin = perf_counter()
    try:
        detail = test()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is what the reader came for
        return Check(name, "fail", f"{type(error).__name__}: {error}")
    return Check(name, "ok", f"{detail} in {(perf_counter() - begin) * 1e3:.1f} ms")


class _Wrong(Exception):  # noqa: N818
    """A self-test that came to another result than it must."""


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise _Wrong(otherwise)


def _lane(lane: str) -> str:
    async def scan() -> str:
        shield = _shield(inline_budget_us=_LANES[lane])
        async with asyncio.timeout(_PATIENCE):
            results = [await shield.scan_prompt("a text") for _ in range(100)]
            await shield.close()
        taken = {result.lane for result in results}
        _require(taken == {lane}, f"scans went through {', '.join(sorted(taken))}")
        _require(all(result.is_valid for result in results), "a clean text was refused")
        return "100 awaited scans"

    return asyncio.run(scan())


def _bulk() -> str:
    async def scan() -> str:
        shield = _shield()
        async with asyncio.timeout(_PATIENCE):
            results = await shield.scan_prompts(["a text"] * 1000)
            await shield.close()
        _require(len(results) == 1000, f"{len(results)} results for 1000 texts")
        _require(all(result.is_valid for result in results), "a clean text was refused")
        return "1000 texts in one call"

    return asyncio.run(scan())


def _blocking() -> str:
    result = _shield().scan_prompt_blocking("a text")
    _require(result.is_valid, "a clean text was refused")
    return "one scan without an event loop"


def _supervision() -> str:
    """A panicking scanner gives a typed error, and the next scan is as good as ever."""

    async def scan() -> str:
        shield = _shield("panic_on_request", on_error="raise")
        async with asyncio.timeout(_PATIENCE):
            for _ in range(10):
                try:
                    await shield.scan_prompt("panic")
                except ScannerError as error:
                    _require(error.reason == "panicked", f"the panic was reported as {error.reason}")
                else:
                    raise _Wrong("the panic was not reported")
            result = await shield.scan_prompt("a text")
            await shield.close()
        _require(result.is_valid, "the scan after the panics was refused")
        return "10 panics became typed errors, the next scan passed,"

    return asyncio.run(scan())


def print_text(checks: list[Check], out: IO[str]) -> None:
    """One line for each check."""
    width = max(len(check.name) for check in checks)
    for check in checks:
        out.write(f"{check.status:<4}  {check.name:<{width}}  {visible(check.detail, 400)}\n")
    failed = sum(check.status == "fail" for check in checks)
    out.write(f"{failed} of {len(checks)} checks failed\n" if failed else "pyshield works here\n")


def print_json(checks: list[Check], out: IO[str]) -> None:
    """All checks as one JSON document."""
    ok = not any(check.status == "fail" for check in checks)
    out.write(json.dumps({"ok": ok, "checks": [asdict(check) for check in checks]}, indent=2) + "\n")
