"""Calls when something ends: the interpreter, a loop, the parent of a fork."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pyshield import functions
from pyshield.errors import FunctionError, FunctionRaised

NOT_RUNNING = """
import atexit

def late():
    try:
        functions.call_blocking("judge")
    except errors.FunctionsNotRunning as error:
        print("late:", error.kind)

atexit.register(late)  # runs after pyshield's own

from pyshield import errors, functions

@functions.register
def judge():
    return 1

print(functions.call_blocking("judge"))
"""


def test_context_not_initialized_once_the_interpreter_shuts_down():
    done = subprocess.run(
        [sys.executable, "-c", NOT_RUNNING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\nlate: context_not_initialized\n", "")


ONE_CALL = """
from pyshield import functions

@functions.register
def judge():
    return 1

print(functions.call_blocking("judge"))
"""


def test_an_interpreter_that_ends_right_after_a_call_leaves_in_peace():
    """The thread that starts a worker may have yet to come back when the answer is there already."""
    # Side by side, so that there are threads that have to wait for a processor.
    started = [
        subprocess.Popen([sys.executable, "-c", ONE_CALL], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(12)
    ]
    ends = [(process.communicate(timeout=300), process.returncode) for process in started]
    assert ends == [((b"1\n", b""), 0)] * 12


STUCK_AT_EXIT = """
import asyncio, threading, time
from pyshield import errors, functions

@functions.register(timeout=4.0)
def stuck():
    while True:
        time.sleep(0.001)

@functions.register(timeout=4.0)
async def later():
    await asyncio.sleep(60)

for name in ("stuck", "later"):
    try:
        functions.call_blocking(name)
    except errors.FunctionTimeout:
        print(name)
"""


def test_abandoned_threads_do_not_keep_the_process():
    done = subprocess.run(
        [sys.executable, "-c", STUCK_AT_EXIT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "stuck\nlater\n", "")


def test_a_loop_that_closes_takes_its_calls_along():
    @functions.register
    async def endless():
        await asyncio.sleep(60)

    async def main():
        functions.call("endless").close()
        call = asyncio.ensure_future(functions.call("endless"))
        await asyncio.sleep(0.02)
        assert not call.done()

    asyncio.run(main())
    for _ in range(6_000):
        if functions.metrics("endless")["in_flight"] == 0:
            break
        time.sleep(0.01)
    assert functions.metrics("endless")["in_flight"] == 0


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_pyshields_own_loop_outlives_a_function_that_wants_to_leave(error):
    @functions.register
    async def leave():
        raise error

    @functions.register
    async def stay():
        return 1

    with pytest.raises(FunctionRaised):
        functions.call_blocking("leave")
    assert functions.call_blocking("stay") == 1


def test_pyshields_own_loop_comes_back_if_it_is_stopped():
    @functions.register(timeout=10.0)
    async def stop():
        asyncio.get_running_loop().stop()
        await asyncio.sleep(60)

    @functions.register(timeout=10.0)
    async def stay():
        return 1

    with pytest.raises(FunctionError):
        functions.call_blocking("stop")
    for _ in range(100):
        try:
            answer = functions.call_blocking("stay")
        except FunctionError:
            continue
        break
    assert answer == 1


def test_a_function_that_holds_up_pyshields_own_loop_keeps_it_for_itself():
    release, began = threading.Event(), threading.Event()
    seen = set()

    @functions.register(timeout=60.0)
    async def stuck():
        began.set()
        release.wait(60)
        return 2

    @functions.register(timeout=60.0)
    async def other():
        seen.add(threading.get_ident())
        return 1

    assert functions.call_blocking("other") == 1
    with ThreadPoolExecutor() as threads:
        first = threads.submit(functions.call_blocking, "stuck")
        try:
            assert began.wait(30)
            # What waited for the loop when it was held up, and what comes later.
            assert [one.result() for one in [threads.submit(functions.call_blocking, "other")] * 3] == [1] * 3
            assert functions.call_blocking("other") == 1
            assert not first.done()
        finally:
            release.set()
        assert first.result() == 2
    assert len(seen) == 2
    # They are not more than are needed.
    assert functions.call_blocking("other") == 1
    assert len(seen) == 2


FORK = """
import asyncio, os, sys
from pyshield import functions

@functions.register
def now(n):
    return n

@functions.register
async def later(n):
    await asyncio.sleep(0)
    return n

assert functions.call_blocking("now", n=1) == 1
assert functions.call_blocking("later", n=1) == 1
child = os.fork()
if child == 0:
    assert functions.call_blocking("now", n=2) == 2
    assert functions.call_blocking("later", n=3) == 3
    assert functions.metrics("now")["calls_total"] == 1
    sys.exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), functions.call_blocking("now", n=4))
"""


def test_a_forked_child_has_workers_and_a_loop_of_its_own():
    done = subprocess.run(
        [sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 4\n", "")
