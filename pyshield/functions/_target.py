"""What calls a registered function, on an event loop or in a worker thread, when the runtime says so."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any

from pyshield._runtime import _functions_done, _functions_home, _functions_next
from pyshield.functions._errors import Refused

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import Callable

    from pyshield._runtime import Job

    Check = Callable[[Any], None]

__all__ = ["Target", "spawn", "start_home", "start_worker"]


class Target:
    """A function with its checks.

    Args:
        function: What is called: with keyword arguments, or with a list of dicts if `batch`.
        batch: Whether it takes and returns lists.
        check_input: Raises `Refused` for arguments that are not as they should be.
        check_output: The same for results.
        fits: Raises `TypeError` for arguments the function has no parameters for.
    """

    __slots__ = ("_batch", "_check_input", "_check_output", "_fits", "_function")

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        batch: bool = False,
        check_input: Check | None = None,
        check_output: Check | None = None,
        fits: Callable[..., Any] | None = None,
    ) -> None:
        self._function = function
        self._batch = batch
        self._check_input = check_input
        self._check_output = check_output
        self._fits = fits

    def _admit(self, arguments: dict[str, Any]) -> Refused | None:
        """Why the arguments are refused, if they are."""
        try:
            if self._check_input is not None:
                self._check_input(arguments)
            if self._fits is not None:
                self._fits(**arguments)
        except Refused as refused:
            return refused
        except TypeError:
            return Refused("serialization", "the arguments do not fit the function's parameters")
        return None

    def _checked(self, answer: Any) -> Any:  # noqa: ANN401  # whatever it returned
        """The answer, or why it is none."""
        if self._check_output is None or isinstance(answer, BaseException):
            return answer
        try:
            self._check_output(answer)
        except Refused as refused:
            return refused
        return answer

    def _spread(self, calls: list[Any], refused: list[Refused | None], answers: Any) -> list[Any]:  # noqa: ANN401
        """The answers of a batch, in their places among those that were refused."""
        admitted = len(calls) - sum(reason is not None for reason in refused)
        if not isinstance(answers, list | tuple) or len(answers) != admitted:
            kind = (
                f"{len(answers)} answers"
                if isinstance(answers, list | tuple)
                else f"a {type(answers).__name__}"
            )
            raise Refused("serialization", f"the function returned {kind} for {admitted} calls")
        given = iter(answers)
        return [self._checked(next(given)) if reason is None else reason for reason in refused]

    async def acall(self, job: Job) -> list[Any]:
        """The answers to a run's calls, of a function that is asynchronous."""
        calls = job.calls
        refused = [self._admit(arguments) for arguments in calls]
        if self._batch:
            admitted = [call for call, reason in zip(calls, refused, strict=True) if reason is None]
            return self._spread(calls, refused, await self._function(admitted) if admitted else [])
        reason = refused[0]
        return [self._checked(await self._function(**calls[0])) if reason is None else reason]

    def call(self, job: Job) -> list[Any]:
        """The same, of one that is not."""
        calls = job.calls
        refused = [self._admit(arguments) for arguments in calls]
        if self._batch:
            admitted = [call for call, reason in zip(calls, refused, strict=True) if reason is None]
            return self._spread(calls, refused, self._function(admitted) if admitted else [])
        reason = refused[0]
        return [self._checked(self._function(**calls[0])) if reason is None else reason]


_HOME = "pyshield-functions-loop"

_tasks: set[Task[None]] = set()
"""Event loops hold tasks weakly."""


def spawn(job: Job) -> Task[None]:
    """Runs a job as a task of the running loop, with a copy of its caller's context variables."""
    from asyncio import get_running_loop

    context = job.context
    # A copy, because one context cannot be entered by two tasks that take turns.
    task = get_running_loop().create_task(_drive(job), context=None if context is None else context.copy())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task


async def _drive(job: Job) -> None:
    from asyncio import CancelledError

    try:
        answers = await job.target.acall(job)
    except CancelledError as error:
        job.raised(error)
        raise
    except (KeyboardInterrupt, SystemExit) as error:
        job.raised(error)
        # On the caller's loop it is the caller's; on ours it would end the calls of everybody else.
        if not _is_home():
            raise
    except BaseException as error:  # noqa: BLE001  # the caller's, whatever it is
        job.raised(error)
    else:
        job.returned(answers)


def start_worker() -> None:
    """Starts a worker thread."""
    Thread(target=_work, name="pyshield-function", daemon=True).start()


def _work() -> None:
    job = _functions_next(True)
    while job is not None:
        context = job.context
        try:
            if context is None:
                _perform(job)
            else:
                # A copy: a plan may make several calls in one context, and two threads cannot enter it.
                context.copy().run(_perform, job)
        finally:
            _functions_done(job)
        # Nothing of the last call is kept while the thread waits for the next.
        del job, context
        job = _functions_next(False)


def _perform(job: Job) -> None:
    try:
        answers = job.target.call(job)
    except BaseException as error:  # noqa: BLE001  # the caller's, whatever it is
        job.raised(error)
    else:
        job.returned(answers)


def _is_home() -> bool:
    return current_thread().name == _HOME


def start_home() -> None:
    """Starts the thread of the event loop for functions whose caller has none."""
    Thread(target=_home, name=_HOME, daemon=True).start()


def _home() -> None:
    import asyncio
    import atexit

    leaving = False
    ways: list[Callable[[], object]] = []

    def leave() -> None:
        nonlocal leaving
        leaving = True
        for way in ways:
            # The loop may be closed.
            with suppress(RuntimeError):
                way()

    async def stay() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        ways[:] = [lambda: loop.call_soon_threadsafe(end.set)]
        _functions_home()
        await end.wait()

    atexit.register(leave)
    while not leaving:
        # A function may stop the loop it runs on; those that come after it get another one.
        with suppress(RuntimeError):
            asyncio.run(stay())
