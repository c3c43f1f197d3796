"""Functions that another process can import. `tests` is no package: `sys.path` leads here."""

from __future__ import annotations

import asyncio
import functools
import os
import signal
import time
from pathlib import Path


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


def unread(stop, text):
    return os.getpid()


def half_answered(stop, text):
    if stop:
        from pyshield.functions._wire import Wire

        def half(wire, answer):
            wire._end.send(b"\0" * 7)
            os.kill(os.getpid(), signal.SIGSTOP)

        Wire.send = half
    return os.getpid()


def leave(code):
    os._exit(code)


def exits(code):
    raise SystemExit(code)


def interrupted():
    raise KeyboardInterrupt


def orphaned(lock):
    if lock:
        import fcntl

        with Path(lock).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(100)


def fail():
    raise KeyError("a secret")


def unpicklable():
    class OwnError(Exception):
        pass

    raise OwnError


class TwoArgumentsError(Exception):
    def __init__(self, first, second):
        super().__init__(first)


def two_arguments():
    raise TwoArgumentsError("a secret", 2)


class Holder:
    def __init__(self, **options):
        self.options = options

    @classmethod
    def made(cls, n):
        return cls().method(n)

    def method(self, n):
        return n

    def __call__(self, n):
        return n


method = Holder().method
held = Holder()
partly = functools.partial(method)


def strange():
    return lambda: None


def each(calls):
    return [call["n"] * 2 for call in calls]


async def later(n):
    await asyncio.sleep(0)
    return n + 1
