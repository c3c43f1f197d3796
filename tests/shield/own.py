"""Scanners of an application's own, as the tests have them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

from pyshield import input_scanners as i

CURRENT = contextvars.ContextVar("current", default="nobody")
REDACT = i.BanSubstrings(["bomb"], redact=True)


class Append:
    """Appends a word, and remembers what it was given."""

    def __init__(self, word="!", valid=True, risk=-1.0):
        self.word, self.valid, self.risk = word, valid, risk
        self.given, self.threads, self.contexts = [], [], []

    def scan(self, *texts):
        self.given.append(texts)
        self.threads.append(threading.get_ident())
        self.contexts.append(CURRENT.get())
        return texts[-1] + self.word, self.valid, self.risk


class AppendLater(Append):
    async def scan(self, *texts):
        await asyncio.sleep(0)
        return Append.scan(self, *texts)


class AppendEither(Append):
    """Has both ways; only the awaitable one may be used from a loop."""

    def scan(self, *texts):
        raise AssertionError("the awaitable way was there")

    async def ascan(self, *texts):
        return Append.scan(self, *texts)


class Raises:
    def __init__(self, error=None):
        self.error = error or KeyError("a bomb")

    def scan(self, *texts):
        raise self.error


class Returns:
    def __init__(self, value):
        self.value = value

    def scan(self, prompt):
        return self.value


class Slow:
    def __init__(self, seconds):
        self.seconds = seconds

    async def scan(self, prompt):
        await asyncio.sleep(self.seconds)
        return prompt, True, -1.0


class SlowInThread(Slow):
    def scan(self, prompt):
        time.sleep(self.seconds)
        return prompt, True, -1.0


class Stuck:
    """Returns when it is let go."""

    def __init__(self):
        self.release = threading.Event()

    def scan(self, prompt):
        self.release.wait(60)
        return prompt, True, -1.0
