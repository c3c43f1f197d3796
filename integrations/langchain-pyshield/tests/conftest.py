"""Fixtures of the package's tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# The helpers beside this file; tests are imported by path.
sys.path.insert(0, str(Path(__file__).parent))

import langchain_chat

from langchain_pyshield import PyShieldMiddleware, SolePyShieldMiddleware


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request):
    """Invokes an agent, on the calling thread and on the event loop."""
    return langchain_chat.Both(request.param)


@pytest.fixture(params=[PyShieldMiddleware, SolePyShieldMiddleware])
def _guards(request, monkeypatch):
    """Agents without other middleware are guarded by each of the two."""
    monkeypatch.setattr(langchain_chat, "GUARD", request.param)


@pytest.fixture(autouse=True)
def _nothing_sent():
    langchain_chat.SENT.clear()
