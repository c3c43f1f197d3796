"""Calls of registered functions, from Python."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time

import pytest

from pyshield import Cache, functions
from pyshield._runtime import _functions_call_from_engine
from pyshield.errors import ConfigError, FunctionNotFound

WHO = contextvars.ContextVar("who", default="nobody")


def test_asynchronous_ones_run_on_the_callers_loop(run):
    seen = []

    @functions.register
    async def judge(text, *, weight=1):
        seen.append((asyncio.get_running_loop(), threading.get_ident(), WHO.get()))
        await asyncio.sleep(0)
        return {"text": text, "weight": weight}

    async def main():
        WHO.set("somebody")
        return await functions.call("judge", text="a", weight=2), asyncio.get_running_loop()

    answer, loop = run(main())
    assert answer == {"text": "a", "weight": 2}
    assert seen == [(loop, threading.get_ident(), "somebody")]


def test_others_run_in_a_worker_with_the_callers_context(run):
    seen = []

    @functions.register
    def judge(text):
        seen.append((threading.current_thread().name, WHO.get()))
        return len(text)

    async def main():
        WHO.set("somebody")
        return await functions.call("judge", text="abc")

    assert run(main()) == 3
    assert seen == [("pyshield-function", "somebody")]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -1,
        2**63 - 1,
        -(2**63),
        2**64 - 1,
        1.5,
        "",
        "é🎉\0",
        [],
        [1, [2, []]],
        {},
        {"a": {"b": [None]}},
    ],
)
def test_plain_data_comes_back_as_it_was(run, value):
    @functions.register
    async def echo(value):
        return value

    async def main():
        return await functions.call("echo", value=value)

    answer = run(main())
    assert (answer, type(answer)) == (value, type(value))


def test_tuples_come_back_as_lists(run):
    @functions.register
    def echo(value):
        return (value, type(value).__name__)

    assert functions.call_blocking("echo", value=(1, 2)) == [[1, 2], "list"]


def test_blocking_calls_need_no_loop():
    @functions.register
    async def later(n):
        await asyncio.sleep(0.001)
        return n + 1, threading.current_thread().name

    @functions.register
    def now(n):
        return n + 2

    assert functions.call_blocking("later", n=1) == [2, "pyshield-functions-loop"]
    assert functions.call_blocking("now", n=1) == 3


def test_many_at_once(run):
    @functions.register
    async def later(n):
        await asyncio.sleep(0.001)
        return n

    @functions.register
    def now(n):
        time.sleep(0.001)
        return n

    async def main():
        calls = [functions.call(name, n=n) for n in range(300) for name in ("later", "now")]
        return await asyncio.gather(*calls)

    assert run(main()) == [n for n in range(300) for _ in range(2)]
    for name in ("later", "now"):
        numbers = functions.metrics(name)
        assert (numbers["calls_total"], numbers["in_flight"], sum(numbers["errors_total"].values())) == (
            300,
            0,
            0,
        )
        assert numbers["seconds"]["count"] == 300


def test_workers_are_as_many_as_needed_and_no_more(run):
    together, most = 0, 0
    lock, enough = threading.Lock(), threading.Event()

    @functions.register
    def slow():
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
            if together == 8:
                enough.set()
        # Nobody leaves before there are so many, however long their threads take to start.
        assert enough.wait(25)
        time.sleep(0.1)
        with lock:
            together -= 1

    async def main():
        await asyncio.gather(*(functions.call("slow") for _ in range(100)))

    run(main())
    assert 8 <= most <= 32


def test_a_call_that_is_cancelled_cancels_its_task(run):
    began, ended = asyncio.Event(), []

    @functions.register
    async def endless():
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def main():
        call = asyncio.ensure_future(functions.call("endless"))
        await began.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        for _ in range(6_000):
            await asyncio.sleep(0.01)
            if functions.metrics("endless")["in_flight"] == 0:
                break

    run(main())
    numbers = functions.metrics("endless")
    assert ended == ["cancelled"]
    assert (numbers["cancelled_total"], numbers["in_flight"]) == (1, 0)


def test_a_function_may_call_others(run):
    @functions.register
    async def outer(n):
        return await functions.call("inner", n=n) + 1

    @functions.register
    def inner(n):
        return n * 2

    async def main():
        return await functions.call("outer", n=5)

    assert run(main()) == 11


def test_timeouts_inside_a_function_work(run):
    @functions.register
    async def careful():
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "gave up"

    async def main():
        return await functions.call("careful")

    assert run(main()) == "gave up"


def test_results_are_remembered_if_asked(run):
    runs = []
    asked = 2

    @functions.register(cache=Cache(ttl=60))
    def square(n, m=0):
        runs.append(n)
        # The first ends when the second, which shares its result, is there as well.
        while functions.metrics("square")["calls_total"] < asked:
            time.sleep(0.01)
        time.sleep(0.02)
        return {"square": n * n}

    async def main():
        first, second = await asyncio.gather(
            functions.call("square", n=3, m=1), functions.call("square", m=1, n=3)
        )
        first["square"] = "changed by its owner"
        return second, await functions.call("square", n=3, m=1), await functions.call("square", n=4)

    assert run(main()) == ({"square": 9}, {"square": 9}, {"square": 16})
    assert runs == [3, 4]
    numbers = functions.metrics("square")["cache"]
    assert (numbers["hits_total"], numbers["misses_total"], numbers["shared_total"]) == (1, 2, 1)
    functions.clear_cache("square")
    functions.call_blocking("square", n=3, m=1)
    assert runs == [3, 4, 3]


def test_names():
    @functions.register(name="a.b/c-d:e", timeout=2, input_schema={"type": "object"})
    def judge(text):
        """Judges.

        At length.
        """

    @functions.register
    def another():
        pass

    info = functions.describe("a.b/c-d:e")
    assert (info.isolation, info.timeout, info.doc, info.input_schema) == (
        "thread",
        2.0,
        "Judges.",
        {"type": "object"},
    )
    assert [info.name for info in functions.list()][:2] == ["a.b/c-d:e", "another"]
    with pytest.raises(ConfigError, match="is taken"):
        functions.register(judge, name="a.b/c-d:e")
    functions.register(judge, name="a.b/c-d:e", replace=True, timeout=3)
    assert functions.describe("a.b/c-d:e").timeout == 3
    assert functions.unregister("a.b/c-d:e")
    assert not functions.unregister("a.b/c-d:e")
    with pytest.raises(FunctionNotFound):
        functions.describe("a.b/c-d:e")


def test_an_object_that_is_called():
    class Judge:
        async def __call__(self, n):
            return n + 1

    functions.register(Judge(), name="judge")
    assert functions.describe("judge").isolation == "task"
    assert functions.call_blocking("judge", n=1) == 2


async def _later():
    """An asynchronous function."""


@pytest.mark.parametrize(
    ("function", "options", "message"),
    [
        (print, {"name": ""}, "name: expected letters"),
        (print, {"name": "a b"}, "name: expected letters"),
        (print, {"name": 1}, "name: expected letters"),
        (3, {}, "function: expected a function, got 3"),
        (print, {"timeout": 0}, "timeout: must be above 0"),
        (print, {"timeout": float("inf")}, "timeout: must be finite"),
        (print, {"isolation": "task"}, "a task is an asynchronous function"),
        (_later, {"isolation": "thread"}, "an asynchronous function runs as a task"),
        (print, {"isolation": "cell"}, "expected 'task', 'thread' or 'process'"),
        (lambda: 1, {"isolation": "process", "name": "x"}, "another process cannot find"),
        (print, {"max_batch_size": 3}, "is for functions with batch=True"),
        (print, {"batch": True, "max_batch_size": 0}, "max_batch_size"),
        (print, {"max_in_flight": 0}, "max_in_flight: must be at least 1"),
        (print, {"max_abandoned": -1}, "max_abandoned: must be at least 1"),
        (print, {"cache": 10}, "expected Cache or None"),
        (print, {"input_schema": "object"}, "input_schema: expected a dict"),
        (print, {"input_schema": {"type": "objekt"}}, "input_schema: is not a JSON Schema"),
        (
            print,
            {"output_schema": {"$ref": "http://127.0.0.1:9/schema"}},
            "output_schema: is not a JSON Schema",
        ),
        (
            print,
            {"input_schema": {"$schema": "https://json-schema.org/draft/2020-12/schema"}},
            "only drafts 4, 6 and 7",
        ),
        ("json", {}, "expected 'module:function'"),
        ("json:__name__", {}, "is not callable"),
    ],
)
def test_what_cannot_work_is_refused(function, options, message):
    before = functions.list()
    with pytest.raises(ConfigError, match=message):
        functions.register(function, **options)
    assert functions.list() == before


@pytest.mark.parametrize("isolation", ["task", "thread"])
def test_many_calls_of_one_origin(run, isolation):
    def plain(n):
        return n

    async def asynchronous(n):
        return n

    functions.register(plain if isolation == "thread" else asynchronous, name="quick")

    async def main():
        # The next call begins before the thread of the last one has left its context.
        calls = (_functions_call_from_engine("quick", {"n": 1}, 2000) for _ in range(3))
        return await asyncio.gather(*calls)

    assert [len(taken) for taken in run(main())] == [2000] * 3
    assert functions.metrics("quick")["errors_total"]["context_not_initialized"] == 0


def test_prometheus_has_every_function(run):
    @functions.register(name="a.b/c")
    def fine(n):
        return n

    @functions.register
    async def bad():
        raise ValueError

    async def main():
        await functions.call("a.b/c", n=1)
        await asyncio.gather(functions.call("bad"), return_exceptions=True)

    run(main())
    page = functions.prometheus()
    lines = page.splitlines()
    assert 'pyshield_function_calls_total{function="a.b/c"} 1' in lines
    assert 'pyshield_function_errors_total{function="bad",kind="python"} 1' in lines
    assert 'pyshield_function_errors_total{function="bad",kind="timeout"} 0' in lines
    assert 'pyshield_function_seconds_count{function="a.b/c"} 1' in lines
    assert lines.count("# TYPE pyshield_function_seconds histogram") == 1
    functions.unregister("bad")
    assert 'function="bad"' not in functions.prometheus()
