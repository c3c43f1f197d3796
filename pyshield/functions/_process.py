"""Functions in processes of their own: what overruns there is killed.

A process is started when a call needs one and kept for the next. It finds the function by module and name, so
the function has to be importable; nothing but plain data crosses.
"""

from __future__ import annotations

import os
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from pyshield.functions._errors import Refused
from pyshield.functions._target import Target
from pyshield.functions._wire import Wire

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from socket import socket

    from pyshield._runtime import Job

__all__ = ["ProcessTarget"]

_KEPT = 4
"""Processes that are kept without work."""

_END = 5.0
"""Seconds, if the call has as many left, that a process which closed its wire may take to end by itself."""

_LOOK = 5.0
"""Seconds between two looks for the parent, for when its end does not show by itself."""


class _Worker:
    """A process, and this end of the wire to it."""

    def __init__(self, module: str, name: str) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")
        self.wire, there = Wire.pair()
        self.process: SpawnProcess = context.Process(
            target=_serve, args=(there, module, name), name=f"pyshield-{name}", daemon=True
        )
        try:
            self.process.start()
        finally:
            there.close()

    def ask(self, calls: list[Any], job: Job) -> Any:  # noqa: ANN401  # the answer's own types
        """What the process answers, `None` if there was no time to wait for it."""

        def over() -> bool:
            remaining = job.remaining
            return job.given_up or (remaining is not None and remaining <= 0)

        answer = self.wire.receive(over) if self.wire.send(calls, over) else None
        return None if answer is None else answer[0]

    def disown(self) -> None:
        """Lets go of a process that is another one's child."""
        from multiprocessing import process

        self.wire.close()
        # What is left here would be ended when this process exits, though it is the parent's.
        children: set[Any] | None = getattr(process, "_children", None)
        if children is not None:
            children.discard(self.process)

    def ended(self, job: Job) -> int | None:
        """The exit code of a process that closed its wire; killed at once, it would be that of one killed."""
        remaining = job.remaining
        self.process.join(_END if remaining is None else min(max(remaining, 0.0), _END))
        return self.kill()

    def kill(self) -> int | None:
        """Ends the process, whatever it is doing; its exit code."""
        self.process.kill()
        self.process.join()
        code = self.process.exitcode
        self.wire.close()
        self.process.close()
        return code


class ProcessTarget(Target):
    """As `Target`, for a function that runs in processes.

    Args:
        module: Where the function is.
        name: Its name there.
        options: As `Target`'s.
    """

    __slots__ = ("__weakref__", "_at_rest", "_closed", "_lock", "_module", "_name")

    def __init__(self, module: str, name: str, **options: Any) -> None:  # noqa: ANN401  # passed on
        super().__init__(self._unused, **options)
        self._module = module
        self._name = name
        self._at_rest: list[_Worker] = []
        self._closed = False
        self._lock = Lock()
        _targets.add(self)

    def forked(self) -> None:
        """In a forked child: the processes are the parent's, and the lock may be held by nobody here."""
        for worker in self._at_rest:
            worker.disown()
        self._at_rest = []
        self._lock = Lock()

    @staticmethod
    def _unused() -> None:
        """The function is in other processes."""

    def call(self, job: Job) -> list[Any]:
        """Runs the calls that are admitted in a process."""
        calls = job.calls
        refused = [self._admit(arguments) for arguments in calls]
        admitted = [call for call, reason in zip(calls, refused, strict=True) if reason is None]
        if not admitted:
            return refused
        answer = self._ask(admitted if self._batch else admitted[0], job)
        if self._batch:
            return self._spread(calls, refused, answer)
        return [self._checked(answer)]

    def _ask(self, calls: Any, job: Job) -> Any:  # noqa: ANN401  # the answer's own types
        worker = self._rested() or _Worker(self._module, self._name)
        try:
            answer = worker.ask(calls, job)
        except (OSError, EOFError):
            code = worker.ended(job)
            raise Refused("runtime", f"the worker process ended with exit code {code}") from None
        except BaseException:
            worker.kill()
            raise
        if answer is None:
            worker.kill()
            raise Refused("timeout", "the time ran out")
        with self._lock:
            keep = len(self._at_rest) < _KEPT and not self._closed
            if keep:
                self._at_rest.append(worker)
        if not keep:
            worker.kill()
        return _opened(answer)

    def _rested(self) -> _Worker | None:
        """A process that waits for work. One that ended meanwhile costs no call."""
        while True:
            with self._lock:
                if not self._at_rest:
                    return None
                worker = self._at_rest.pop()
            if worker.process.is_alive():
                return worker
            worker.kill()

    def close(self) -> None:
        """Ends the processes that have nothing to do, and the others when they are done."""
        with self._lock:
            self._closed = True
            workers, self._at_rest = self._at_rest, []
        for worker in workers:
            worker.kill()


_targets: WeakSet[ProcessTarget] = WeakSet()


def _forked() -> None:
    for target in tuple(_targets):
        target.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _opened(answer: tuple[Any, ...]) -> Any:  # noqa: ANN401  # the answer's own types
    match answer:
        case ("returned", value):
            return value
        case ("refused", kind, message):
            raise Refused(kind, message)
        case (_, _, BaseException() as error):
            raise error
        case (_, name, _):
            raise type(name, (Exception,), {})


def _serve(there: socket, module: str, name: str) -> None:
    """The life of a process."""
    from pyshield.functions._declared import located

    # The number is taken here: a thread may come to it only when it is another one already.
    Thread(target=_leave_with, args=(os.getppid(),), name="pyshield-parent", daemon=True).start()
    function: Any = None
    wire = Wire(there)
    while True:
        try:
            received = wire.receive()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        if received is None:
            return
        try:
            function = function or located(module, name)
            answer: tuple[Any, ...] = ("returned", _called(function, received[0]))
        except Refused as refused:
            answer = ("refused", refused.pyshield_kind, refused.message)
        except Exception as error:  # noqa: BLE001  # the caller's, whatever it is
            answer = ("raised", type(error).__name__, error if _travels(error) else None)
        try:
            _answer(wire, answer)
        except OSError:
            # Nobody is there any more.
            return


def _answer(wire: Wire, answer: tuple[Any, ...]) -> None:
    from pickle import PicklingError

    try:
        wire.send(answer)
    except (PicklingError, TypeError, AttributeError, RecursionError):
        kind = answer[1] if answer[0] == "raised" else None
        unsent = ("refused", "type_conversion", f"a {type(answer[1]).__name__} has no JSON form")
        wire.send(unsent if kind is None else ("raised", kind, None))


def _leave_with(parent_id: int) -> None:
    """Ends this process once its parent is gone, in the middle of a call, too: nobody else would."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is None:
        return
    # The sentinel is a pipe, which children that the parent forked hold open as long as they live.
    while os.getppid() == parent_id and not wait([parent.sentinel], _LOOK):
        pass
    os._exit(1)


def _travels(error: Exception) -> bool:
    """Whether the other side can make the exception of what is sent.

    An exception is sent as its class and `args`, which need not be what its `__init__` takes.
    """
    from multiprocessing.reduction import ForkingPickler

    try:
        return isinstance(ForkingPickler.loads(ForkingPickler.dumps(error)), Exception)
    except Exception:  # noqa: BLE001  # it runs the exception's own code
        return False


def _called(function: Any, calls: Any) -> Any:  # noqa: ANN401  # any function
    from inspect import isawaitable

    value = function(calls) if isinstance(calls, list) else function(**calls)
    if not isawaitable(value):
        return value

    import asyncio

    async def awaited() -> Any:  # noqa: ANN401
        return await value

    return asyncio.run(awaited())
