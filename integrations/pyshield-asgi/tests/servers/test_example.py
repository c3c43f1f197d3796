"""The example service, as the README runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[4]
README = (ROOT / "integrations" / "pyshield-asgi" / "README.md").read_text()
EXAMPLE = ROOT / "examples" / "fastapi_service.py"


@pytest.fixture(scope="module")
def client(serve):
    port = serve([str(EXAMPLE)])
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client


def commands():
    """Each `curl` of the README that posts JSON: what it sends, and what it is shown to answer."""
    return re.findall(r"localhost:8000/chat --json '(.*)'\n(.*)\n", README)


def test_the_commands_of_the_readme(client):
    (clean, clean_answer), (redacted, redacted_answer), (refused, refused_answer) = commands()
    headers = {"content-type": "application/json"}
    for body, expected in ((clean, clean_answer), (redacted, redacted_answer)):
        answer = client.post("/chat", content=body, headers=headers)
        assert answer.status_code == 200
        assert answer.text == expected
    answer = client.post("/chat", content=refused, headers=headers)
    # The reason after it differs between versions of Python.
    assert refused_answer.startswith(f"HTTP/1.1 {answer.status_code} ")
    for member in ("refused", "findings"):
        assert f'"{member}": {json.dumps(answer.json()[member])}' in README
    answer = client.post("/chat", content=bytes(100_000), headers=headers)
    assert answer.status_code == 413


def test_what_else_it_answers(client):
    def chat(**body):
        return client.post("/chat", json=body)

    user = {"role": "user", "content": "write to jane.doe@example.com, in\u200bvisibly"}
    answer = chat(messages=[{"role": "system", "content": "Be brief."}, user])
    assert answer.json()["messages"][1]["content"] == "write to [REDACTED], invisibly"
    assert {finding["scanner"] for finding in answer.json()["findings"]} == {"Regex", "InvisibleText"}
    assert chat(messages=[{"role": "user", "content": "word " * 8000}]).status_code == 422
    assert chat(messages=[]).json()["detail"][0]["type"] == "too_short"
    assert client.post("/chat", content=b"{}", headers={"content-type": "text/xml"}).status_code == 422
    assert client.post("/chat", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert client.get("/metrics").status_code == 200
    assert client.get("/docs").status_code == 200
