"""The functions that are registered: declared here, run by the runtime."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from pyshield import _runtime
from pyshield._check import Check
from pyshield.errors import FunctionNotFound
from pyshield.functions._declared import Entry, FunctionInfo, Options, declared, resolved

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pyshield._limits import Cache
    from pyshield.functions._declared import Isolation, Schema

    F = TypeVar("F", bound=Callable[..., Any])

__all__ = [
    "FunctionInfo",
    "call",
    "call_blocking",
    "clear_cache",
    "describe",
    "list_functions",
    "metrics",
    "prometheus",
    "register",
    "unregister",
]

_entries: dict[str, Entry] = {}
_lock = Lock()


def _forked() -> None:
    """In a forked child, the lock may be held by a thread that is not here."""
    global _lock  # noqa: PLW0603  # there is no other way to have a new one
    _lock = Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@overload
def register(
    function: F, /, *, name: str | None = None, replace: bool = False, **options: Unpack[Options]
) -> F: ...
@overload
def register(
    function: str, /, *, name: str | None = None, replace: bool = False, **options: Unpack[Options]
) -> Callable[..., Any]: ...
@overload
def register(
    function: None = None, /, *, name: str | None = None, replace: bool = False, **options: Unpack[Options]
) -> Callable[[F], F]: ...


def register(
    function: Callable[..., Any] | str | None = None,
    /,
    *,
    name: str | None = None,
    input_schema: Schema | None = None,
    output_schema: Schema | None = None,
    timeout: float | None = None,
    isolation: Isolation | None = None,
    batch: bool = False,
    max_batch_size: int | None = None,
    max_in_flight: int | None = None,
    max_abandoned: int = 8,
    cache: Cache | None = None,
    replace: bool = False,
) -> Any:
    """Registers a function, so that it can be called by name: from Python, and by the runtime.

    As a decorator (`@register`, `@register(timeout=5)`) or a call. Arguments and results are plain data:
    `None`, bools, numbers, strings, lists and dicts with string keys.

    Args:
        function: The function, or where it is: `"package.module:function"`.
        name: What it is called by; its own name if not given.
        input_schema: JSON Schema (draft 4, 6 or 7) of the arguments, as an object.
        output_schema: JSON Schema of the result.
        timeout: Seconds a call may take; 30 if neither this nor the settings say (see
            `pyshield.models.configure`). One that overruns is cancelled (`task`), abandoned (`thread`) or
            killed (`process`).
        isolation: Where it runs. `"task"`, for asynchronous functions and only for them: on the caller's
            event loop, or on one of pyshield's if the caller has none. `"thread"`: in a worker thread.
            `"process"`: in a process of its own, which must be able to import it. By default, a task or a
            thread.
        batch: Whether it takes a list of calls, each a dict of arguments, and returns a list of as many
            results, an exception standing for a call that failed. What is called while it runs goes into
            the next list. It runs on pyshield's loop and without the context variables of any caller.
        max_batch_size: The most calls in one list; 32 if not given.
        max_in_flight: Calls queued or running at a time; further ones are refused. 1024, 4 for processes.
        max_abandoned: Calls given up that may still run in their threads; further calls are refused.
        cache: Remembers results, for functions that always answer the same question the same way. Calls
            that are equal and simultaneous share one run.
        replace: Whether a function of that name may be replaced.

    Returns:
        The function; without one, a decorator.

    Raises:
        ConfigError: For anything that cannot work.
        FunctionModuleNotFound: If the module is not to be imported.
        FunctionNotFound: If the module has no such function.
    """
    options: Options = {
        "input_schema": input_schema,
        "output_schema": output_schema,
        "timeout": timeout,
        "isolation": isolation,
        "batch": batch,
        "max_batch_size": max_batch_size,
        "max_in_flight": max_in_flight,
        "max_abandoned": max_abandoned,
        "cache": cache,
    }

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        _add(function, name, replace, options)
        return function

    if function is None:
        return add
    return add(resolved(function) if isinstance(function, str) else function)


def _add(function: Callable[..., Any], name: str | None, replace: bool, options: Options) -> None:
    entry = declared(function, name, options)
    check = Check(f"functions.register({entry.info.name!r})")
    with _lock:
        if not entry.native.register(replace):
            check.fail("name", "is taken; say replace=True, or unregister the other first")
        before = _entries.pop(entry.info.name, None)
        _entries[entry.info.name] = entry
    _close(before)


def call(name: str, /, **arguments: Any) -> Coroutine[Any, Any, Any]:  # noqa: ANN401  # plain data
    """Calls a registered function without holding up the event loop.

    Args:
        name: Which.
        arguments: Its arguments, plain data.

    Returns:
        An awaitable of its result. Cancelling it gives the call up.

    Raises:
        FunctionError: One of its nine kinds, from the `await`.
    """
    return _runtime._functions_call(name, arguments)  # noqa: SLF001


def call_blocking(name: str, /, **arguments: Any) -> Any:  # noqa: ANN401  # plain data
    """As `call`, on the calling thread, which waits; for programs without an event loop."""
    return _runtime._functions_call_blocking(name, arguments)  # noqa: SLF001


def list_functions() -> list[FunctionInfo]:
    """All registered functions, by name."""
    with _lock:
        return sorted((entry.info for entry in _entries.values()), key=lambda info: info.name)


def _entry(name: str) -> Entry:
    with _lock:
        entry = _entries.get(name)
    if entry is None:
        raise FunctionNotFound(f"{name}: no function of that name is registered", name)
    return entry


def describe(name: str) -> FunctionInfo:
    """A registered function.

    Raises:
        FunctionNotFound: If there is none of that name.
    """
    return _entry(name).info


def metrics(name: str) -> dict[str, Any]:
    """A function's counters and histogram in this process, as plain data.

    `calls_total`, `errors_total` by kind, `cancelled_total`, `batches_total`, `in_flight`, `abandoned`,
    `abandoned_total`, `lock_wait_seconds` and `lock_held_seconds` (waiting for the interpreter lock, and
    holding it beside the function's own code), `lock_share` (both over the time of all calls), `seconds`,
    `cache`.

    Raises:
        FunctionNotFound: If there is none of that name.
    """
    found: dict[str, Any] = _entry(name).native.metrics()
    return found


def prometheus() -> str:
    """The numbers of all registered functions in Prometheus' text format, each with the label `function`.

    Serve it with that of your shields, `Shield.prometheus()`.
    """
    return _runtime._functions_prometheus()  # noqa: SLF001


def clear_cache(name: str) -> None:
    """Forgets the results that are remembered for a function.

    Raises:
        FunctionNotFound: If there is none of that name.
    """
    _entry(name).native.forget()


def unregister(name: str) -> bool:
    """Forgets a function; whether there was one. Calls under way go on."""
    with _lock:
        entry = _entries.pop(name, None)
        _runtime._functions_unregister(name)  # noqa: SLF001
    _close(entry)
    return entry is not None


def _close(entry: Entry | None) -> None:
    close = None if entry is None else getattr(entry.target, "close", None)
    if close is not None:
        close()
