"""The Python of README.md and docs/ runs as it is printed."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from pyshield import Cascade, Sessions, Shield, Vault, functions
from pyshield.input_scanners import Anonymize, BanSubstrings, PromptInjection
from pyshield.output_scanners import Deanonymize

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

# What a block needs that no test has.
ELSEWHERE = {
    "./models/": "somebody's models",
    "BERT_LARGE_NER_CONF": "the hub",
    "models.rerank": "the hub",
    "rediss://": "a Redis",
    "app.add_middleware": "an application",
    "AsyncOpenAI": "a provider",
    "create_agent": "a model",
}


def blocks(page):
    """The page's blocks of Python, each with its line."""
    text = page.read_text()
    for found in re.finditer(r"```python\n(.*?)```", text, re.DOTALL):
        yield text[: found.start()].count("\n") + 2, found[1]


async def answered(**_request):
    return {"role": "assistant", "content": "Here you are."}


async def pieces():
    for piece in ("call ", "555-", "0123 or ask"):
        yield piece


def surroundings():
    """What the pages take for given."""
    vault = Vault()
    return {
        "BanSubstrings": BanSubstrings,
        "Cascade": Cascade,
        "PromptInjection": PromptInjection,
        "Shield": Shield,
        "answer": {"role": "assistant", "content": "Here you are."},
        "client": SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=answered))),
        "messages": [{"role": "user", "content": "Hello."}],
        "model": "a-model",
        "output": "An answer.",
        "pieces": pieces(),
        "prompt": "A question?",
        "result_of_the_call": {"role": "tool", "tool_call_id": "1", "content": "Done."},
        "sent": [],
        "shield": Shield([Anonymize(vault)], [Deanonymize(vault)]),
        "show": lambda _message: None,
        "text": "What is the capital of Peru?",
        "texts": ["One.", "Two."],
        "vault": vault,
        "vaults": Sessions(),
    }


async def run(page):
    names = surroundings()
    for line, written in blocks(page):
        if any(mark in written for mark in ELSEWHERE):
            continue
        where = f"{page.name}:{line}"
        code = compile(written, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        try:
            awaited = eval(code, names)  # our own pages
            if inspect.isawaitable(awaited):
                await awaited
        except Exception as error:  # noqa: BLE001  # whatever an example may raise
            pytest.fail(f"{where}: {type(error).__name__}: {error}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs_as_printed(page):
    known = {entry.name for entry in functions.list()}
    try:
        asyncio.run(run(page))
    finally:
        for entry in functions.list():
            if entry.name not in known:
                functions.unregister(entry.name)


def test_nothing_is_left_out_for_nothing():
    written = "".join(code for page in PAGES for _, code in blocks(page))
    assert [mark for mark in ELSEWHERE if mark not in written] == []
