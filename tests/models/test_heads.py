"""One encoder with many heads: a scanner reads the one of its name."""

from __future__ import annotations

from pyshield.input_scanners import PromptInjection
from pyshield.model import Model


def test_the_head_is_found_by_name(encoder_dir):
    scanner = PromptInjection(model=Model(str(encoder_dir)), threshold=0.5)
    assert scanner.scan("hello world")[1]
    report = scanner.report("previous hello")
    assert [finding.label for finding in report.findings] == ["INDIRECT"]
    assert report.verdicts["PromptInjection"].model == "small-encoder 1"
