"""The same service guarded by llm-guard in a thread pool, run in the environment that has it.

    python -m benchmarks.asgi.rival     # prints its port, serves until stdin closes

`POST /echo` answers with the body it was given, once llm-guard's Secrets, BanSubstrings and TokenLimit have
scanned the texts of its messages in a thread: 422 if one is refused. That is how a service calls it that must
not hold its event loop up.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from typing import Any

from benchmarks.asgi.words import BANNED
from benchmarks.loopback import answer, body_of, serve


def make_scanners() -> list[Any]:
    """llm-guard's scanners, which would log every scan and ask the network unless told otherwise."""
    vars(importlib.import_module("nltk"))["download"] = lambda *_: True
    configure = importlib.import_module("llm_guard.util").configure_logger
    configure("CRITICAL", stream=sys.stderr)
    scanners = importlib.import_module("llm_guard.input_scanners")
    return [
        scanners.Secrets(),
        scanners.BanSubstrings(BANNED, redact=True),
        scanners.TokenLimit(limit=4096),
    ]


class Application:
    """The ASGI application."""

    def __init__(self) -> None:
        self.scanners = make_scanners()

    def scanned(self, document: Any) -> bool:
        """Redacts the texts of the messages in place; whether they may pass."""
        passes = True
        for message in document["messages"]:
            for scanner in self.scanners:
                message["content"], valid, _ = scanner.scan(message["content"])
                passes = passes and valid
        return passes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        body = await body_of(receive)
        if body is None:
            return
        document = json.loads(body)
        if await asyncio.to_thread(self.scanned, document):
            await answer(send, json.dumps(document).encode())
        else:
            await answer(send, b"{}", status=422)


def main() -> None:
    """Starts the server."""
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not mix with the port
    application = Application()
    sys.stdout = out
    serve(application)


if __name__ == "__main__":
    main()
