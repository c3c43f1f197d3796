"""The nine kinds of errors: each happens, is typed, is counted, and quotes nothing."""

from __future__ import annotations

import asyncio
import pickle
import re
import threading
import time

import pytest

from pyshield import _runtime, errors, functions

SECRET = "the text that was given"


def _error(name, **arguments):
    with pytest.raises(errors.FunctionError) as caught:
        functions.call_blocking(name, **arguments)
    error = caught.value
    assert error.function == name
    assert SECRET not in str(error)
    assert str(error).startswith(name)
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), str(copied), copied.function) == (type(error), str(error), name)
    return error


def _counted(name):
    return {kind: count for kind, count in functions.metrics(name)["errors_total"].items() if count}


@pytest.mark.parametrize("asynchronous", [True, False])
def test_python(run, asynchronous):
    if asynchronous:

        @functions.register(name="judge")
        async def judge(text):
            raise KeyError(text)
    else:

        @functions.register(name="judge")
        def judge(text):
            raise KeyError(text)

    error = _error("judge", text=SECRET)
    assert type(error) is errors.FunctionRaised
    assert str(error) == "judge: the function raised KeyError"
    assert isinstance(error.__cause__, KeyError)

    async def main():
        return await asyncio.gather(functions.call("judge", text=SECRET), return_exceptions=True)

    (error,) = run(main())
    assert type(error) is errors.FunctionRaised
    assert _counted("judge") == {"python": 2}


def test_an_error_of_an_inner_call_is_the_outer_functions_own():
    @functions.register
    async def outer():
        await functions.call("nobody")

    error = _error("outer")
    assert type(error) is errors.FunctionRaised
    assert isinstance(error.__cause__, errors.FunctionNotFound)


def test_timeout_of_a_task_cancels_it(run):
    ended = []

    @functions.register(timeout=1.0)
    async def endless(text):
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(asyncio.current_task().cancelling())

    async def main():
        start = time.monotonic()
        with pytest.raises(errors.FunctionTimeout):
            await functions.call("endless", text=SECRET)
        for _ in range(6_000):
            await asyncio.sleep(0.01)
            if ended:
                break
        return time.monotonic() - start

    assert run(main()) >= 1.0
    assert ended == [1]
    assert _counted("endless") == {"timeout": 1}
    assert functions.metrics("endless")["in_flight"] == 0


def test_timeout_of_a_thread_abandons_it():
    release = threading.Event()

    # A thread has to begin within this time, on a busy machine too.
    @functions.register(timeout=1.5, max_abandoned=2)
    def stuck(text):
        release.wait(30)

    try:
        for _ in range(2):
            error = _error("stuck", text=SECRET)
            assert type(error) is errors.FunctionTimeout
            assert isinstance(error, TimeoutError)
        numbers = functions.metrics("stuck")
        assert (numbers["abandoned"], numbers["abandoned_total"], numbers["in_flight"]) == (2, 2, 2)
        # As many as allowed: refused at once, as a matter of the runtime.
        error = _error("stuck", text=SECRET)
        assert type(error) is errors.FunctionFailed
        assert "given up and still run" in str(error)
        assert _counted("stuck") == {"runtime": 1, "timeout": 2}
    finally:
        release.set()
    for _ in range(6_000):
        if functions.metrics("stuck")["in_flight"] == 0:
            break
        time.sleep(0.01)
    numbers = functions.metrics("stuck")
    assert (numbers["abandoned"], numbers["abandoned_total"], numbers["in_flight"]) == (0, 2, 0)


def test_stuck_workers_do_not_keep_others_from_theirs():
    release = threading.Event()

    @functions.register
    def quick():
        return 1

    taken = threading.Barrier(33, timeout=30)

    @functions.register(timeout=4.0, max_abandoned=40)
    def stuck():
        taken.wait()
        release.wait(30)

    try:

        async def main():
            stuck = asyncio.gather(*(functions.call("stuck") for _ in range(32)), return_exceptions=True)
            async with asyncio.timeout(3.9):
                await asyncio.to_thread(taken.wait)
            # All thirty-two workers are taken.
            hasty = _runtime._functions_call("stuck", {}, 0.05)
            (hasty,) = await asyncio.gather(hasty, return_exceptions=True)
            return hasty, await stuck

        hasty, ends = asyncio.run(main())
        assert type(hasty) is errors.FunctionFailed
        assert "no worker came free" in str(hasty)
        assert {type(end) for end in ends} == {errors.FunctionTimeout}
        # They are stuck still, but given up: others have taken their places.
        assert functions.metrics("stuck")["abandoned"] == 32
        assert functions.call_blocking("quick") == 1
    finally:
        release.set()


def test_a_function_that_has_all_workers_leaves_one_to_any_other():
    release = threading.Event()
    taken = threading.Semaphore(0)

    @functions.register(timeout=120.0)
    def slow():
        taken.release()
        release.wait(60)
        return 1

    @functions.register(timeout=30.0)
    def quick():
        return 2

    @functions.register(timeout=30.0)
    def third():
        return functions.call_blocking("quick")

    async def main():
        slow = [asyncio.ensure_future(functions.call("slow")) for _ in range(100)]
        for _ in range(32):
            await asyncio.to_thread(taken.acquire)
        try:
            others = [functions.call(name) for name in ("quick", "third") for _ in range(20)]
            assert await asyncio.gather(*others) == [2] * 40
            assert not any(one.done() for one in slow)
            # Not one more of its own.
            assert not taken.acquire(blocking=False)
        finally:
            release.set()
        assert await asyncio.gather(*slow) == [1] * 100

    asyncio.run(main())


def test_runtime_too_many_in_flight(run):
    @functions.register(max_in_flight=3)
    async def slow():
        while functions.metrics("slow")["calls_total"] < 5:  # noqa: ASYNC110  # metrics have no event
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    async def main():
        return await asyncio.gather(*(functions.call("slow") for _ in range(5)), return_exceptions=True)

    # Which of them come first is nobody's business.
    refused = [end for end in run(main()) if end is not None]
    assert [type(end).__name__ for end in refused] == ["FunctionFailed"] * 2
    assert all("3 calls of the function are in flight" in str(end) for end in refused)


SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": 100},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["text"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({}, "at the top: required"),
        ({"text": 1}, "at text: type"),
        ({"text": SECRET * 100}, "at text: maxLength"),
        ({"text": "a", "tags": ["b", 1]}, r"at tags\[1\]: type"),
        ({"text": "a", "secret": 1}, "at the top: additionalProperties"),
    ],
)
def test_serialization_arguments_against_the_schema(arguments, place):
    called = []

    @functions.register(input_schema=SCHEMA)
    def judge(text, tags=()):
        called.append(text)

    error = _error("judge", **arguments)
    assert type(error) is errors.FunctionSerializationError
    assert re.search(f"the arguments do not match the schema {place}", str(error))
    assert called == []
    assert _counted("judge") == {"serialization": 1}


def test_serialization_results_against_the_schema(run):
    @functions.register(
        output_schema={"type": "object", "properties": {"score": {"type": "number", "maximum": 1}}}
    )
    async def judge(answer):
        return answer

    async def main():
        assert await functions.call("judge", answer={"score": 1}) == {"score": 1}
        with pytest.raises(
            errors.FunctionSerializationError, match="the result does not match the schema at score"
        ):
            await functions.call("judge", answer={"score": 2})
        with pytest.raises(errors.FunctionSerializationError, match="the schema at the top: type"):
            await functions.call("judge", answer=SECRET)

    run(main())


@pytest.mark.parametrize("arguments", [{}, {"text": 1, "more": 2}, {"texts": 1}])
def test_serialization_arguments_against_the_signature(arguments):
    @functions.register
    def judge(text):
        raise TypeError(text)

    assert type(_error("judge", **arguments)) is errors.FunctionSerializationError
    # A TypeError of its own is its own.
    assert type(_error("judge", text=1)) is errors.FunctionRaised


def test_module_not_found():
    with pytest.raises(errors.FunctionModuleNotFound) as caught:
        functions.register("no_such_module:judge")
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_function_not_found(run):
    with pytest.raises(errors.FunctionNotFound):
        functions.register("json:no_such_function")
    assert type(_error("nobody", text=SECRET)) is errors.FunctionNotFound

    async def main():
        with pytest.raises(LookupError, match="nobody: no function of that name"):
            await functions.call("nobody")

    run(main())


def test_a_function_by_its_path():
    assert functions.register("json:dumps") is __import__("json").dumps
    assert functions.call_blocking("dumps", obj=[1]) == "[1]"


deep = []
for _ in range(200):
    deep = [deep]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "a object has no JSON form"),
        ({1, 2}, "a set has no JSON form"),
        (b"bytes", "a bytes has no JSON form"),
        (float("nan"), "not finite"),
        (2**64, "more than 64 bits"),
        ({1: 2}, "keys other than str"),
        ("\ud800" + SECRET, "lone surrogates"),
        (deep, "nested more than"),
    ],
)
def test_type_conversion(run, value, reason):
    values = {"value": value}

    @functions.register
    def give():
        return values["value"]

    @functions.register
    def take(value):
        raise AssertionError("never called")

    error = _error("take", value=value)
    assert type(error) is errors.FunctionConversionError
    assert reason in str(error)
    error = _error("give")
    assert type(error) is errors.FunctionConversionError
    assert reason in str(error)
    assert _counted("give") == {"type_conversion": 1}

    async def main():
        call = functions.call("take", value=value)
        with pytest.raises(errors.FunctionConversionError):
            await call

    run(main())


def test_gil_failed_when_the_loop_is_not_free():
    """The home loop is held up by one function; another's time runs out before it can start."""

    began, release = threading.Event(), threading.Event()

    @functions.register
    async def blocks():
        began.set()
        release.wait(25)  # which is the point

    @functions.register(timeout=0.05)
    async def judge():
        raise AssertionError("never started")

    blocker = threading.Thread(target=functions.call_blocking, args=("blocks",))
    blocker.start()
    assert began.wait(30)
    try:
        error = _error("judge")
    finally:
        release.set()
        blocker.join()
    assert type(error) is errors.InterpreterBusy
    assert isinstance(error, TimeoutError)
    assert _counted("judge") == {"gil_failed": 1}
    for _ in range(6_000):
        if functions.metrics("judge")["in_flight"] == 0:
            break
        time.sleep(0.01)
    assert functions.metrics("judge")["in_flight"] == 0
