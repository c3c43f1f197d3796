"""Functions that another process can import. `tests` is no package: `sys.path` leads here."""

from __future__ import annotations

import asyncio
import os
import time


def add(a, b=1):
    return a + b


def process_id():
    return os.getpid()


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def spin():
    while True:
        pass


def leave(code):
    os._exit(code)


def fail():
    raise KeyError("a secret")


def unpicklable():
    class OwnError(Exception):
        pass

    raise OwnError


def strange():
    return lambda: None


def each(calls):
    return [call["n"] * 2 for call in calls]


async def later(n):
    await asyncio.sleep(0)
    return n + 1
