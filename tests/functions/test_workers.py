"""Functions in workers that wait for other functions."""

from __future__ import annotations

import asyncio

import pytest

from pyshield import errors, functions


@pytest.mark.parametrize("own_loop", [False, True])
def test_workers_that_wait_for_others_leave_them_their_places(own_loop):
    """More of them than there are workers."""

    @functions.register(timeout=60.0)
    def inner(n):
        return n + 1

    @functions.register(timeout=60.0)
    def outer(n):
        if not own_loop:
            return functions.call_blocking("inner", n=n)

        async def both():
            first, second = await asyncio.gather(functions.call("inner", n=n), functions.call("inner", n=n))
            assert first == second
            return first

        return asyncio.run(both())

    async def main():
        return await asyncio.gather(*(functions.call("outer", n=n) for n in range(100)))

    assert asyncio.run(main()) == list(range(1, 101))
    # Nobody who waited is still counted as one who does.
    for name in ("inner", "outer"):
        assert functions.metrics(name)["in_flight"] == 0
    assert asyncio.run(main()) == list(range(1, 101))


def test_a_function_that_calls_itself_without_end_is_refused():
    deepest = []

    @functions.register(timeout=120.0)
    def again(n):
        deepest.append(n)
        try:
            return functions.call_blocking("again", n=n + 1)
        except errors.FunctionFailed as error:
            return str(error)

    assert "wait for others that they call, as many as allowed" in functions.call_blocking("again", n=0)
    assert max(deepest) == 256
    assert functions.metrics("again")["in_flight"] == 0


def test_one_that_waits_and_is_given_up_is_counted_once():
    @functions.register(timeout=60.0)
    def inner():
        return 1

    # All of them have to begin within this time, on a busy machine too.
    @functions.register(timeout=4.0, max_abandoned=100)
    def slow():
        return functions.call_blocking("slower")

    @functions.register(timeout=12.0)
    async def slower():
        await asyncio.sleep(60)

    async def main():
        ends = await asyncio.gather(*(functions.call("slow") for _ in range(40)), return_exceptions=True)
        assert {type(end) for end in ends} == {errors.FunctionTimeout}
        return await asyncio.gather(*(functions.call("inner") for _ in range(40)))

    assert asyncio.run(main()) == [1] * 40
