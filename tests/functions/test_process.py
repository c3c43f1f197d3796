"""Functions in processes of their own."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from pyshield import _runtime, errors, functions
from pyshield.functions._errors import Refused
from pyshield.functions._process import _serve
from pyshield.functions._wire import Wire

HERE = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    yield
    sys.modules.pop("importable", None)


def _register(name, **options):
    return functions.register(f"importable:{name}", isolation="process", **options)


def test_it_runs_elsewhere_and_the_process_stays(run):
    _register("process_id")
    _register("add")

    async def main():
        first = await functions.call("process_id")
        assert first == await functions.call("process_id")
        return first, await functions.call("add", a=1, b=2)

    first, total = run(main())
    assert first != os.getpid()
    assert total == 3


def test_a_process_that_ended_at_rest_costs_no_call():
    _register("process_id")
    before = functions.call_blocking("process_id")
    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert functions.call_blocking("process_id") not in (before, os.getpid())


FORK = """
import os, sys
from pyshield import functions

if __name__ == "__main__":
    functions.register("importable:process_id", isolation="process")
    before = functions.call_blocking("process_id")
    child = os.fork()
    if child == 0:
        assert functions.call_blocking("process_id") not in (before, os.getpid())
        sys.exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(code, functions.call_blocking("process_id") == before)
"""


def _run(script, text, *arguments, output=subprocess.PIPE):
    """Runs a program of its own."""
    script.write_text(text)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((HERE, *filter(None, sys.path)))}
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        stdout=output,
        stderr=output,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_leaves_the_parents_processes_alone(tmp_path):
    done = _run(tmp_path / "forks.py", FORK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


ORPHAN = """
import os, sys, time
from pyshield import functions

if __name__ == "__main__":
    how, lock = sys.argv[1:]
    functions.register("importable:orphaned", isolation="process", timeout=200.0)
    functions.call_blocking("orphaned", lock="")
    if how == "forked" and os.fork() == 0:
        while os.path.exists(lock):
            time.sleep(0.1)
        os._exit(0)
    functions.call_blocking("orphaned", lock=lock)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.parametrize("how", ["alone", "forked"])
def test_a_process_ends_with_a_parent_that_is_killed(tmp_path, how):
    """Also if the parent has a forked child, in which the pipes to the process stay open."""
    import fcntl

    lock = tmp_path / "lock"
    lock.touch()
    try:
        done = _run(tmp_path / "orphan.py", ORPHAN, how, str(lock), output=subprocess.DEVNULL)
        assert done.returncode == -signal.SIGKILL
        with lock.open() as file:
            # The process had it when it killed its parent.
            for _ in range(600):
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.1)
            else:
                pytest.fail("the process goes on")
    finally:
        lock.unlink()


def test_an_answer_that_nobody_waits_for_is_no_error():
    wire, there = Wire.pair()
    assert wire.send({"a": 1})
    wire.close()
    with there:
        _serve(there, "importable", "add")


def _settled(name):
    """The numbers of a function once nothing of it runs any more."""
    for _ in range(6_000):
        numbers = functions.metrics(name)
        if numbers["in_flight"] == 0:
            break
        time.sleep(0.01)
    return numbers


def test_what_overruns_is_killed_and_the_next_call_has_another():
    _register("spin", timeout=1.0)
    _register("process_id")
    before = functions.call_blocking("process_id")
    with pytest.raises(errors.FunctionTimeout):
        functions.call_blocking("spin")
    numbers = _settled("spin")
    assert (numbers["in_flight"], numbers["abandoned"], numbers["abandoned_total"]) == (0, 0, 0)
    assert functions.call_blocking("process_id") == before


def test_time_that_runs_out_is_a_timeout_whoever_sees_it_first():
    """The thread that waits for the process may look at the clock before the runtime does."""

    @functions.register
    def seen_here():
        raise Refused("timeout", "the time ran out")

    with pytest.raises(errors.FunctionTimeout):
        functions.call_blocking("seen_here")


@pytest.mark.parametrize("name", ["unread", "half_answered"])
def test_what_stops_in_the_middle_of_a_message_is_killed(name):
    """Neither arguments that nobody reads, more of them than a pipe holds, nor half an answer hold up."""
    # A process has time to start, on a busy machine too, and then little.
    _register(name, timeout=60.0)
    for _ in range(2):
        there = functions.call_blocking(name, stop=False, text="")
        if name == "unread":
            os.kill(there, signal.SIGSTOP)
        with pytest.raises(errors.FunctionTimeout):
            _runtime._functions_call_blocking(name, {"stop": True, "text": "a" * 4_000_000}, 2.0)
        numbers = _settled(name)
        assert (numbers["in_flight"], numbers["abandoned"]) == (0, 0)
        # What is killed is waited for as well, so its number is nobody's.
        with pytest.raises(ProcessLookupError):
            os.kill(there, 0)


def test_a_caller_that_goes_ends_the_process(run):
    _register("sleep")

    async def main():
        await functions.call("sleep", seconds=0)
        call = asyncio.ensure_future(functions.call("sleep", seconds=30))
        await asyncio.sleep(0.2)
        call.cancel()
        for _ in range(6_000):
            await asyncio.sleep(0.01)
            if functions.metrics("sleep")["in_flight"] == 0:
                return True
        return False

    assert run(main())


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("fail", {}, errors.FunctionRaised),
        ("unpicklable", {}, errors.FunctionRaised),
        ("strange", {}, errors.FunctionConversionError),
        ("two_arguments", {}, errors.FunctionRaised),
        ("leave", {"code": 7}, errors.FunctionFailed),
        ("exits", {"code": 4}, errors.FunctionFailed),
        ("interrupted", {}, errors.FunctionFailed),
        ("add", {}, errors.FunctionSerializationError),
    ],
)
def test_errors(name, arguments, kind):
    _register(name)
    with pytest.raises(errors.FunctionError) as caught:
        functions.call_blocking(name, **arguments)
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)
    expected = {
        "fail": "raised KeyError",
        "unpicklable": "raised OwnError",
        "two_arguments": "raised TwoArgumentsError",
        "strange": "a function has no JSON form",
        "leave": "exit code 7",
        "exits": "exit code 4",
        "interrupted": "exit code 1",
        "add": "do not fit",
    }
    assert expected[name] in str(caught.value)


def test_an_exception_that_does_not_travel_costs_no_process():
    _register("two_arguments")
    _register("process_id")
    with pytest.raises(errors.FunctionRaised):
        functions.call_blocking("two_arguments")
    target = functions._registered._entries["two_arguments"].target
    assert len(target._at_rest) == 1


@pytest.mark.parametrize("name", ["method", "held", "Holder", "partly"])
def test_what_is_no_function_by_name(name):
    """Found by its name, a method lacks its object, and a class would be made instead of called."""
    with pytest.raises(errors.ConfigError, match="finds functions by name"):
        functions.register(f"importable:{name}", name="other", isolation="process")


def test_a_function_of_a_class():
    functions.register("importable:Holder.made", name="made", isolation="process")
    assert functions.call_blocking("made", n=2) == 2


def test_a_module_that_only_this_process_has():
    import types

    module = types.ModuleType("only_here")
    exec("def judge(): return 1", module.__dict__)
    sys.modules["only_here"] = module
    try:
        functions.register("only_here:judge", isolation="process")
    finally:
        del sys.modules["only_here"]
    with pytest.raises(errors.FunctionModuleNotFound):
        functions.call_blocking("judge")


def test_batches_and_asynchronous_ones():
    _register("each", batch=True)
    _register("later")
    assert functions.call_blocking("each", n=4) == 8
    assert functions.call_blocking("later", n=4) == 5


def test_a_function_that_is_forgotten_while_it_runs_leaves_no_process():
    _register("sleep")

    with ThreadPoolExecutor() as threads:
        call = threads.submit(functions.call_blocking, "sleep", seconds=0.5)
        while functions.metrics("sleep")["calls_total"] == 0:
            time.sleep(0.01)
        functions.unregister("sleep")
        assert call.result() == 0.5
    for _ in range(6_000):
        if not any(child.name == "pyshield-sleep" for child in multiprocessing.active_children()):
            break
        time.sleep(0.01)
    assert not any(child.name == "pyshield-sleep" for child in multiprocessing.active_children())
