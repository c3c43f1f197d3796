"""Panics are one scanner's error; the rest goes on at full strength."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pyshield import _runtime
from pyshield.errors import ScannerError


def test_a_thousand_panics(runner: Any, probe: Any) -> None:
    shield = probe("panic_on_request")

    async def main() -> None:
        texts = ["panic" if n % 2 else "calm" for n in range(2_000)]
        results = await asyncio.gather(*(shield.scan_prompt(text) for text in texts))
        for text, result in zip(texts, results, strict=True):
            if text == "calm":
                assert result.is_valid
                assert result.errors == []
                continue
            assert not result.is_valid
            [error] = result.errors
            assert isinstance(error, ScannerError)
            assert (error.scanner, error.reason) == ("Probe", "panicked")
            assert result.verdicts["Probe"].error is not None
        assert shield.metrics()["panics_total"] == 1_000
        info = _runtime.build_info()
        assert info["actors"] == {"short": info["cores"], "long": info["cores"]}

    runner.run(main())


def test_raise(runner: Any, probe: Any) -> None:
    shield = probe("panic", on_error="raise")

    async def main() -> None:
        with pytest.raises(ScannerError, match="Probe: the scanner panicked"):
            await shield.scan_prompt("text that must not be quoted")
        with pytest.raises(ScannerError):
            await shield.scan_prompts(["a", "b"])

    runner.run(main())


def test_inline_and_blocking_panics(runner: Any, probe: Any) -> None:
    shield = probe("panic", inline_budget_us=1e9, on_error="allow")

    async def main() -> None:
        result = await shield.scan_prompt("x")
        assert (result.lane, result.is_valid, len(result.errors)) == ("inline", True, 1)

    runner.run(main())
    assert shield.scan_prompt_blocking("x").errors[0].reason == "panicked"


def test_panics_say_nothing_on_stderr(runner: Any, probe: Any, capfd: pytest.CaptureFixture[str]) -> None:
    shield = probe("panic")

    async def main() -> None:
        await shield.scan_prompt("private text")

    runner.run(main())
    assert capfd.readouterr() == ("", "")
