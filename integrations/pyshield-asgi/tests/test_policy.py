"""When a request with findings goes on, redacted, and when it does not."""

from __future__ import annotations

import pytest

from pyshield import Shield
from pyshield.input_scanners import BanSubstrings, InvisibleText, Regex, TokenLimit
from pyshield_asgi import ShieldMiddleware, always, unless_redacted


class Broken:
    def scan(self, prompt):
        raise ValueError(prompt)


class Silent:
    """Refuses without saying where, and takes the text away."""

    def scan(self, prompt):
        return "", False, 1.0


class Rewriting:
    def scan(self, prompt):
        return prompt.upper(), True, -1.0


HERON = BanSubstrings(["heron"], redact=True)


@pytest.mark.parametrize(
    ("scanners", "text", "refused"),
    [
        ([HERON], "crane", False),
        ([HERON], "heron", False),
        ([BanSubstrings(["heron"])], "heron", True),
        ([BanSubstrings(["heron"]), HERON], "heron", True),
        ([HERON, BanSubstrings(["crane"])], "heron", False),
        ([HERON, BanSubstrings(["crane"])], "heron and crane", True),
        ([HERON, InvisibleText()], "her\u200bon heron", False),
        ([Regex([r"\d+"], match_type="all")], "1 and 2", False),
        ([Regex([r"\d+"], redact=False)], "1 and 2", True),
        ([TokenLimit(limit=3)], "one two three four five", True),
        ([HERON, TokenLimit(limit=3)], "one two three four heron", True),
        ([Silent()], "x", True),
        ([Broken()], "x", True),
        ([HERON, Broken()], "heron", True),
        ([Rewriting()], "x", False),
    ],
)
async def test_unless_redacted(scanners, text, refused):
    result = await Shield(prompt=scanners).scan_prompt(text)
    assert unless_redacted(result) is refused
    assert always(result) is not result.is_valid


async def test_a_scanner_that_fails(application, ask):
    def app(on_error):
        return ShieldMiddleware(application, Shield(prompt=[Broken()], on_error=on_error))

    answer = await ask(app("block"), b'["secret"]')
    assert (answer.status, answer.problem) == (422, "refused")
    answer = await ask(app("raise"), b'["secret"]')
    assert (answer.status, answer.problem) == (500, "scan-failed")
    assert b"secret" not in answer.body
    assert (await ask(app("allow"), b'["secret"]')).status == 200


async def test_a_valid_text_that_was_changed_is_rewritten(application, ask):
    assert (
        await ask(ShieldMiddleware(application, Shield(prompt=[Rewriting()])), b'["x", 1.0]')
    ).status == 200
    assert application.bodies == [b'["X", 1.0]']
