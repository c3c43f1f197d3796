"""Calls handed over in lists."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from pyshield import Cache, errors, functions


@pytest.mark.parametrize("asynchronous", [True, False])
def test_what_comes_while_one_runs_goes_into_the_next(run, asynchronous):
    sizes = []

    def answer(calls):
        sizes.append(len(calls))
        return [call["n"] * 2 for call in calls]

    def came():
        # No batch ends before all calls are there, however long a busy machine takes to make them.
        return functions.metrics("double")["calls_total"] == 100

    if asynchronous:

        @functions.register(name="double", batch=True, max_batch_size=16)
        async def double(calls):
            while not came():  # noqa: ASYNC110  # metrics have no event
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)
            return answer(calls)
    else:

        @functions.register(name="double", batch=True, max_batch_size=16)
        def double(calls):
            while not came():
                time.sleep(0.01)
            time.sleep(0.01)
            return answer(calls)

    async def main():
        return await asyncio.gather(*(functions.call("double", n=n) for n in range(100)))

    assert run(main()) == [2 * n for n in range(100)]
    assert sum(sizes) == 100
    assert max(sizes) == 16
    assert len(sizes) <= 9
    assert functions.metrics("double")["batches_total"] == len(sizes)


def test_each_call_is_answered_for_itself(run):
    @functions.register(
        batch=True,
        input_schema={"type": "object", "properties": {"n": {"type": "integer"}}},
        output_schema={"type": "integer"},
    )
    async def judge(calls):
        await asyncio.sleep(0.005)
        outcomes = {1: ValueError("one"), 2: "not an integer", 3: {4}}
        return [outcomes.get(call["n"], call["n"]) for call in calls]

    async def main():
        calls = [functions.call("judge", n=n) for n in (0, 1, 2, 3, "x", 5)]
        return await asyncio.gather(*calls, return_exceptions=True)

    ends = run(main())
    assert [end if isinstance(end, int) else type(end) for end in ends] == [
        0,
        errors.FunctionRaised,
        errors.FunctionSerializationError,
        errors.FunctionSerializationError,
        errors.FunctionSerializationError,
        5,
    ]
    assert isinstance(ends[1].__cause__, ValueError)


@pytest.mark.parametrize("value", [None, [], [1, 2, 3], "no", {"a": 1}])
def test_a_wrong_number_of_answers_fails_all(run, value):
    @functions.register(batch=True)
    async def judge(calls):
        return value

    async def main():
        with pytest.raises(errors.FunctionSerializationError, match="for 1 calls"):
            await functions.call("judge", n=1)

    run(main())


def test_a_batch_that_raises_fails_all(run):
    @functions.register(batch=True)
    async def judge(calls):
        await asyncio.sleep(0.01)
        raise KeyError

    async def main():
        calls = [functions.call("judge", n=n) for n in range(10)]
        return await asyncio.gather(*calls, return_exceptions=True)

    assert {type(end) for end in run(main())} == {errors.FunctionRaised}


def test_a_batch_that_overruns_is_cancelled_and_the_next_one_runs(run):
    cancelled = []

    @functions.register(batch=True, timeout=4.0)
    async def judge(calls):
        if any(call["slow"] for call in calls):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.append(len(calls))
                raise
        return [True] * len(calls)

    async def main():
        with pytest.raises(errors.FunctionTimeout):
            await functions.call("judge", slow=True)
        return await functions.call("judge", slow=False)

    assert run(main()) is True
    assert cancelled == [1]


def test_who_waits_for_a_batch_that_overruns_is_late_and_nothing_else(run):
    @functions.register(batch=True, timeout=0.2)
    async def judge(calls):
        await asyncio.sleep(60)

    async def main():
        return await asyncio.gather(*(functions.call("judge", n=n) for n in range(8)), return_exceptions=True)

    # The time of those in the queue runs out in the same moment as that of the batch.
    for _ in range(20):
        # On a busy machine it may be over before the batch has begun.
        assert {type(end) for end in run(main())} <= {errors.FunctionTimeout, errors.InterpreterBusy}


def test_one_caller_that_goes_does_not_take_the_others_along(run):
    # Batches run on a loop of their own.
    began, gone = threading.Event(), threading.Event()

    @functions.register(batch=True)
    async def judge(calls):
        if any(call["n"] == 2 for call in calls):
            began.set()
            while not gone.is_set():  # noqa: ASYNC110  # of another thread
                await asyncio.sleep(0.001)
        return [call["n"] for call in calls]

    async def main():
        calls = [asyncio.ensure_future(functions.call("judge", n=n)) for n in range(6)]
        while not began.is_set():  # noqa: ASYNC110  # of another thread
            await asyncio.sleep(0.001)
        calls[2].cancel()
        await asyncio.sleep(0)
        gone.set()
        return await asyncio.gather(*calls, return_exceptions=True)

    ends = run(main())
    assert isinstance(ends.pop(2), asyncio.CancelledError)
    assert ends == [0, 1, 3, 4, 5]


def test_batches_and_cache_together(run):
    seen = []

    @functions.register(batch=True, cache=Cache())
    async def judge(calls):
        await asyncio.sleep(0.005)
        seen.extend(call["n"] for call in calls)
        return [call["n"] for call in calls]

    async def main():
        return await asyncio.gather(*(functions.call("judge", n=n % 5) for n in range(50)))

    assert run(main()) == [n % 5 for n in range(50)]
    assert sorted(seen) == [0, 1, 2, 3, 4]
